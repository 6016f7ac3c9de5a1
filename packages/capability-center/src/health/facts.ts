import { type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import { type CapabilityInstall, LEASES } from '@capstan/capability-model';
import { clusterFacts, type KubeClient, leaseHolder } from '@capstan/kube';
import type { InstallerState } from '../installer/state.ts';
import { mapLimit } from '../plan/parallel.ts';
import { type ReleaseState, readRelease } from '../plan/release-state.ts';
import { type Drift, findDrift } from './drift.ts';
import { readInventory } from './inventory.ts';
import type { ProbeFacts } from './probes.ts';
import { crdReference, type HealthSubject } from './subject.ts';

/** All that a package's health follows from: read once by `cap status`, kept by watches in the operator. */
export interface HealthFacts {
  /** An object that the subject names, as it is. */
  object(reference: ObjectReference): KubernetesObject | undefined;
  release(name: string, namespace: string): Pick<ReleaseState, 'status'> | undefined;
  /** The goal and status of a package: of the subject, and of those that it needs. */
  install(name: string): CapabilityInstall | undefined;
  readonly operatorRuns: boolean;
  readonly pods: ProbeFacts;
  /** What of the package is not as it was put in force. */
  readonly drift: readonly Drift[];
}

/** The objects that the checks look at. */
export function watchedObjects({ definitions, probes, crds }: HealthSubject): ObjectReference[] {
  return [...definitions.map(referenceTo), ...crds.map(crdReference), ...probes.map(({ target }) => target)];
}

/** One text for one object, whatever else its reference carries. */
export function keyOf({ apiVersion, kind, namespace = '', name }: ObjectReference): string {
  return `${apiVersion}/${kind}/${namespace}/${name}`;
}

/** Reads the facts of one package; it writes nothing. */
export async function readFacts(
  client: KubeClient,
  subject: HealthSubject,
  { installs }: Pick<InstallerState, 'installs'>,
): Promise<HealthFacts> {
  const references = watchedObjects(subject);
  const [objects, releases, operator, pods, drift] = await Promise.all([
    mapLimit(references, 8, (reference) => client.get(reference)),
    Promise.all(subject.releases.map(({ release, namespace }) => readRelease(client, release, namespace))),
    leaseHolder(client, LEASES.operator),
    clusterFacts(client),
    readDrift(client, subject),
  ]);
  const byKey = new Map(references.map((reference, index) => [keyOf(reference), objects[index]]));
  return {
    object: (reference) => byKey.get(keyOf(reference)),
    release: (name, namespace) => releases.find((one) => one?.name === name && one.namespace === namespace),
    install: (name) => installs.get(name),
    operatorRuns: operator?.alive === true,
    pods,
    drift,
  };
}

async function readDrift(client: KubeClient, subject: HealthSubject): Promise<Drift[]> {
  const inventory = await readInventory(client, subject);
  const found = await mapLimit(inventory, 8, async (item) => findDrift(client, item, await client.get(item.reference)));
  return found.flatMap((drift) => drift ?? []);
}
