import { CapstanError, EXIT, groupOf, type KubernetesObject, type Logger, referenceTo } from '@capstan/base';
import {
  activatePlugins,
  builtinPlugins,
  type ClusterReader,
  type Contributions,
  type Decision,
  type DecisionProblem,
  decideApplication,
  kindKey,
  type ObservedApplication,
  type ObserveInput,
  observeApplication,
  type ProblemReason,
  type ServedKind,
} from '@capstan/core';
import type { KubeClient } from '@capstan/kube';
import {
  type ApplicationConfiguration,
  type Component,
  type DefinitionCatalog,
  isScopeDefinition,
  isTraitDefinition,
  isWorkloadDefinition,
  resourceNameOf,
  type SourceDocument,
} from '@capstan/oam-model';
import { bundledPlugins } from '@capstan/operator';
import { asApplied, componentAsApplied } from '../changes/as-applied.ts';
import { asIfApplied } from '../changes/as-if-applied.ts';
import { CLI_CODES } from '../codes.ts';
import type { ReportedProblem } from '../render/error.ts';
import type { ApplicationFiles } from './application-files.ts';
import { USER_MANAGER } from './apply-application.ts';
import { withOwnTypes } from './dialect-warnings.ts';
import { isOam } from './file-objects.ts';
import { problemSource } from './problem-source.ts';

/** What to render with: a cluster, or the types that come with Capstan. */
export interface RenderOptions {
  readonly types: DefinitionCatalog;
  readonly client?: KubeClient;
  readonly namespace: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What the operator would apply for the applications of some files, in order. Changes nothing; fails with exit 2. */
export async function renderApplications(files: ApplicationFiles, options: RenderOptions): Promise<KubernetesObject[]> {
  const decided = await decideFiles(files, options);
  return decided.flatMap(({ name, decision }) => {
    throwProblems(decision, name, files.documents);
    // What a trait's controller makes is not what Capstan applies.
    return decision.objects.flatMap(({ object, action }) => (action === 'taken' ? [] : [object]));
  });
}

/** What plugins find wrong with the workloads and traits of some files. Changes nothing; fails with exit 2. */
export async function checkByPlugins(files: ApplicationFiles, options: RenderOptions): Promise<void> {
  for (const { name, decision } of await decideFiles(files, options)) {
    const problems = decision.problems.filter(
      ({ reason }) => reason === 'InvalidTrait' || reason === 'InvalidWorkload',
    );
    throwProblems({ ...decision, problems }, name, files.documents);
  }
}

/** What the operator would decide about each application of some files, as if nothing of it were there. */
async function decideFiles(
  files: ApplicationFiles,
  options: RenderOptions,
): Promise<{ readonly name: string; readonly decision: Decision }[]> {
  const { client, log, signal } = options;
  return withContributions(log, async (contributions) => {
    const decided: { name: string; decision: Decision }[] = [];
    for (const given of files.applications) {
      const namespace = given.metadata.namespace ?? options.namespace;
      const live = async <T extends KubernetesObject>(object: T) =>
        client && ((await client.get({ ...referenceTo(object), namespace }, { signal })) as T | undefined);
      const placed = { ...given, metadata: { ...given.metadata, namespace } };
      const application = asApplied(placed, await live(given), USER_MANAGER);
      const components = await Promise.all(
        files.components.map(async (one) => {
          const own = { ...one, metadata: { ...one.metadata, namespace: one.metadata.namespace ?? options.namespace } };
          return componentAsApplied(own, await live(one), USER_MANAGER);
        }),
      );
      const others = files.documents
        .map(({ object }) => object)
        .filter((object) => !isOam(object, 'Component', 'ApplicationConfiguration'));
      const observed = client
        ? await observeApplication(asIfApplied(client, [...others, ...components]), { application, contributions })
        : offline(application, components, withOwnTypes(files, options.types), contributions);
      const decision = decideApplication({ ...observed, live: new Map() });
      decided.push({ name: application.metadata.name, decision });
    }
    return decided;
  });
}

/** Gives the contributions of all plugins that come with Capstan, and stops the plugins afterwards. */
export async function withContributions<T>(
  log: Logger,
  work: (contributions: Contributions) => Promise<T>,
): Promise<T> {
  const plugins = await activatePlugins([...builtinPlugins, ...(await bundledPlugins(log))], log);
  try {
    return await work(plugins.contributions);
  } finally {
    await plugins.stop();
  }
}

/**
 * What the operator would do about an application now. Reads only; fails with exit 2 or 5 where it would do nothing, with
 * the places in the files that it is from.
 */
export async function decideInCluster(
  client: ClusterReader,
  asked: ObserveInput,
  documents: readonly SourceDocument[] = [],
): Promise<{ readonly observed: ObservedApplication; readonly decision: Decision }> {
  const observed = await observeApplication(client, asked);
  const decision = decideApplication(observed);
  throwProblems(decision, asked.application.metadata.name, documents);
  return { observed, decision };
}

/** What a cluster with exactly these types would show. */
function offline(
  application: ApplicationConfiguration,
  components: readonly Component[],
  { definitions, crds }: DefinitionCatalog,
  contributions: Contributions,
): ObservedApplication {
  const kinds = crds.flatMap((crd) =>
    crd.spec.versions.map(({ name, subresources }) => {
      const kind = { apiVersion: `${crd.spec.group}/${name}`, kind: crd.spec.names.kind };
      const served = {
        name: crd.metadata.name,
        namespaced: crd.spec.scope === 'Namespaced',
        subresources: Object.keys(subresources ?? {}),
      };
      return [kindKey(kind), served] as const;
    }),
  );
  return {
    application,
    components: new Map(components.map((component) => [component.metadata.name, component])),
    workloadDefinitions: definitions.filter(isWorkloadDefinition),
    traitDefinitions: definitions.filter(isTraitDefinition),
    scopeDefinitions: definitions.filter(isScopeDefinition),
    kinds: withOwnKinds(new Map(kinds)),
    crds: new Map(crds.map((crd) => [crd.metadata.name, crd])),
    contributions,
    live: new Map(),
  };
}

/** The kinds of CRDs, and those that Kubernetes has itself, whose resources are named as one guesses. */
function withOwnKinds(known: ReadonlyMap<string, ServedKind>): ObservedApplication['kinds'] {
  return {
    get: (key) => {
      const slash = key.lastIndexOf('/');
      const kind = { apiVersion: key.slice(0, slash), kind: key.slice(slash + 1) };
      const own = !groupOf(kind.apiVersion).includes('.') || groupOf(kind.apiVersion).endsWith('.k8s.io');
      return known.get(key) ?? (own ? { name: resourceNameOf(kind), namespaced: true, subresources: [] } : undefined);
    },
  };
}

/** Reasons that lie in what the cluster holds, not in the files. */
const CONFLICTS: ReadonlySet<ProblemReason> = new Set(['NotControlled']);

function throwProblems({ problems }: Decision, application: string, documents: readonly SourceDocument[]): void {
  if (problems.length === 0) return;
  const blocked = problems.every(({ reason }) => CONFLICTS.has(reason));
  throw new CapstanError(CLI_CODES.invalidApplication, `application ${application} cannot be brought about`, {
    exit: blocked ? EXIT.blocked : EXIT.usage,
    fields: { problems: problems.map((problem) => reported(problem, application, documents)) },
  });
}

function reported(
  problem: DecisionProblem,
  application: string,
  documents: readonly SourceDocument[],
): ReportedProblem {
  const { reason, message, component, path, hint } = problem;
  const source = CONFLICTS.has(reason) ? undefined : problemSource(problem, application, documents);
  return {
    code: reason,
    message: [component && `component ${component}`, message].filter(Boolean).join(': '),
    ...(path ? { path } : {}),
    ...(hint === undefined ? {} : { hint }),
    ...(source ? { source } : {}),
  };
}
