import type { Universe } from './universe.ts';

/** What caused an entry of the trail, where it is neither a rule (0 and up) nor an assumption (below this). */
export const DECISION = -1;

/** No rule, no entry, no package. */
export const NONE = -1;

/** A list of numbers that grows. */
export class Numbers {
  items: Int32Array;
  length = 0;

  constructor(capacity: number) {
    this.items = new Int32Array(Math.max(capacity, 16));
  }

  /** Makes room for so many more. */
  reserve(more: number): void {
    if (this.length + more <= this.items.length) return;
    const grown = new Int32Array(Math.max(this.items.length * 2, this.length + more));
    grown.set(this.items.subarray(0, this.length));
    this.items = grown;
  }

  push(value: number): void {
    if (this.length === this.items.length) this.reserve(1);
    this.items[this.length++] = value;
  }
}

/**
 * What is known at a moment of the search: for each package the set of what may still be the case, and a trail of how it
 * came to that, which is undone backwards. Arrays over the universe are allocated once; a package is set up when a search
 * first touches it.
 */
export class SearchState {
  readonly universe: Universe;
  readonly offset: Int32Array;
  readonly width: Int32Array;
  /** What may be the case with each package; holds for packages with `seen[p] === epoch`. */
  readonly domain: Int32Array;
  readonly seen: Int32Array;
  epoch = 0;
  #initial: Int32Array;

  /** The trail: which package was narrowed, why, at which level, and its entry before. */
  readonly trailPackage: Int32Array;
  readonly trailCause: Int32Array;
  readonly trailLevel: Int32Array;
  readonly trailBefore: Int32Array;
  /** The domain before each entry: the words of entry `i` start at `trailOld[i]` in `oldWords`. */
  readonly trailOld: Int32Array;
  readonly oldWords: Int32Array;
  oldLength = 0;
  length = 0;
  /** The last entry of each package. */
  readonly last: Int32Array;

  level = 0;
  readonly levelStart: Int32Array;
  readonly openFrom: Int32Array;
  readonly clashed: Numbers;

  /** Packages that must be installed, in the order in which that was found out; their rules are linked. */
  readonly required: Int32Array;
  readonly requiredAt: Int32Array;
  requiredCount = 0;
  readonly isRequired: Uint8Array;
  /** Rules of required packages by their second package, as linked lists. */
  readonly firstRule: Int32Array;
  readonly nextRule: Int32Array;

  /** Packages whose domain changed since their rules were looked at. */
  readonly queue: Int32Array;
  readonly queued: Uint8Array;
  queueStart = 0;
  queueLength = 0;

  /** Sets of the universe's rules, then those of what was learned. */
  readonly pool: Numbers;
  /** Learned rules: `learnedStart[k]` is where its terms (package, set in the pool) start. */
  readonly learnedStart: Numbers;
  readonly terms: Numbers;
  /** The two terms of a learned rule that are watched come first; links of the lists of those who watch a package. */
  readonly nextWatch: Numbers;
  readonly firstWatch: Int32Array;
  /** What each learned rule was made from: `sourceStart[k]` in `sources`. */
  readonly sourceStart: Numbers;
  readonly sources: Numbers;
  /** Conflicts that a package took part in. */
  readonly conflicts: Int32Array;

  constructor(universe: Universe) {
    const { packages, words, versions, width, offset } = universe;
    this.universe = universe;
    this.#initial = universe.initial;
    this.offset = offset;
    this.width = width;
    this.domain = new Int32Array(words);
    this.seen = new Int32Array(packages);
    let entries = 0;
    let old = 0;
    for (let at = 0; at < packages; at++) {
      const possible = (versions[at] ?? 0) + 1;
      entries += possible;
      old += possible * (width[at] ?? 1);
    }
    const trail = () => new Int32Array(entries + 1);
    const each = () => new Int32Array(packages);
    this.trailPackage = trail();
    this.trailCause = trail();
    this.trailLevel = trail();
    this.trailBefore = trail();
    this.trailOld = trail();
    this.oldWords = new Int32Array(old + 1);
    this.last = each();
    this.levelStart = new Int32Array(packages + 2);
    this.openFrom = new Int32Array(packages + 2);
    this.clashed = new Numbers(64);
    this.required = each();
    this.requiredAt = each();
    this.isRequired = new Uint8Array(packages);
    this.firstRule = each();
    this.nextRule = new Int32Array(universe.first.length);
    this.queue = new Int32Array(packages + 1);
    this.queued = new Uint8Array(packages);
    this.pool = new Numbers(universe.pool.length + 1024);
    this.pool.items.set(universe.pool);
    this.learnedStart = new Numbers(256);
    this.terms = new Numbers(1024);
    this.nextWatch = new Numbers(512);
    this.firstWatch = each();
    this.sourceStart = new Numbers(256);
    this.sources = new Numbers(1024);
    this.conflicts = each();
  }

  /** Forgets everything; `initial` is what may be the case with each package. */
  reset(initial: Int32Array): void {
    this.#initial = initial;
    this.clearQueue();
    this.epoch++;
    this.length = 0;
    this.oldLength = 0;
    this.level = 0;
    this.requiredCount = 0;
    this.openFrom[0] = 0;
    this.clashed.length = 0;
    this.pool.length = this.universe.pool.length;
    this.learnedStart.length = 0;
    this.learnedStart.push(0);
    this.terms.length = 0;
    this.nextWatch.length = 0;
    this.sourceStart.length = 0;
    this.sources.length = 0;
  }

  /** Sets a package up that this search has not touched yet. */
  touch(at: number): void {
    if (this.seen[at] === this.epoch) return;
    this.seen[at] = this.epoch;
    const from = this.offset[at] as number;
    const initial = this.#initial;
    const end = from + (this.width[at] as number);
    for (let word = from; word < end; word++) this.domain[word] = initial[word] as number;
    this.last[at] = NONE;
    this.isRequired[at] = 0;
    this.firstRule[at] = NONE;
    this.firstWatch[at] = NONE;
    this.conflicts[at] = 0;
  }

  /** Whether what may be the case with a package lies within a set of the pool. */
  within(at: number, set: number): boolean {
    const own = this.domain[this.offset[at] as number] as number;
    return (own & ~(this.pool.items[set] as number)) === 0 && this.restWithin(at, set);
  }

  /** The same for all words but the first, which callers compare themselves: for most packages there is no other. */
  restWithin(at: number, set: number): boolean {
    const width = this.width[at] as number;
    if (width === 1) return true;
    const { domain } = this;
    const pool = this.pool.items;
    const from = this.offset[at] as number;
    for (let word = 1; word < width; word++) {
      if (((domain[from + word] as number) & ~(pool[set + word] as number)) !== 0) return false;
    }
    return true;
  }

  /**
   * Takes a set of the pool out of what may be the case with a package. False when nothing would be left: then nothing
   * was changed.
   */
  narrow(at: number, set: number, cause: number): boolean {
    const { domain } = this;
    const pool = this.pool.items;
    const from = this.offset[at] as number;
    const width = this.width[at] as number;
    let left = 0;
    let taken = 0;
    for (let word = 0; word < width; word++) {
      const now = domain[from + word] as number;
      const out = pool[set + word] as number;
      left |= now & ~out;
      taken |= now & out;
    }
    if (taken === 0) return true;
    if (left === 0) return false;
    this.record(at, cause);
    for (let word = 0; word < width; word++) {
      domain[from + word] = (domain[from + word] as number) & ~(pool[set + word] as number);
    }
    this.enqueue(at);
    return true;
  }

  /** Adds an entry to the trail; the caller then changes the domain. */
  record(at: number, cause: number): void {
    const entry = this.length++;
    this.trailPackage[entry] = at;
    this.trailCause[entry] = cause;
    this.trailLevel[entry] = this.level;
    this.trailBefore[entry] = this.last[at] as number;
    this.last[at] = entry;
    this.trailOld[entry] = this.oldLength;
    const from = this.offset[at] as number;
    const width = this.width[at] as number;
    for (let word = 0; word < width; word++) this.oldWords[this.oldLength++] = this.domain[from + word] as number;
  }

  enqueue(at: number): void {
    if (this.queued[at] === 1) return;
    this.queued[at] = 1;
    let end = this.queueStart + this.queueLength;
    if (end >= this.queue.length) end -= this.queue.length;
    this.queue[end] = at;
    this.queueLength++;
  }

  /** The next package whose rules must be looked at; NONE when there is no more. */
  dequeue(): number {
    if (this.queueLength === 0) return NONE;
    const at = this.queue[this.queueStart] as number;
    this.queueStart = this.queueStart + 1 === this.queue.length ? 0 : this.queueStart + 1;
    this.queueLength--;
    this.queued[at] = 0;
    return at;
  }

  clearQueue(): void {
    while (this.dequeue() !== NONE);
  }

  /** Links the rules of a package that must be installed. */
  require(at: number): void {
    this.isRequired[at] = 1;
    this.required[this.requiredCount] = at;
    this.requiredAt[this.requiredCount++] = this.length;
    const { ruleStart, second } = this.universe;
    const end = ruleStart[at + 1] as number;
    for (let rule = ruleStart[at] as number; rule < end; rule++) {
      const other = second[rule] as number;
      this.touch(other);
      this.nextRule[rule] = this.firstRule[other] as number;
      this.firstRule[other] = rule;
    }
  }

  /** Records that a package's domain before any decision leaves nothing of what is assumed next. */
  recordFailure(of: number): void {
    this.sourceStart.push(this.sources.length);
    this.sources.push(-2 - this.trailPackage.length - of);
    const entry = this.last[of] as number;
    if (entry !== NONE) this.sources.push(-2 - entry);
  }

  /** Goes back to the end of a level. */
  backTo(level: number): void {
    const length = this.levelStart[level + 1] as number;
    while (this.requiredCount > 0 && (this.requiredAt[this.requiredCount - 1] as number) > length) this.#unrequire();
    for (let entry = this.length - 1; entry >= length; entry--) {
      const at = this.trailPackage[entry] as number;
      const from = this.offset[at] as number;
      const width = this.width[at] as number;
      const old = this.trailOld[entry] as number;
      for (let word = 0; word < width; word++) this.domain[from + word] = this.oldWords[old + word] as number;
      this.last[at] = this.trailBefore[entry] as number;
      this.oldLength = old;
    }
    this.length = length;
    this.level = level;
    this.clearQueue();
  }

  #unrequire(): void {
    const at = this.required[--this.requiredCount] as number;
    this.isRequired[at] = 0;
    const { ruleStart, second } = this.universe;
    const start = ruleStart[at] as number;
    for (let rule = (ruleStart[at + 1] as number) - 1; rule >= start; rule--) {
      const other = second[rule] as number;
      this.firstRule[other] = this.nextRule[rule] as number;
    }
  }
}
