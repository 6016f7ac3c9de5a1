import { describeObject, type KubernetesObject } from '@capstan/base';
import { type KubeClient, waitFor } from '@capstan/kube';
import { type ApplicationConfiguration, type InventoryEntry, OAM_API_VERSION } from '@capstan/oam-model';
import { APPLICATION, listApplications, unknownApplication } from './applications.ts';
import { USER_MANAGER } from './apply-application.ts';
import { orForbidden } from './forbidden.ts';

/** An application that is to go, with what goes with it. */
export interface FoundApplication {
  readonly application: ApplicationConfiguration;
  readonly namespace: string;
  /** Everything made for it, in creation order. */
  readonly inventory: readonly InventoryEntry[];
  /** Components that only this application uses and that `up` applied. */
  readonly components: readonly string[];
  readonly kept: readonly { readonly name: string; readonly usedBy: string }[];
}

/** What `deleteApplication` did. */
export interface DeletedApplication {
  readonly objects: readonly string[];
  readonly components: readonly string[];
  readonly kept: FoundApplication['kept'];
}

/** Options of `deleteApplication`. */
export interface DeleteApplicationOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onStep: (text: string, done: boolean) => void;
}

const COMPONENT = { apiVersion: OAM_API_VERSION, kind: 'Component' } as const;

/** Looks at what deleting the application would take. Fails where there is no such application. Reads only. */
export async function findApplication(
  client: KubeClient,
  name: string,
  namespace: string,
  signal: AbortSignal,
): Promise<FoundApplication> {
  const all = await listApplications(client, namespace, signal);
  const application = all.find(({ metadata }) => metadata.name === name);
  if (!application) throw await unknownApplication(client, name, namespace, signal);
  const others = all.filter((one) => one !== application);
  const components: string[] = [];
  const kept: { name: string; usedBy: string }[] = [];
  for (const component of componentsOf(application)) {
    const user = others.find((one) => componentsOf(one).includes(component));
    if (user) kept.push({ name: component, usedBy: user.metadata.name });
    else if (isOurs(await client.get({ ...COMPONENT, name: component, namespace }, { signal })))
      components.push(component);
  }
  return { application, namespace, inventory: application.status?.inventory ?? [], components, kept };
}

/**
 * Deletes the application and waits until everything made for it is gone, then its components. The operator deletes in
 * the right order; without one the cluster's garbage collector does it by owner references. Fails with exit 6 and the
 * object that stays.
 */
export async function deleteApplication(
  client: KubeClient,
  found: FoundApplication,
  options: DeleteApplicationOptions,
): Promise<DeletedApplication> {
  const { application, namespace, inventory, components, kept } = found;
  const { name, uid } = application.metadata;
  const { signal, onStep } = options;
  const deadline = Date.now() + options.timeoutMs;
  const step = `application ${name}  deleting`;
  onStep(step, false);
  await client.delete({ ...APPLICATION, name, namespace }, { signal, ...(uid ? { uid } : {}) });
  for (const entry of [{ ...APPLICATION, name, namespace, ...(uid ? { uid } : {}) }, ...inventory.toReversed()]) {
    await untilGone(client, entry, deadline, signal);
  }
  onStep(step, true);
  for (const component of components) await client.delete({ ...COMPONENT, name: component, namespace }, { signal });
  return { objects: inventory.map(describeObject), components, kept };
}

/** An object of the same name but another uid is a new one: ours is gone. */
async function untilGone(
  client: KubeClient,
  entry: InventoryEntry,
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  const isGone = (object: KubernetesObject | undefined) =>
    !object || (entry.uid !== undefined && object.metadata.uid !== entry.uid);
  const timeoutMs = Math.max(1, deadline - Date.now());
  // What the caller may not read is deleted all the same, by the operator; there is only no telling when.
  await orForbidden(waitFor(client, entry, isGone, { timeoutMs, signal, goal: 'gone' }));
}

function componentsOf(application: ApplicationConfiguration): string[] {
  return application.spec.components.flatMap(({ componentName }) => componentName ?? []);
}

/** `capstan up` applied it: what another tool manages stays. */
function isOurs(component: KubernetesObject | undefined): boolean {
  const managers = component?.metadata.managedFields ?? [];
  return managers.some((entry) => entry['manager'] === USER_MANAGER && entry['operation'] === 'Apply');
}
