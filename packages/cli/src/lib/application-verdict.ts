import { CapstanError, type Condition, EXIT, type KubernetesObject } from '@capstan/base';
import type { ProblemReason } from '@capstan/core';
import type { KubeClient } from '@capstan/kube';
import type { ApplicationConfiguration, Component } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';

/** What was applied of one application. */
export interface Applied {
  /** Of the application: an older observation does not count. */
  readonly generation: number;
  /** Components that were applied with it: it is ready when it runs them as they are now. */
  readonly components?: readonly KubernetesObject[];
  /** Ends what is asked of the cluster. */
  readonly signal: AbortSignal;
}

/** Whether what a status says is about what was applied. */
export interface Verdicts {
  /** The application runs what was applied, in the revisions that came of it. */
  isCurrent(application: ApplicationConfiguration): Promise<boolean>;
  /** What the controller calls hopeless is so with the components as they were applied; asked again a moment later. */
  isFinal(application: ApplicationConfiguration): Promise<boolean>;
}

/**
 * Reasons of `Ready=False` that only a changed file or a new capability helps against. What may come by itself is not
 * among them: a kind that is about to be served, a plugin that is being loaded, a revision that is being made.
 */
const HOPELESS: ReadonlySet<string> = new Set<ProblemReason | 'FieldConflict'>([
  'ComponentMissing',
  'InvalidApplication',
  'InvalidParameters',
  'WorkloadDefinitionMissing',
  'TraitDefinitionMissing',
  'KindNotNamespaced',
  'TraitNotApplicable',
  'TraitConflict',
  'InvalidWorkload',
  'InvalidTrait',
  'InvalidScope',
  'InvalidDataPassing',
  'DependencyUnknown',
  'DependencyCycle',
  'DuplicateObject',
  'FieldConflict',
  'NotControlled',
]);

/** How long the controller stays with a verdict, once it has looked at the components, before it is believed. */
const VERDICT_MS = 1_000;

/**
 * Judges statuses of an application after it was applied. A component that changes leaves the application's generation
 * as it is: only the revisions in both statuses tell whether the controller has seen it.
 */
export function verdictsOn(client: KubeClient, { generation, components = [], signal }: Applied): Verdicts {
  const revisions = new Map<string, string>();
  let said: string | undefined;
  let since = 0;
  /** The revision that the controller made of a component as it was applied; none until it has looked at that. */
  const revisionOf = async ({ apiVersion, kind, metadata }: KubernetesObject): Promise<string | undefined> => {
    const { name, namespace = '', generation: applied = 0 } = metadata;
    const known = revisions.get(name);
    if (known !== undefined) return known;
    const live = (await client.get({ apiVersion, kind, name, namespace }, { signal })) as Component | undefined;
    const { observedGeneration = 0, latestRevision } = live?.status ?? {};
    if (latestRevision && observedGeneration >= applied) revisions.set(name, latestRevision.name);
    return revisions.get(name);
  };
  return {
    async isCurrent({ spec, status }) {
      if ((status?.observedGeneration ?? 0) < generation) return false;
      for (const component of namedIn(spec, components)) {
        const { name } = component.metadata;
        const wanted = await revisionOf(component);
        const running = status?.workloads?.filter(({ componentName }) => componentName === name) ?? [];
        if (!running.some(({ componentRevisionName }) => componentRevisionName === wanted)) return false;
      }
      return true;
    },
    async isFinal(application) {
      const named = namedIn(application.spec, components);
      if (named.length === 0) return true;
      for (const component of named) if ((await revisionOf(component)) === undefined) return false;
      // It has seen the components, but may not have come to the application yet.
      const message = readyOf(application)?.message;
      if (said !== message || since === 0) [said, since] = [message, Date.now()];
      return Date.now() - since >= VERDICT_MS;
    },
  };
}

/**
 * Throws, with exit 1 and the controller's reason, where the controller says what waiting cannot change. Says when to
 * look again where it may still speak of how the components were before.
 */
export async function throwIfHopeless(
  application: ApplicationConfiguration,
  verdicts: Verdicts,
): Promise<'go on' | { readonly againInMs: number }> {
  const ready = readyOf(application);
  if (!ready || !HOPELESS.has(ready.reason) || !isOfNow(ready, application)) return 'go on';
  if (!(await verdicts.isFinal(application))) return { againInMs: VERDICT_MS };
  const { name } = application.metadata;
  const { reason, message } = ready;
  throw new CapstanError(CLI_CODES.applicationNotReady, `application ${name} cannot be brought about: ${message}`, {
    hint: `The controller says ${reason}. What ran before goes on unchanged.`,
    next: [`capstan status ${name}`],
    exit: EXIT.failed,
    fields: { reason },
  });
}

/** Whether a condition was found with the application as it is written now. */
export function isOfNow(condition: Condition, { metadata }: ApplicationConfiguration): boolean {
  return condition.observedGeneration === metadata.generation;
}

/** The components among some that an application runs in their newest revision. */
function namedIn(
  { components }: ApplicationConfiguration['spec'],
  applied: readonly KubernetesObject[],
): KubernetesObject[] {
  return applied.filter(({ metadata: { name } }) =>
    components.some((entry) => !entry.revisionName && entry.componentName === name),
  );
}

function readyOf({ status }: ApplicationConfiguration): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}
