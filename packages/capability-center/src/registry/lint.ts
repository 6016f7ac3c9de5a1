import { compareVersionIds, versionLabel } from '@capstan/capability-model';
import { candidatesOf } from '../resolver/candidates.ts';
import type { Candidate, ResolverInput, ResolverResult } from '../resolver/types.ts';
import type { CatalogEntry } from './catalog.ts';
import { unmetNeeds } from './lint-needs.ts';

/** Kubernetes versions that a registry of this Capstan is judged by: what is still run, and what comes next. */
export const SUPPORTED_KUBERNETES: readonly string[] = [28, 29, 30, 31, 32, 33, 34, 35, 36].map(
  (minor) => `1.${minor}.0`,
);

/** Kubernetes versions that every package is to run on: those that most clusters run now. */
export const CURRENT_KUBERNETES: readonly string[] = ['1.34.0', '1.35.0'];

/** Something about a registry that its publisher should know. */
export interface LintFinding {
  /** Errors make a version useless; warnings leave users in the dark. */
  readonly severity: 'error' | 'warning';
  readonly package: string;
  /** The version that it is about, as files are named. */
  readonly version?: string;
  readonly message: string;
}

/** Where one version can be installed, and why not elsewhere. */
export interface VersionVerdict {
  readonly package: string;
  readonly version: string;
  readonly installable: readonly string[];
  readonly refused: readonly { readonly kubernetes: string; readonly reason: string }[];
}

/** What `lintRegistry` looks at besides the entries. */
export interface LintQuestion {
  readonly kubernetesVersions: readonly string[];
  /** Those of them on which some version of every package must be installable. */
  readonly required?: readonly string[];
  readonly resolve: (input: ResolverInput) => ResolverResult;
}

/** A registry's state: one verdict per version, and what is wrong with it. */
export interface RegistryLint {
  readonly versions: readonly VersionVerdict[];
  readonly findings: readonly LintFinding[];
}

/**
 * Judges a registry by resolving: every version installed alone on every Kubernetes version, and every version upgraded
 * to the newest. Pure; answers in the order of the entries. An error is a version that can be installed nowhere and was
 * not withdrawn, a package without a version for a required Kubernetes version, a need that nothing meets, a newest
 * version that no older one can become, or an alias that another package has too; a warning is a single version that is
 * stranded, an optional need that nothing meets, and a successor that the registry does not hold. Each error about
 * installing carries the resolver's explanation.
 */
export function lintRegistry(entries: readonly CatalogEntry[], question: LintQuestion): RegistryLint {
  const universe = candidatesOf(entries);
  const versions = universe.map((candidate) => verdictOf(candidate, universe, question));
  const names = [...new Set(universe.map(({ name }) => name))];
  const findings = [
    ...universe.flatMap((candidate, index) => deadVersion(candidate, versions[index])),
    ...names.flatMap((name) => missingOn(name, universe, versions, question.required ?? [])),
    ...universe.flatMap((candidate) => needsOf(candidate, universe, question)),
    ...names.flatMap((name) => strandedVersions(name, universe, question)),
    ...universe.flatMap((candidate) => lostSuccessor(candidate, names)),
    ...sharedAliases(entries),
  ];
  return { versions, findings };
}

function verdictOf(candidate: Candidate, universe: readonly Candidate[], question: LintQuestion): VersionVerdict {
  const answers = question.kubernetesVersions.map((kubernetes) => ({
    kubernetes,
    reason: refusal(solve(candidate, { universe, kubernetes, resolve: question.resolve })),
  }));
  return {
    package: candidate.name,
    version: versionLabel(candidate),
    installable: answers.filter(({ reason }) => reason === undefined).map(({ kubernetes }) => kubernetes),
    refused: answers.flatMap(({ kubernetes, reason }) => (reason === undefined ? [] : [{ kubernetes, reason }])),
  };
}

function refusal(result: ResolverResult): string | undefined {
  return result.status === 'solved' ? undefined : result.explanation;
}

interface Attempt {
  readonly universe: readonly Candidate[];
  readonly kubernetes: string;
  readonly resolve: LintQuestion['resolve'];
  readonly installed?: Candidate;
}

/** This very version wanted, repackaging included, on a cluster with nothing or with one other version. */
function solve(wanted: Candidate, { universe, kubernetes, resolve, installed }: Attempt): ResolverResult {
  const others = universe.filter(({ name, version }) => name !== wanted.name || version !== wanted.version);
  return resolve({
    goals: [{ package: wanted.name, range: `=${wanted.version}`, askedBy: 'the registry lint' }],
    installed: installed ? [{ package: installed.name, version: installed.version, release: installed.release }] : [],
    universe: [...others, wanted],
    facts: { kubernetes, arch: [] },
    policy: { lift: [wanted.name], allowPrereleases: true },
  });
}

function deadVersion(candidate: Candidate, verdict: VersionVerdict | undefined): LintFinding[] {
  if (!verdict || verdict.installable.length > 0 || candidate.lifecycle.phase === 'yanked') return [];
  const reason = verdict.refused[0]?.reason.split('\n').join(' ');
  return [finding('error', candidate, `can be installed on none of the supported Kubernetes versions: ${reason}`)];
}

/** A package that has versions, but none for a Kubernetes version that it must have one for. */
function missingOn(
  name: string,
  universe: readonly Candidate[],
  verdicts: readonly VersionVerdict[],
  required: readonly string[],
): LintFinding[] {
  const offered = universe
    .filter((candidate) => candidate.name === name && candidate.lifecycle.phase !== 'yanked')
    .sort(compareVersionIds);
  const newest = offered.at(-1);
  if (!newest) return [];
  const own = verdicts.filter(
    (verdict) => verdict.package === name && offered.some((one) => versionLabel(one) === verdict.version),
  );
  // Where nothing can be installed at all, each version says so itself.
  if (own.every(({ installable }) => installable.length === 0)) return [];
  const ofNewest = own.find(({ version }) => version === versionLabel(newest));
  return required
    .filter((kubernetes) => !own.some(({ installable }) => installable.includes(kubernetes)))
    .map((kubernetes) => {
      const reason = ofNewest?.refused
        .find((one) => one.kubernetes === kubernetes)
        ?.reason.split('\n')
        .join(' ');
      return finding('error', newest, `no version can be installed on Kubernetes ${kubernetes}: ${reason}`);
    });
}

function needsOf(
  candidate: Candidate,
  universe: readonly Candidate[],
  { kubernetesVersions, resolve }: LintQuestion,
): LintFinding[] {
  if (candidate.lifecycle.phase === 'yanked') return [];
  const refusalOf = (variant: Candidate): string | undefined => {
    const reasons = kubernetesVersions.map((kubernetes) => refusal(solve(variant, { universe, kubernetes, resolve })));
    return reasons.includes(undefined) ? undefined : reasons.at(-1);
  };
  return unmetNeeds(candidate, refusalOf).map(({ optional, why }) =>
    finding(
      optional ? 'warning' : 'error',
      candidate,
      `has ${optional ? 'an optional' : 'a conditional'} need that nothing here meets: ${why}`,
    ),
  );
}

function strandedVersions(name: string, universe: readonly Candidate[], question: LintQuestion): LintFinding[] {
  const offered = universe
    .filter((candidate) => candidate.name === name && candidate.lifecycle.phase !== 'yanked')
    .sort(compareVersionIds);
  const newest = offered.at(-1);
  const older = offered.filter((candidate) => newest && candidate.version !== newest.version);
  if (!newest || older.length === 0) return [];
  const stranded = older.filter((installed) => !reaches(installed, newest, universe, question));
  if (stranded.length === older.length) {
    return [finding('error', newest, 'is the newest version, and no older one can be upgraded to it')];
  }
  const target = versionLabel(newest);
  return stranded.map((candidate) => finding('warning', candidate, `has no upgrade path to ${target}, the newest`));
}

/** Whether an installed version becomes another one, on a Kubernetes version on which both run. */
function reaches(
  installed: Candidate,
  newest: Candidate,
  universe: readonly Candidate[],
  { kubernetesVersions, resolve }: LintQuestion,
): boolean {
  return kubernetesVersions.some((kubernetes) => {
    const attempt = { universe, kubernetes, resolve };
    if (solve(installed, attempt).status !== 'solved') return false;
    return solve(newest, { ...attempt, installed }).status === 'solved';
  });
}

function lostSuccessor(candidate: Candidate, names: readonly string[]): LintFinding[] {
  const { successor } = candidate.lifecycle;
  if (successor === undefined || names.includes(successor)) return [];
  return [finding('warning', candidate, `names the successor ${successor}, which the registry does not hold`)];
}

/** A name that people type means one package: an alias is nobody else's name or alias, in whatever version. */
function sharedAliases(entries: readonly CatalogEntry[]): LintFinding[] {
  const meant = new Map<string, Set<string>>();
  for (const { metadata } of entries) {
    for (const word of [metadata.name, ...(metadata.aliases ?? [])]) {
      meant.set(word, (meant.get(word) ?? new Set()).add(metadata.name));
    }
  }
  return entries.flatMap(({ metadata }) =>
    (metadata.aliases ?? []).flatMap((alias): LintFinding[] => {
      const others = [...(meant.get(alias) ?? [])].filter((name) => name !== metadata.name).sort();
      if (others.length === 0) return [];
      const message = `has the alias ${alias}, which means ${others.join(' and ')} too`;
      return [{ severity: 'error', package: metadata.name, version: versionLabel(metadata), message }];
    }),
  );
}

function finding(severity: LintFinding['severity'], candidate: Candidate, message: string): LintFinding {
  return { severity, package: candidate.name, version: versionLabel(candidate), message };
}
