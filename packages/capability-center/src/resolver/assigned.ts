import { Teller } from './core-clauses.ts';
import type { Encoded, RuleSource } from './encoded.ts';
import { holdsVersion, type Pair } from './engine/universe.ts';
import type { Assignment } from './search.ts';
import type { Candidate, Clause } from './types.ts';
import type { View } from './view.ts';

/** Versions that are chosen, or installed, looked at through the rules of a question. */
export class Assigned {
  readonly #encoded: Encoded;
  readonly #view: View;
  readonly #assignment: Assignment;

  constructor(encoded: Encoded, view: View, assignment: Assignment) {
    this.#encoded = encoded;
    this.#view = view;
    this.#assignment = assignment;
  }

  /** Ordinals of the packages, in their order. */
  ordinals(): number[] {
    return [...this.#assignment.keys()].sort((a, b) => a - b);
  }

  /** The version of a package. */
  candidateOf(ordinal: number): Candidate | undefined {
    const subject = this.#encoded.subjects[ordinal];
    const version = this.#assignment.get(ordinal);
    return subject?.kind === 'package' && version !== undefined ? subject.candidates[version] : undefined;
  }

  /** The ordinal of a package's version. */
  versionOf(ordinal: number): number | undefined {
    return this.#assignment.get(ordinal);
  }

  /** The packages that meet the requirements of a package, without itself. */
  neededBy(ordinal: number): number[] {
    const needed = this.#rulesFrom(ordinal).flatMap(({ source }) =>
      source.kind === 'requirement' && !source.requirement.optional ? this.#meeting(source.target) : [],
    );
    return [...new Set(needed)].filter((each) => each !== ordinal);
  }

  /** The clause of the first requirement, by the names of those who state it, that a package meets. */
  neederOf(ordinal: number): Clause | undefined {
    const choices = (this.#encoded.rulesTo.get(ordinal) ?? []).flatMap((index) => {
      const source = this.#encoded.rules[index] as RuleSource;
      return source.kind === 'alternative' ? [source.of] : [];
    });
    const clauses = [ordinal, ...choices].flatMap((target) =>
      (this.#encoded.rulesTo.get(target) ?? []).flatMap((index) => {
        const source = this.#encoded.rules[index] as RuleSource;
        const stating =
          source.kind === 'requirement' &&
          !source.requirement.optional &&
          this.#isIn(source.of, this.#pair(index).when);
        const met = stating && source.of !== ordinal && this.#meeting(target).includes(ordinal);
        return met ? this.#tell(index).slice(0, 1) : [];
      }),
    );
    return clauses.sort((a, b) => (a.text < b.text ? -1 : 1))[0];
  }

  /** What is wrong with a package beside the others: refused versions, and rules that it breaks. */
  faultsOf(ordinal: number): Clause[] {
    const teller = new Teller(this.#encoded, this.#view, this.#assignment);
    const refused = this.#encoded.refused.flatMap(({ of, set }, index) =>
      of === ordinal && this.#isIn(of, set) ? [teller.refused(index)] : [],
    );
    const rules = [...(this.#encoded.rulesFrom.get(ordinal) ?? []), ...(this.#encoded.rulesTo.get(ordinal) ?? [])];
    const broken = rules.filter((index) => {
      const source = this.#encoded.rules[index] as RuleSource;
      const pair = this.#pair(index);
      if (pair.first === ordinal && source.target === ordinal) return this.#isIn(ordinal, pair.when);
      return (
        source.kind !== 'alternative' && this.#isIn(source.of, pair.when) && this.#isRuledOut(source.target, pair.never)
      );
    });
    return [...refused, ...broken.flatMap((index) => this.#tell(index).slice(0, 1))];
  }

  /** The same with another version of one package. */
  replaced(ordinal: number, version: number): Assigned {
    const assignment = new Map(this.#assignment).set(ordinal, version);
    return new Assigned(this.#encoded, this.#view, assignment);
  }

  #tell(index: number): Clause[] {
    return new Teller(this.#encoded, this.#view, this.#assignment).rule(index);
  }

  #pair(index: number): Pair {
    return this.#encoded.pairs[index] as Pair;
  }

  #rulesFrom(ordinal: number): { readonly source: RuleSource; readonly pair: Pair }[] {
    return (this.#encoded.rulesFrom.get(ordinal) ?? [])
      .map((index) => ({ source: this.#encoded.rules[index] as RuleSource, pair: this.#pair(index) }))
      .filter(({ pair }) => this.#isIn(ordinal, pair.when));
  }

  /** Assigned packages that stand for a target: itself, or those that meet a choice. */
  #meeting(target: number): number[] {
    const subject = this.#encoded.subjects[target];
    if (subject?.kind !== 'choice') return this.#assignment.has(target) ? [target] : [];
    return subject.alternatives.flatMap(({ provider, set }) =>
      provider !== undefined && set !== undefined && this.#isIn(provider, set) ? [provider] : [],
    );
  }

  #isIn(ordinal: number, set: Int32Array): boolean {
    const version = this.#assignment.get(ordinal);
    return version !== undefined && holdsVersion(set, version);
  }

  /** Whether what is the case with a target lies in a set that may hold "not installed" too. */
  #isRuledOut(target: number, never: Int32Array): boolean {
    const subject = this.#encoded.subjects[target];
    const absent = ((never[0] ?? 0) & 1) !== 0;
    if (subject?.kind !== 'choice') return this.#assignment.has(target) ? this.#isIn(target, never) : absent;
    const unmanaged = subject.alternatives.some(({ provider }) => provider === undefined);
    return absent && !unmanaged && this.#meeting(target).length === 0;
  }
}

/** The installed versions that some candidate describes. */
export function installedVersions({ subjects }: Encoded, view: View): Assignment {
  const found = new Map<number, number>();
  for (const [ordinal, subject] of subjects.entries()) {
    if (subject.kind !== 'package' || !view.installedOf(subject.name)) continue;
    const version = subject.candidates.findIndex((each) => view.isInstalled(each));
    if (version >= 0) found.set(ordinal, version);
  }
  return found;
}
