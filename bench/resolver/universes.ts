/** One version of a package of a universe; ranges are `*` or bounds like `>=1.0.0 <2.0.0`, joined with `||`. */
export interface UniverseVersion {
  readonly version: string;
  readonly requires: Readonly<Record<string, string>>;
}

/** A package of a universe; versions lowest first. */
export interface UniversePackage {
  readonly name: string;
  readonly versions: readonly UniverseVersion[];
}

/** Packages that depend on one another: what is solved for every version as root. */
export interface Universe {
  readonly name: string;
  readonly seed: number;
  readonly packages: readonly UniversePackage[];
}

/** The three universes of the benchmark, the same for the same seed. */
export function universesOf(seed: number): Universe[] {
  return [
    { name: 'small', seed, packages: registry(seed, { packages: 83, versions: 641, open: 0.5, fan: 4, change: 0.3 }) },
    {
      name: 'large',
      seed,
      packages: registry(seed + 1, { packages: 2000, versions: 20000, open: 0.9, fan: 3, change: 0.065 }),
    },
    { name: 'hard', seed, packages: hard(seed + 2) },
  ];
}

/** A registry as big as somebody has it, of which most versions can be installed. */
export function goalUniverse(seed: number, size: { readonly packages: number; readonly versions: number }): Universe {
  const versions = size.packages * size.versions;
  const packages = registry(seed + 3, { packages: size.packages, versions, open: 0.95, fan: 3, change: 0.02 });
  return { name: 'goals', seed, packages };
}

/** Numbers in [0, 1) that only depend on the seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** How big a registry is, and which part of its ranges has no upper bound. */
interface RegistrySize {
  readonly packages: number;
  readonly versions: number;
  readonly open: number;
  /** More than the dependencies that the oldest version of a package has at most. */
  readonly fan: number;
  /** How likely the next version has another dependency. */
  readonly change: number;
}

/**
 * Packages as registries have them: a version mostly depends on what the version before it depended on, in a range that
 * moves along; a few packages are popular; most dependencies point one way, some back.
 */
function registry(
  seed: number,
  { packages: count, versions: total, open, fan, change }: RegistrySize,
): UniversePackage[] {
  const random = randomOf(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const versions = shares(count, total, random).map((share) => numbered(share, random));
  const name = (at: number) => `p${at}`;
  const popular = Math.ceil(count / 20);

  function target(at: number): number {
    if (random() < 0.25) return below(popular);
    if (random() < 0.1) return below(count);
    return at + 1 + below(Math.min(30, Math.max(1, count - at - 1)));
  }

  function rangeOf(at: number, progress: number): string {
    const known = versions[at] ?? [];
    if (random() < 0.1) return '*';
    const middle = Math.floor(progress * known.length);
    const low = Math.max(0, Math.min(known.length - 1, middle - below(3)));
    const width = 1 + below(Math.max(2, Math.ceil(known.length / 2)));
    // What everybody uses keeps its promises: ranges of it mostly have no end.
    const end = random() < (at < popular ? open : open / 4) ? undefined : known[low + width];
    return end === undefined ? `>=${known[low]}` : `>=${known[low]} <${end}`;
  }

  return versions.map((known, at) => {
    let targets = new Set(Array.from({ length: below(fan) }, () => target(at)));
    return {
      name: name(at),
      versions: known.map((version, index) => {
        if (random() < change) targets = new Set([...[...targets].slice(below(2)), target(at)]);
        const wanted = [...targets].filter((each) => each !== at && each < count);
        const progress = (index + 1) / known.length;
        return { version, requires: Object.fromEntries(wanted.map((each) => [name(each), rangeOf(each, progress)])) };
      }),
    };
  });
}

/** Splits a total into so many parts of at least one, some twice as big as the average. */
function shares(count: number, total: number, random: () => number): number[] {
  const parts = Array.from({ length: count }, () => 1 + Math.floor((random() * 2 * (total - count)) / count));
  for (let left = total - parts.reduce((sum, part) => sum + part, 0), at = 0; left !== 0; at = (at + 1) % count) {
    const step = Math.sign(left);
    const grown = (parts[at] ?? 0) + step;
    if (grown < 1) continue;
    parts[at] = grown;
    left -= step;
  }
  return parts;
}

/** Rising version numbers: mostly minor steps, some major ones and patches. */
function numbered(count: number, random: () => number): string[] {
  const number = { major: 1, minor: 0, patch: 0 };
  return Array.from({ length: count }, () => {
    const { major, minor, patch } = number;
    const step = random();
    if (step < 0.15) Object.assign(number, { major: major + 1, minor: 0, patch: 0 });
    else if (step < 0.7) Object.assign(number, { minor: minor + 1, patch: 0 });
    else number.patch += 1;
    return `${major}.${minor}.${patch}`;
  });
}

/** Chains whose ends contradict their beginnings, grids of neighbours that must agree, and pigeonholes. */
function hard(seed: number): UniversePackage[] {
  const random = randomOf(seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const packages: UniversePackage[] = [];
  for (let at = 0; at < 30; at++) packages.push(...chain(`chain${at}`, between(20, 60), between(3, 12), random));
  for (let at = 0; at < 12; at++) packages.push(...grid(`grid${at}`, between(6, 11), between(4, 8), random));
  for (let at = 0; at < 10; at++) packages.push(...pigeonhole(`hole${at}`, between(5, 7)));
  return packages;
}

const numbers = (count: number) => Array.from({ length: count }, (_, at) => `${at + 1}.0.0`);
const exactly = (version: number) => `=${version}.0.0`;
const span = (low: number, high: number) => `>=${Math.max(1, low)}.0.0 <${high + 1}.0.0`;

/** Every newer version at any link wants, far down the chain, something that the beginning excludes. */
function chain(prefix: string, length: number, width: number, random: () => number): UniversePackage[] {
  const name = (at: number) => `${prefix}-${at}`;
  const base = `${prefix}-base`;
  /** The first link wants the lowest base; most versions of the last ones want another one. */
  function baseOf(at: number, index: number): string | undefined {
    if (at > length - 4) return index === 0 && random() < 0.5 ? span(1, 2) : span(2, width);
    return at === 0 ? exactly(1) : undefined;
  }

  function requirementsOf(at: number, index: number): Record<string, string> {
    const requires: Record<string, string> = {};
    if (at + 1 < length) requires[name(at + 1)] = random() < 0.7 ? '*' : span(index, index + 2);
    const ahead = Math.min(length - 1, at + 2 + Math.floor(random() * 8));
    if (random() < 0.15 && ahead > at) requires[name(ahead)] = span(index, index + 1);
    const wanted = baseOf(at, index);
    return wanted === undefined ? requires : { ...requires, [base]: wanted };
  }

  const links = Array.from({ length }, (_, at) => ({
    name: name(at),
    versions: numbers(width).map((version, index) => ({ version, requires: requirementsOf(at, index) })),
  }));
  return [...links, { name: base, versions: numbers(width + 1).map((version) => ({ version, requires: {} })) }];
}

/** Each cell takes a version near those of its right and lower neighbours; two corners are far apart. */
function grid(prefix: string, side: number, width: number, random: () => number): UniversePackage[] {
  const name = (row: number, column: number) => `${prefix}-${row}-${column}`;
  const cells = Array.from({ length: side * side }, (_, at) => {
    const row = Math.floor(at / side);
    const column = at % side;
    return {
      name: name(row, column),
      versions: numbers(width).map((version, index) => {
        const near = () => span(index + 1 - Math.floor(random() * 2), index + 1 + Math.floor(random() * 2));
        const requires: Record<string, string> = {};
        if (row + 1 < side) requires[name(row + 1, column)] = near();
        if (column + 1 < side) requires[name(row, column + 1)] = near();
        return { version, requires };
      }),
    };
  });
  return cells;
}

/** One pigeon more than holes: each version of a pigeon takes one hole, and each hole has room for one. */
function pigeonhole(prefix: string, holes: number): UniversePackage[] {
  const pigeons = Array.from({ length: holes + 1 }, (_, at) => `${prefix}-pigeon${at}`);
  const nests = Array.from({ length: holes }, (_, at) => `${prefix}-nest${at}`);
  return [
    {
      name: `${prefix}-all`,
      versions: numbers(3).map((version, index) => ({
        version,
        requires: Object.fromEntries(pigeons.slice(0, pigeons.length - index).map((each) => [each, '*'])),
      })),
    },
    ...pigeons.map((name, pigeon) => ({
      name,
      versions: numbers(holes).map((version, hole) => ({
        version,
        requires: { [nests[hole] ?? '']: exactly(pigeon + 1) },
      })),
    })),
    ...nests.map((name) => ({
      name,
      versions: numbers(pigeons.length).map((version) => ({ version, requires: {} })),
    })),
  ];
}
