import { randomUUID } from 'node:crypto';
import { type KubernetesObject, type ObjectReference, silentLogger } from '@capstan/base';
import { conditionsOf, connect, findCondition, type KubeClient, waitFor } from '@capstan/kube';
import type { Plugin } from '@capstan/plugin-api';
import '@capstan/sandbox/testing';
import { inject } from 'vitest';
import {
  installSystem,
  type OperatorOptions,
  type OperatorState,
  runOperator,
  type ServedEndpoint,
} from '../src/index.ts';

/** How long a test waits for the cluster. */
export const DEADLINE_MS = 60_000;

/** An operator inside the test process. */
export interface RunningOperator {
  /** Every state that it reported, in order. */
  readonly states: OperatorState[];
  /** Resolves once it works. */
  readonly running: Promise<void>;
  /** Where it serves something, without a path. */
  url(name: ServedEndpoint['name']): string;
  stop(): Promise<void>;
}

export function startOperator(
  client: KubeClient,
  plugins: readonly Plugin[] = [],
  options: Partial<OperatorOptions> = {},
): RunningOperator {
  const stop = new AbortController();
  const states: OperatorState[] = [];
  const served = new Map<string, string>();
  const { promise: running, resolve } = Promise.withResolvers<void>();
  const ended = runOperator({
    client,
    log: silentLogger,
    signal: stop.signal,
    plugins,
    ...options,
    onServed: ({ name, url }) => served.set(name, url),
    onState: (state) => {
      states.push(state);
      if (state.state === 'running') resolve();
    },
  });
  return {
    states,
    running,
    url: (name) => served.get(name) ?? '',
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}

/** An operator on the control plane that the cluster tests of a run share, with a namespace of a file's own. */
export interface SharedOperator {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Ends the operator and deletes the namespace. */
  stop(): Promise<void>;
}

/** Starts it; `prepare` runs before, with the system installed. */
export async function sharedOperator(prepare?: (client: KubeClient) => Promise<unknown>): Promise<SharedOperator> {
  const client = await connect({ kubeconfig: inject('kubeconfig') });
  await installSystem(client);
  await prepare?.(client);
  const operator = startOperator(client);
  await operator.running;
  const namespace = await newNamespace(client);
  return {
    client,
    namespace,
    async stop() {
      await operator.stop();
      await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
      client.close();
    },
  };
}

/** A namespace of the test's own. */
export async function newNamespace(client: KubeClient): Promise<string> {
  const name = `test-${randomUUID().slice(0, 8)}`;
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

export function aComponent(namespace: string, name: string, spec: object, more: object = {}): KubernetesObject {
  const workload = { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'WebService', spec };
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'Component',
    metadata: { name, namespace },
    spec: { workload, ...more },
  };
}

export function anApplication(namespace: string, name: string, components: readonly object[]): KubernetesObject {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ApplicationConfiguration',
    metadata: { name, namespace },
    spec: { components },
  };
}

/** Waits until a condition of an object has this status (and reason), for the object's latest generation. */
export async function condition(
  client: KubeClient,
  reference: ObjectReference,
  [type, status, reason]: readonly [string, string, string?],
): Promise<KubernetesObject> {
  const holds = (object: KubernetesObject | undefined) => {
    const found = object && findCondition(conditionsOf(object), type);
    if (!found || found.status !== status || (reason && found.reason !== reason)) return false;
    return found.observedGeneration === undefined || found.observedGeneration === object.metadata.generation;
  };
  return (await waitFor(client, reference, holds, { timeoutMs: DEADLINE_MS })) as KubernetesObject;
}

export function applicationIn(namespace: string, name: string): ObjectReference {
  return { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ApplicationConfiguration', namespace, name };
}

export function deploymentIn(namespace: string, name: string): ObjectReference {
  return { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name };
}

export function webServiceIn(namespace: string, name: string): ObjectReference {
  return { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'WebService', namespace, name };
}

/** A CRD whose objects may say anything. */
export function crd({ apiVersion, kind }: { apiVersion: string; kind: string }, plural: string): KubernetesObject {
  const [group = '', version = ''] = apiVersion.split('/');
  const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: free, status: free } } };
  const served = { name: version, served: true, storage: true, schema, subresources: { status: {} } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase() }, versions: [served] },
  };
}

/** A TraitDefinition of the kind that it is named after. */
export function definition(name: string, workloadRefPath: string, more: object): KubernetesObject {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'TraitDefinition',
    metadata: { name },
    spec: { definitionRef: { name }, workloadRefPath, ...more },
  };
}
