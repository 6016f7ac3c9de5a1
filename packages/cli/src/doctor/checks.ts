import {
  capabilityFindings,
  crdFindings,
  definitionFindings,
  releaseFindings,
  unmanagedFindings,
} from './capability-checks.ts';
import {
  apiFindings,
  centerFindings,
  clusterFindings,
  helmFindings,
  operatorFindings,
  rightFindings,
  systemFindings,
} from './cluster-checks.ts';
import type { DoctorFacts } from './facts.ts';
import type { Finding } from './finding.ts';

/** What doctor looks at. */
export interface CheckOptions {
  /** Before anything is installed: only what an installation needs. */
  readonly pre: boolean;
  /** Only what concerns this capability. */
  readonly name?: string | undefined;
}

/** Every finding that follows from the facts, in the order in which one thing rests on the other. Pure. */
export function findingsOf(facts: DoctorFacts, { pre, name }: CheckOptions): Finding[] {
  if (!('value' in facts.cluster)) return clusterFindings(facts);
  const basic = [
    ...clusterFindings(facts),
    ...apiFindings(facts),
    ...rightFindings(facts, pre),
    ...helmFindings(facts),
    ...systemFindings(facts, pre),
  ];
  if (pre) return [...basic, ...unmanagedFindings(facts)];
  const all = [
    ...basic,
    ...operatorFindings(facts),
    ...centerFindings(facts),
    ...capabilityFindings(facts),
    ...releaseFindings(facts),
    ...unmanagedFindings(facts),
    ...definitionFindings(facts),
    ...crdFindings(facts),
  ];
  return name === undefined
    ? all
    : all.filter(({ area, level }) => area === name || (area === 'cluster' && level === 'ok'));
}
