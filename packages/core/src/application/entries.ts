import type { KubernetesObject } from '@capstan/base';
import {
  type ApplicationComponent,
  type ApplicationConfiguration,
  type Component,
  componentKey,
  componentNameOf,
  type DefinitionCatalog,
  type NormalizedApplication,
  normalizeApplication,
  pinnedRevision,
  type WorkloadStatusEntry,
} from '@capstan/oam-model';
import { componentOf } from '../revisions/component-of.ts';
import { CONTROLLER_REVISION, snapshotOf } from '../revisions/snapshot.ts';
import type { ObservedApplication, ProblemReason } from './model.ts';
import { objectKey } from './names.ts';
import type { Report } from './problems.ts';

/** A component entry of an application in canonical form, and the component that it means. */
export interface ResolvedEntry {
  readonly entry: ApplicationComponent;
  /** Position in `spec.components`. */
  readonly index: number;
  readonly component: Component;
  readonly componentName: string;
  /** Empty before the first revision exists. */
  readonly revision: string;
  /** What the status recorded for this entry. */
  readonly recorded: WorkloadStatusEntry | undefined;
}

/** An application read at the one door for both dialects. */
export interface ReadApplication {
  readonly application: ApplicationConfiguration;
  readonly catalog: DefinitionCatalog;
  readonly entries: readonly ResolvedEntry[];
  readonly warnings: readonly string[];
  /** Components whose newest spec has no revision yet. */
  readonly awaited: readonly string[];
}

/** Normalises an application and finds what each of its entries means. */
export function readApplication(observed: ObservedApplication, report: Report): ReadApplication {
  const catalog = catalogOf(observed);
  const components = meantComponents(observed);
  const canonical = normalizeApplication({ application: observed.application, components, catalog });
  for (const { path, component, message, hint, reason } of canonical.problems) {
    report({
      reason: reason as ProblemReason,
      message,
      path,
      ...(component ? { component } : {}),
      ...(hint ? { hint } : {}),
    });
  }
  const { application, warnings } = canonical;
  const found = application.spec.components.map((entry) => meaning(observed, canonical, entry));
  const recorded = recordedEntries(application, found);
  const entries: ResolvedEntry[] = [];
  const awaited: string[] = [];
  for (const [index, entry] of application.spec.components.entries()) {
    const one = found[index];
    if (!one) continue;
    if ('error' in one) {
      const reason = entry.revisionName ? 'RevisionMissing' : 'ComponentMissing';
      const component = entry.revisionName ?? entry.componentName ?? '';
      report({ reason, component, message: one.error, hint: MISSING[reason] });
      continue;
    }
    const { component, componentName, revisionName: revision, pending } = one;
    if (pending && observed.awaitRevisions) awaited.push(componentName);
    entries.push({ entry, index, component, componentName, revision, recorded: recorded[index] });
  }
  return { application, catalog, entries, warnings: warnings.map(({ message }) => message), awaited };
}

/** The Components and revisions that the entries name, for the normaliser. */
function meantComponents(observed: ObservedApplication): Map<string, Component> {
  const meant = new Map<string, Component>();
  for (const entry of observed.application.spec.components) {
    const pinned = pinnedRevision(entry);
    const revision = pinned === undefined ? undefined : revisionNamed(observed, pinned);
    const component =
      pinned === undefined ? observed.components.get(componentNameOf(entry)) : revision && snapshotOf(revision);
    if (component) meant.set(componentKey(entry), component);
  }
  return meant;
}

function meaning(observed: ObservedApplication, canonical: NormalizedApplication, entry: ApplicationComponent) {
  const { revisionName } = entry;
  const revision = revisionName ? revisionNamed(observed, revisionName) : undefined;
  const revisions = new Map(revision && revisionName ? [[revisionName, revision]] : []);
  const found = componentOf(entry, canonical.components, revisions);
  if ('error' in found) return found;
  return { ...found, component: canonical.components.get(componentKey(entry)) ?? found.component };
}

function revisionNamed({ application, referred }: ObservedApplication, name: string): KubernetesObject | undefined {
  const { namespace } = application.metadata;
  return referred?.get(objectKey({ ...CONTROLLER_REVISION, name, ...(namespace ? { namespace } : {}) }));
}

function catalogOf(observed: ObservedApplication): DefinitionCatalog {
  const { workloadDefinitions, traitDefinitions, scopeDefinitions = [], crds } = observed;
  return (
    observed.catalog ?? {
      definitions: [...workloadDefinitions, ...traitDefinitions, ...scopeDefinitions],
      crds: [...crds.values()],
    }
  );
}

/**
 * The status entry of each component entry. One Component may stand in an application more than once: then the one
 * whose workload has the instance's name, else the next one of this Component in order.
 */
function recordedEntries(
  application: ApplicationConfiguration,
  found: readonly (object & { readonly componentName?: string })[],
): (WorkloadStatusEntry | undefined)[] {
  const free = new Set(application.status?.workloads ?? []);
  const claim = (matches: (entry: WorkloadStatusEntry) => boolean) => {
    for (const entry of free) {
      if (!matches(entry)) continue;
      free.delete(entry);
      return entry;
    }
    return undefined;
  };
  const { components } = application.spec;
  const named = components.map(({ instanceName }, at) => {
    const name = found[at]?.componentName;
    if (!instanceName) return undefined;
    return claim((entry) => entry.componentName === name && entry.workloadRef?.name === instanceName);
  });
  return components.map((_, at) => named[at] ?? claim((entry) => entry.componentName === found[at]?.componentName));
}

const MISSING = {
  RevisionMissing: 'Apply the component again, or correct revisionName: `kubectl get controllerrevisions`.',
  ComponentMissing: 'Apply the Component, or correct componentName.',
} as const;
