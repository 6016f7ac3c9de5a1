import {
  type ApiRequirement,
  compareVersionIds,
  inRange,
  isPrerelease,
  majorOf,
  type Requirement,
  versionLabel,
} from '@capstan/capability-model';
import semver from 'semver';
import type { Candidate, Clause, ClauseKind, InstalledPackage, ResolverGoal, ResolverInput } from './types.ts';

/** A requirement as people say it: `prometheus >=3`, `capability traffic-split >=2.0 with header-match`. */
export function requirementText(requirement: Requirement): string {
  if ('package' in requirement) return withRange(requirement.package, requirement.range);
  if ('capability' in requirement) {
    const features = requirement.features ?? [];
    const text = withRange(`capability ${requirement.capability}`, requirement.range);
    return features.length > 0 ? `${text} with ${features.join(', ')}` : text;
  }
  if ('api' in requirement) {
    const versions = requirement.anyVersion ?? [];
    return versions.length > 0 ? `API ${apiName(requirement)} ${versions.join(' or ')}` : `API ${apiName(requirement)}`;
  }
  return requirement.anyOf.map(requirementText).join(' or ');
}

/** The clause of a goal. */
export function goalClause(goal: ResolverGoal): Clause {
  const who = goal.askedBy === 'you' ? 'you asked for' : `${goal.askedBy} wants`;
  const from = goal.center === undefined ? '' : ` from center ${goal.center}`;
  return { kind: 'goal', text: `${who} ${withRange(goal.package, goal.range)}${from}` };
}

/** The clause of a candidate's requirement. */
export function requirementClause(candidate: Candidate, requirement: Requirement): Clause {
  const reason = requirement.reason === undefined ? '' : ` (${requirement.reason})`;
  const limits = requirement.optional ? 'works only with' : 'needs';
  return stated('requirement', candidate, `${limits} ${requirementText(requirement)}${reason}`);
}

/** Whether a goal admits a version. */
export function goalAdmits(goal: ResolverGoal, candidate: Candidate, input: ResolverInput): boolean {
  if (goal.center !== undefined && goal.center !== candidate.center) return false;
  return inRange(candidate.version, goal.range, options(input));
}

/** Whether a candidate meets a requirement by itself. */
export function meets(candidate: Candidate, requirement: Requirement, input: ResolverInput): boolean {
  if ('anyOf' in requirement) return requirement.anyOf.some((branch) => meets(candidate, branch, input));
  if ('package' in requirement) {
    return candidate.name === requirement.package && inRange(candidate.version, requirement.range, options(input));
  }
  if (isPrerelease(candidate.version) && !input.policy?.allowPrereleases && !isInstalled(candidate, input))
    return false;
  if ('api' in requirement) {
    const { anyVersion = [] } = requirement;
    return candidate.provides.apis.some(
      (api) =>
        sameApi(api, requirement.api) && (anyVersion.length === 0 || anyVersion.some((v) => api.served.includes(v))),
    );
  }
  return candidate.provides.capabilities.some(
    ({ id, version, features }) =>
      id === requirement.capability &&
      inRange(version, requirement.range) &&
      (requirement.features ?? []).every((feature) => features.includes(feature)),
  );
}

/** Why a version cannot be chosen whatever else is chosen; undefined when it can. */
export function unitClause(candidate: Candidate, input: ResolverInput): Clause | undefined {
  const refusing = input.goals.find((goal) => goal.package === candidate.name && !goalAdmits(goal, candidate, input));
  if (refusing) return goalClause(refusing);
  return platformClause(candidate, input) ?? lifecycleClause(candidate, input) ?? upgradeClause(candidate, input);
}

/** Why two versions cannot be chosen together; undefined when they can. Symmetric. */
export function pairClause(a: Candidate, b: Candidate, input: ResolverInput): Clause | undefined {
  if (a.name === b.name) return { kind: 'one-version', text: `only one version of ${a.name} can be installed` };
  return (
    bindingClause(a, b, input) ??
    bindingClause(b, a, input) ??
    conflictClause(a, b) ??
    conflictClause(b, a) ??
    exclusiveClause(a, b)
  );
}

function platformClause(candidate: Candidate, { facts }: ResolverInput): Clause | undefined {
  const { kubernetes, arch } = candidate.platform;
  for (const each of [facts.kubernetes, ...(facts.alsoKubernetes ?? [])]) {
    const version = semver.coerce(each)?.version ?? each;
    if (kubernetes === undefined || inRange(version, kubernetes)) continue;
    const cluster = each === facts.kubernetes ? 'your cluster runs' : 'your cluster would run';
    return stated('platform', candidate, `needs Kubernetes ${kubernetes}; ${cluster} ${version}`);
  }
  if (arch !== undefined && facts.arch.length > 0 && !facts.arch.some((each) => arch.includes(each))) {
    return stated(
      'platform',
      candidate,
      `needs nodes of ${arch.join(' or ')}; your cluster has ${facts.arch.join(', ')}`,
    );
  }
  return undefined;
}

function lifecycleClause(candidate: Candidate, input: ResolverInput): Clause | undefined {
  if (candidate.lifecycle.phase !== 'yanked' || isInstalled(candidate, input)) return undefined;
  const { reason } = candidate.lifecycle;
  return stated('lifecycle', candidate, `was withdrawn by its publisher${reason === undefined ? '' : `: ${reason}`}`);
}

function upgradeClause(candidate: Candidate, input: ResolverInput): Clause | undefined {
  const installed = installedOf(candidate.name, input);
  if (!installed || installed.version === candidate.version) return undefined;
  const from = versionLabel(installed);
  if (compareVersionIds(candidate, installed) < 0) {
    if (input.policy?.allowDowngrade) return undefined;
    return stated('upgrade', candidate, `is older than ${from}, which is installed`);
  }
  const paths = candidate.upgrade.from;
  const direct =
    paths.length > 0 ? paths.some((range) => inRange(installed.version, range)) : sameLine(installed, candidate);
  return direct ? undefined : stated('upgrade', candidate, `cannot be reached from ${from} in one step`);
}

/** Versions between which a direct upgrade is allowed where the package says nothing (capability-center.md 6). */
function sameLine(a: { readonly version: string }, b: { readonly version: string }): boolean {
  if (majorOf(a.version) !== majorOf(b.version)) return false;
  return majorOf(a.version) > 0 || semver.minor(a.version) === semver.minor(b.version);
}

/** A requirement of `a` that names what `b` is or offers, but not in this version. */
function bindingClause(a: Candidate, b: Candidate, input: ResolverInput): Clause | undefined {
  const broken = a.requires.find((requirement) => {
    const binds =
      'package' in requirement ? requirement.package === b.name : requirement.optional && offers(b, requirement);
    return binds && !meets(b, requirement, input);
  });
  return broken && requirementClause(a, broken);
}

/** Whether a candidate offers, in any version, what a requirement is about. */
export function offers(candidate: Candidate, requirement: Requirement): boolean {
  if ('capability' in requirement)
    return candidate.provides.capabilities.some(({ id }) => id === requirement.capability);
  if ('api' in requirement) return candidate.provides.apis.some((api) => sameApi(api, requirement.api));
  return false;
}

function conflictClause(a: Candidate, b: Candidate): Clause | undefined {
  const rule = a.conflicts.find(({ package: name, capability, api, range = '*' }) => {
    if (name !== undefined) return name === b.name && inRange(b.version, range, { prereleases: true });
    if (capability === undefined) return api !== undefined && b.provides.apis.some((each) => sameApi(each, api));
    return b.provides.capabilities.some(({ id, version }) => id === capability && inRange(version, range));
  });
  return rule && stated('conflict', a, `conflicts with ${b.name} ${versionLabel(b)} (${rule.reason})`);
}

function exclusiveClause(a: Candidate, b: Candidate): Clause | undefined {
  const [first, second] = a.name < b.name ? [a, b] : [b, a];
  const api = first.provides.apis.find((each) => second.provides.apis.some((other) => sameApi(each, other)));
  const text = (what: string) => `${first.name} and ${second.name} both bring ${what}, which only one package can own`;
  if (api) return { kind: 'exclusive', text: text(`API ${apiName({ api })}`) };
  const capability = first.provides.capabilities.find((each) =>
    second.provides.capabilities.some((other) => each.id === other.id && (each.exclusive || other.exclusive)),
  );
  return capability && { kind: 'exclusive', text: text(`capability ${capability.id}`) };
}

/** The installed version of a package. */
export function installedOf(name: string, input: ResolverInput): InstalledPackage | undefined {
  return input.installed.find((installed) => installed.package === name);
}

/** Whether exactly this version is installed. */
export function isInstalled(candidate: Candidate, input: ResolverInput): boolean {
  const installed = installedOf(candidate.name, input);
  if (!installed || compareVersionIds(installed, candidate) !== 0) return false;
  return installed.digest === undefined || installed.digest === candidate.digest;
}

function stated(kind: ClauseKind, { name, ...id }: Candidate, rule: string): Clause {
  const version = versionLabel(id);
  return { kind, text: `${name} ${version} ${rule}`, stated: { by: name, version, rule } };
}

function sameApi(a: { group: string; kind: string }, b: { group: string; kind: string }): boolean {
  return a.group === b.group && a.kind === b.kind;
}

/** `HTTPRoute.gateway.networking.k8s.io`. */
export function apiName({ api }: Pick<ApiRequirement, 'api'>): string {
  return `${api.kind}.${api.group}`;
}

function withRange(name: string, range: string): string {
  return range === '*' || range === '' ? name : `${name} ${range}`;
}

function options(input: ResolverInput): { prereleases: boolean } {
  return { prereleases: input.policy?.allowPrereleases ?? false };
}
