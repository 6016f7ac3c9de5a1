import {
  type ApplicationComponent,
  type ApplicationConfiguration,
  componentNameOf,
  dependencyGraph,
  instanceNameOf,
  type TypedReference,
  type WorkloadStatusEntry,
} from '@capstan/oam-model';

/** A component entry of an application, with what its status says of it. */
export interface TreeComponent {
  readonly instance: string;
  readonly recorded: WorkloadStatusEntry | undefined;
  /** Why it is held back, as sentences. */
  readonly waitsFor: readonly string[];
  readonly scopes: readonly TypedReference[];
  readonly remarks: readonly string[];
}

/** The components of an application, each after those that it depends on, else in their order. */
export function componentsInOrder(application: ApplicationConfiguration): TreeComponent[] {
  const { components: entries } = application.spec;
  const recorded = recordedFor(application);
  const { waitsFor } = dependencyGraph(
    entries.map((entry, at) => {
      const workload = recorded[at]?.workloadRef?.name;
      return {
        instance: instanceNameOf(entry),
        aliases: [componentNameOf(entry), ...(workload ? [workload] : [])],
        dependencies: entry.dependencies ?? [],
      };
    }),
  );
  const providers = dataProviders(entries);
  const order: number[] = [];
  const visit = (at: number): void => {
    if (order.includes(at)) return;
    for (const before of waitsFor[at] ?? []) visit(before);
    order.push(at);
  };
  for (const at of entries.keys()) visit(at);
  return order.flatMap((at) => {
    const entry = entries[at];
    if (!entry) return [];
    const entryBefore = recorded[at];
    const before = (waitsFor[at] ?? []).flatMap((index) => nameOf(entries[index]));
    const data = dataSources(entry, providers).filter((source) => source !== instanceNameOf(entry));
    const revision = entryBefore?.componentRevisionName;
    return {
      instance: instanceNameOf(entry),
      recorded: entryBefore,
      waitsFor: waitingReasons(application, entryBefore),
      scopes: (entry.scopes ?? []).flatMap(({ scopeRef, scope }) => scopeRef ?? scope ?? []),
      remarks: [
        ...(revision ? [`revision ${revision}`] : []),
        ...(before.length > 0 ? [`after ${before.join(', ')}`] : []),
        ...(data.length > 0 ? [`data from ${data.join(', ')}`] : []),
      ],
    };
  });
}

function nameOf(entry: ApplicationComponent | undefined): string[] {
  return entry ? [instanceNameOf(entry)] : [];
}

/** The status has an entry per component, in their order, once all of it was rendered. */
function recordedFor({ spec, status }: ApplicationConfiguration): (WorkloadStatusEntry | undefined)[] {
  const free = [...(status?.workloads ?? [])];
  return spec.components.map((entry) => {
    const name = componentNameOf(entry);
    const named = free.findIndex(
      (one) => one.componentName === name && one.workloadRef?.name === (entry.instanceName || one.workloadRef?.name),
    );
    return named < 0 ? undefined : free.splice(named, 1)[0];
  });
}

function waitingReasons({ status }: ApplicationConfiguration, recorded: WorkloadStatusEntry | undefined): string[] {
  const own = [recorded?.workloadRef, ...(recorded?.traits ?? []).map(({ traitRef }) => traitRef)];
  const unsatisfied = status?.dependency?.unsatisfied ?? [];
  return unsatisfied
    .filter(({ to }) => own.some((one) => one?.kind === to.kind && one.name === to.name))
    .map(({ reason, from }) =>
      reason.startsWith('waits for ') ? reason : `waits for ${from.kind}/${from.name}: ${reason}`,
    );
}

/** Which component offers a data output of a name; of two the later. */
function dataProviders(entries: readonly ApplicationComponent[]): ReadonlyMap<string, string> {
  return new Map(
    entries.flatMap((entry) =>
      [entry, ...(entry.traits ?? [])].flatMap(({ dataOutputs = [] }) =>
        dataOutputs.flatMap(({ name }) => (name ? [[name, instanceNameOf(entry)] as const] : [])),
      ),
    ),
  );
}

function dataSources(entry: ApplicationComponent, providers: ReadonlyMap<string, string>): string[] {
  const inputs = [entry, ...(entry.traits ?? [])].flatMap(({ dataInputs = [] }) => dataInputs);
  return [...new Set(inputs.flatMap(({ valueFrom }) => providers.get(valueFrom?.dataOutputName ?? '') ?? []))];
}
