import type { KubernetesObject } from '@capstan/base';
import { type ApplicationConfiguration, type Component, type HistoryWorkload, OAM_LABELS } from '@capstan/oam-model';

/** Everything that the name of a workload depends on. */
export interface WorkloadNameInput {
  /** The template with the parameters in it. */
  readonly workload: KubernetesObject;
  readonly instanceName?: string;
  /** The component, or the snapshot that the application names. */
  readonly component: Component;
  /** Some trait of the component has a Definition with `revisionEnabled`. */
  readonly revisionEnabled: boolean;
  /** The live workload that the status records for the component, if there is one. */
  readonly existing?: KubernetesObject | undefined;
}

/**
 * The name of a component's workload: the instance's; else its own, from the template or a parameter; else, with a
 * revision-enabled trait, that of the revision, unless the recorded workload is of this very revision, which keeps its
 * name; else the component's.
 */
export function workloadNameFor(input: WorkloadNameInput): { readonly name: string } | { readonly error: string } {
  const { workload, instanceName, component, revisionEnabled, existing } = input;
  const own = instanceName || workload.metadata?.name;
  if (own) return { name: own };
  if (!revisionEnabled) return { name: component.metadata.name };
  const latest = component.status?.latestRevision?.name;
  if (!latest) {
    return {
      error: `cannot get latest revision for component "${component.metadata.name}" while revision is enabled`,
    };
  }
  const kept = existing?.metadata.labels?.[OAM_LABELS.revision] === latest;
  return { name: kept ? existing.metadata.name : latest };
}

/** Everything that the older workloads of a component depend on. */
export interface HistoryInput {
  readonly application: ApplicationConfiguration;
  readonly componentName: string;
  /** The component's workload as it is now. */
  readonly workload: KubernetesObject;
  /** `componentRevisionName` of the component. */
  readonly revisionName: string;
  /** Objects of the workload's kind in the application's namespace. */
  readonly live: readonly KubernetesObject[];
}

/** The workloads of older revisions that still run, for `status.historyWorkloads`; only with a revision-enabled trait. */
export function historyWorkloads(input: HistoryInput): HistoryWorkload[] {
  const { application, componentName, workload, revisionName, live } = input;
  const wanted = {
    [OAM_LABELS.application]: application.metadata.name,
    [OAM_LABELS.component]: componentName,
    [OAM_LABELS.resourceType]: 'WORKLOAD',
  };
  return live
    .filter(({ apiVersion, kind }) => apiVersion === workload.apiVersion && kind === workload.kind)
    .filter(({ metadata }) => metadata.namespace === application.metadata.namespace)
    .filter(({ metadata }) => Object.entries(wanted).every(([key, value]) => metadata.labels?.[key] === value))
    .filter(({ metadata: { name } }) => name !== revisionName && name !== workload.metadata.name)
    .map(({ apiVersion, kind, metadata: { name, uid } }) => ({
      revision: name,
      workloadRef: { apiVersion, kind, name, ...(uid === undefined ? {} : { uid }) },
    }))
    .sort((a, b) => a.revision.localeCompare(b.revision, 'en', { numeric: true }));
}
