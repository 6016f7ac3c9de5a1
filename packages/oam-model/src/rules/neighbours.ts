import { getField } from '../field-path.ts';
import { isJsonObject } from '../json.ts';
import { quoted } from '../quote.ts';
import { type PlacedTrait, placeOf, type RuleComponent } from './components.ts';
import { typeName } from './conflicts.ts';
import { type HostClaims, hostClaims, sharedClaim } from './hosts.ts';
import { sameTargets } from './shared-targets.ts';
import { note, type RuleVerdict, refusal } from './verdict.ts';

/** What the rules say about parts of an application that stand beside one another. */
export function acrossComponents(components: readonly RuleComponent[]): RuleVerdict[] {
  return [...sameHosts(components), ...sameTargets(components), ...sameSelectors(components)];
}

/** An object that wants requests. */
interface Claimant {
  readonly component: RuleComponent;
  readonly trait?: PlacedTrait;
  readonly claims: HostClaims;
}

function sameHosts(components: readonly RuleComponent[]): RuleVerdict[] {
  const claimants = components.flatMap(claimantsOf);
  return claimants.flatMap((one, at) => claimants.slice(at + 1).flatMap((other) => hostVerdict(one, other)));
}

function claimantsOf(component: RuleComponent): Claimant[] {
  const ofTraits = component.traits.flatMap((trait) => {
    const claims = hostClaims(trait);
    return claims ? [{ component, trait, claims }] : [];
  });
  const claims = hostClaims(component.workload);
  return claims ? [{ component, claims }, ...ofTraits] : ofTraits;
}

function hostVerdict(one: Claimant, other: Claimant): RuleVerdict[] {
  const [first, second] = [placeOf(one.component, one.trait), placeOf(other.component, other.trait)];
  const [owner, rival] = [one.trait ?? one.component.workload, other.trait ?? other.component.workload];
  const where = sharedClaim({ ...owner, ...one.claims }, { ...rival, ...other.claims });
  if (where === undefined) return [];
  const names = `${typeName(owner)} of ${first.component} and ${typeName(rival)} of ${second.component}`;
  const rule = `${names} both claim ${where}, and only one may`;
  const message = `two routes of the application claim ${quoted(where)}: ${names}`;
  const { source } = other.claims;
  return [refusal({ rule, source }, { name: 'oneRoutePerHost', message, object: second, other: first })];
}

/** Equal selectors make Services and scalers count the pods of both; Kubernetes allows it, so it is a warning. */
function sameSelectors(components: readonly RuleComponent[]): RuleVerdict[] {
  const seen = new Map<string, RuleComponent>();
  return components.flatMap((component) => {
    const selector = selectorOf(component);
    if (selector === undefined) return [];
    const first = seen.get(selector);
    seen.set(selector, first ?? component);
    if (!first) return [];
    const rule = `${first.instance} and ${component.instance} select the same pods, so each counts those of the other`;
    const message = `workloads of components ${quoted(first.instance)} and ${quoted(component.instance)} have the same spec.selector`;
    const source = { kind: 'Capstan', name: 'knows selectors of workloads' } as const;
    const places = { object: placeOf(component), other: placeOf(first) };
    return [note({ rule, source }, 'warning', { name: 'oneWorkloadPerSelector', message, ...places })];
  });
}

function selectorOf({ workload }: RuleComponent): string | undefined {
  const { object } = workload;
  const labels = getField(object, 'spec.selector.matchLabels');
  if (!isJsonObject(labels) || !isJsonObject(getField(object, 'spec.template'))) return undefined;
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.length === 0 ? undefined : JSON.stringify(sorted);
}
