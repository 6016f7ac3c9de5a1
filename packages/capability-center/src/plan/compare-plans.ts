import { digestOf } from '@capstan/capability-model';
import type { PlanDrift, PlannedContent } from './plan-inputs.ts';
import type { InstallPlan } from './types.ts';

/** Every difference between what two plans for the same question rest on, in words; empty for equal digests. */
export function comparePlans(
  before: Pick<InstallPlan, 'inputs'>,
  after: Pick<InstallPlan, 'inputs'>,
): readonly PlanDrift[] {
  return [
    ...compareWishes(before.inputs.wishes, after.inputs.wishes),
    ...compareCatalog(before.inputs.catalog, after.inputs.catalog),
    ...compareCluster(before.inputs.cluster, after.inputs.cluster),
  ];
}

type Inputs = InstallPlan['inputs'];

function compareWishes(before: Inputs['wishes'], after: Inputs['wishes']): PlanDrift[] {
  const values = changedKeys(before.values, after.values).map((name) => `The values of ${name} are others.`);
  const { values: _before, ...asked } = before;
  const { values: _after, ...askedNow } = after;
  const goals = equal(asked, askedNow) ? [] : ['Something else is asked for.'];
  return [...goals, ...values].map((text) => ({ what: 'values', text }));
}

function compareCatalog(before: readonly PlannedContent[], after: readonly PlannedContent[]): PlanDrift[] {
  const [was, is] = [byName(before), byName(after)];
  return changedKeys(was, is).map((name) => ({ what: 'catalog', text: contentText(name, was[name], is[name]) }));
}

function contentText(name: string, was: PlannedContent | undefined, is: PlannedContent | undefined): string {
  if (!was) return `${name} ${is?.version} is part of it now.`;
  if (!is) return `${name} is no part of it any more.`;
  if (was.version !== is.version) return `${name} would be ${is.version} instead of ${was.version}.`;
  if (was.release !== is.release || was.metadataDigest !== is.metadataDigest) {
    return `The metadata of ${name} ${is.version} changed.`;
  }
  const units = changedKeys(was.units, is.units);
  if (units.length > 0) return `The chart or the values of ${name}, unit ${units.join(', ')}, changed.`;
  const crds = changedKeys(was.crds, is.crds);
  if (crds.length > 0) return `${name} brings other CRDs: ${crds.join(', ')}.`;
  return `${name}: the plan was to ${was.action} it, and now is to ${is.action} it.`;
}

function compareCluster(before: Inputs['cluster'], after: Inputs['cluster']): PlanDrift[] {
  if (before.uid !== after.uid) return [{ what: 'cluster', text: 'It is another cluster.' }];
  const texts = [
    ...(before.version === after.version
      ? []
      : [`The cluster runs Kubernetes ${after.version} instead of ${before.version}.`]),
    ...(before.simulated === after.simulated ? [] : ['Its pods are simulated in one and real in the other.']),
    ...(equal(before.arch, after.arch) ? [] : ['The architectures of its nodes changed.']),
    ...changedKeys(before.installed, after.installed).map((name) => `The installed version of ${name} changed.`),
    ...changedKeys(before.crds, after.crds).map((name) => `The CRD ${name} was changed in the cluster.`),
    ...changedKeys(before.namespaces, after.namespaces).map((name) => `The namespace ${name} came or went.`),
    ...changedKeys(before.objects, after.objects).map((unit) => `${unit} has other objects.`),
  ];
  return texts.map((text) => ({ what: 'cluster', text }));
}

function byName(contents: readonly PlannedContent[]): Readonly<Record<string, PlannedContent>> {
  return Object.fromEntries(contents.map((content) => [content.name, content]));
}

function changedKeys(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.filter((key) => !equal(before[key], after[key]));
}

function equal(a: unknown, b: unknown): boolean {
  return digestOf({ value: a }) === digestOf({ value: b });
}
