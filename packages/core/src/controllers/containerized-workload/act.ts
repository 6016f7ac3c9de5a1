import { isCapstanError, type KubernetesObject, messageOf, referenceTo } from '@capstan/base';
import { KUBE_CODES, type KubeClient, type NewEvent } from '@capstan/kube';
import type { ContainerizedWorkload } from '@capstan/oam-model';
import { type ChildrenPlan, type LiveChildren, planConfigMaps, type Step } from './plan.ts';
import type { RenderedWorkload } from './render.ts';

/** What came of a plan. */
export interface Outcome {
  /** The children as they are now. */
  readonly deployment?: KubernetesObject;
  readonly service?: KubernetesObject;
  /** What failed, in the order in which the reference applies things. */
  readonly failures: readonly Failure[];
  readonly events: readonly NewEvent[];
}

/** A child that could not be brought about. */
export interface Failure {
  /** The reference's words: `cannot apply the deployment`. */
  readonly stage: string;
  readonly message: string;
  /** Absent where nothing was tried. */
  readonly error?: unknown;
}

/** What `act` works with. */
export interface ActInput {
  readonly client: KubeClient;
  readonly workload: ContainerizedWorkload;
  readonly rendered: RenderedWorkload;
  readonly plan: ChildrenPlan;
  readonly live: LiveChildren;
  /** Called with each child that was written. */
  readonly learn: (object: KubernetesObject) => void;
  readonly signal: AbortSignal;
}

interface Result {
  readonly live?: KubernetesObject;
  readonly failure?: Failure;
  readonly event?: NewEvent;
}

/** Brings the children about, independent ones at once. Never rejects for what the API server says. */
export async function act(input: ActInput): Promise<Outcome> {
  const { plan } = input;
  const [{ deployment, configMaps }, service, claims, removed] = await Promise.all([
    deploymentAndFiles(input),
    plan.service ? carryOut(input, plan.service) : undefined,
    Promise.all(plan.claims.map((step) => carryOut(input, step))),
    Promise.all(plan.remove.map((object) => remove(input, object))),
  ]);
  const results = [deployment, ...configMaps, ...claims, ...(service ? [service] : []), ...removed];
  return {
    ...(deployment.live ? { deployment: deployment.live } : {}),
    ...(service?.live ? { service: service.live } : {}),
    failures: results.flatMap(({ failure }) => failure ?? []),
    events: results.flatMap(({ event }) => event ?? []),
  };
}

/** Files are there before the pods that need them, where their owner, the Deployment, exists already. */
async function deploymentAndFiles(input: ActInput): Promise<{ deployment: Result; configMaps: Result[] }> {
  const { plan, rendered, live } = input;
  const writeFiles = (deployment: KubernetesObject) => {
    const steps = planConfigMaps(deployment, rendered.configMaps, live.configMaps);
    return Promise.all(steps.map((step) => carryOut(input, step)));
  };
  const step = plan.deployment;
  const before = step.do === 'refuse' || (step.do === 'apply' && step.replace) ? undefined : step.live;
  if (before) {
    const configMaps = await writeFiles(before);
    const failed = configMaps.some(({ failure }) => failure);
    // Pods of the new template would not start.
    return { configMaps, deployment: failed ? { live: before } : await carryOut(input, step) };
  }
  const deployment = await carryOut(input, step);
  return { deployment, configMaps: deployment.live ? await writeFiles(deployment.live) : [] };
}

async function carryOut(input: ActInput, step: Step): Promise<Result> {
  if (step.do === 'keep') return { live: step.live };
  const kind = step.do === 'refuse' ? step.kind : step.object.kind;
  const stage = `cannot apply the ${kind.toLowerCase()}`;
  if (step.do === 'refuse') return { failure: { stage, message: step.why } };
  const { object, manager, live, replace } = step;
  try {
    if (replace && live) await discard(input, live);
    const { client, signal, learn, workload } = input;
    const applied = await client.apply(object, { fieldManager: manager, force: true, signal });
    learn(applied);
    // What was there before is only put right; that tells nobody anything.
    if (live && !replace) return { live: applied };
    const what = `${kind.toLowerCase()} \`${object.metadata.name}\``;
    const message = `Workload \`${workload.metadata.name}\` successfully server side patched a ${what}`;
    return { live: applied, event: { type: 'Normal', reason: `${kind} created`, message } };
  } catch (error) {
    return { failure: { stage, message: messageOf(error), error } };
  }
}

async function remove(input: ActInput, object: KubernetesObject): Promise<Result> {
  try {
    await discard(input, object);
    return {};
  } catch (error) {
    const stage = `cannot delete the ${object.kind.toLowerCase()}`;
    return { failure: { stage, message: messageOf(error), error } };
  }
}

/** Deletes this very object: one of the same name that was made meanwhile is another. */
async function discard({ client, signal }: ActInput, object: KubernetesObject): Promise<void> {
  const { uid } = object.metadata;
  try {
    await client.delete(referenceTo(object), { ...(uid === undefined ? {} : { uid }), signal });
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
    const now = await client.get(referenceTo(object), { signal });
    if (now !== undefined && now.metadata.uid === uid) throw error;
  }
}
