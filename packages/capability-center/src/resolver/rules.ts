import {
  type ApiRequirement,
  isLabelOf,
  isPrerelease,
  type Requirement,
  versionLabel,
} from '@capstan/capability-model';
import type { Candidate, Clause, ClauseKind, ResolverGoal } from './types.ts';
import type { View } from './view.ts';

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

/** Who asked for what was wanted before, where that was said at the command line. */
export const EARLIER_INSTALL = 'an earlier cap install';

/** `you asked for`, `CapabilitySet shop wants`: the beginning of a wish. */
export function wishOf({ askedBy }: Pick<ResolverGoal, 'askedBy'>): string {
  return askedBy === 'you' || askedBy === EARLIER_INSTALL ? `${askedBy} asked for` : `${askedBy} wants`;
}

/** The clause of a goal. */
export function goalClause(goal: ResolverGoal): Clause {
  const who = wishOf(goal);
  const from = goal.center === undefined ? '' : ` from center ${goal.center}`;
  const channels = goal.channels === undefined ? '' : ` in channel ${goal.channels.join(' or ')}`;
  return { kind: 'goal', text: `${who} ${withRange(goal.package, goal.range)}${from}${channels}` };
}

/** What a package says in its clause of a requirement. */
export function requirementRule(requirement: Requirement): string {
  const reason = requirement.reason === undefined ? '' : ` (${requirement.reason})`;
  const limits = requirement.optional ? 'works only with' : 'needs';
  return `${limits} ${requirementText(requirement)}${reason}`;
}

/** The clause of a candidate's requirement. */
export function requirementClause(candidate: Candidate, requirement: Requirement): Clause {
  return stated('requirement', candidate, requirementRule(requirement));
}

/** Whether a goal admits a version. */
export function goalAdmits(goal: ResolverGoal, candidate: Candidate, view: View): boolean {
  if (goal.center !== undefined && goal.center !== candidate.center) return false;
  if (goal.channels !== undefined && !inChannels(candidate, goal.channels)) return false;
  return isLabelOf(goal.range, candidate) || view.inRange(candidate, goal.range);
}

/** Whether a candidate is published in one of some channels. */
export function inChannels({ channel = ['stable'] }: Candidate, wanted: readonly string[]): boolean {
  return channel.some((each) => wanted.includes(each));
}

/** Whether a candidate meets a requirement by itself. */
export function meets(candidate: Candidate, requirement: Requirement, view: View): boolean {
  if ('anyOf' in requirement) return requirement.anyOf.some((branch) => meets(candidate, branch, view));
  if ('package' in requirement) {
    return candidate.name === requirement.package && view.inRange(candidate, requirement.range);
  }
  if (isPrerelease(candidate.version) && !view.admitsPrerelease(candidate)) return false;
  if ('api' in requirement) {
    return candidate.provides.apis.some((api) => sameApi(api, requirement.api) && servesAny(api, requirement));
  }
  const { capability, range, features = [] } = requirement;
  return candidate.provides.capabilities.some(
    (offer) =>
      offer.id === capability &&
      view.index.matches(offer.version, range, false) &&
      features.every((feature) => offer.features.includes(feature)),
  );
}

/** Whether an API is served in one of the versions that a requirement names, or in any where it names none. */
export function servesAny(
  { served }: { readonly served: readonly string[] },
  { anyVersion = [] }: ApiRequirement,
): boolean {
  return anyVersion.length === 0 || anyVersion.some((version) => served.includes(version));
}

/** Whether a candidate offers, in any version, what a requirement is about. */
export function offers(candidate: Candidate, requirement: Requirement): boolean {
  if ('capability' in requirement)
    return candidate.provides.capabilities.some(({ id }) => id === requirement.capability);
  if ('api' in requirement) return candidate.provides.apis.some((api) => sameApi(api, requirement.api));
  return false;
}

/** The clause of a package that no version of two packages may share: an API, or a contract that is exclusive. */
export function exclusiveClause(a: string, b: string, what: string): Clause {
  const [first, second] = a < b ? [a, b] : [b, a];
  return { kind: 'exclusive', text: `${first} and ${second} both bring ${what}, which only one package can own` };
}

/** Some versions of a package: in words, and each of them. */
export interface NamedVersions {
  readonly text: string;
  readonly labels: readonly string[];
}

/** A clause that a version of a package states. */
export function stated(kind: ClauseKind, { name, ...id }: Candidate, rule: string): Clause {
  const version = versionLabel(id);
  return statedBy(kind, name, { text: version, labels: [version] }, rule);
}

/** The same for several versions, told together. */
export function statedBy(kind: ClauseKind, by: string, { text, labels }: NamedVersions, rule: string): Clause {
  return { kind, text: `${by} ${text} ${rule}`, stated: { by, version: text, rule, versions: labels } };
}

/** Whether two APIs are the same group and kind. */
export function sameApi(a: { group: string; kind: string }, b: { group: string; kind: string }): boolean {
  return a.group === b.group && a.kind === b.kind;
}

/** `HTTPRoute.gateway.networking.k8s.io`. */
export function apiName({ api }: { readonly api: { readonly group: string; readonly kind: string } }): string {
  return `${api.kind}.${api.group}`;
}

/** A name with its range; every version needs no range. */
export function withRange(name: string, range: string): string {
  return range === '*' || range === '' ? name : `${name} ${range}`;
}
