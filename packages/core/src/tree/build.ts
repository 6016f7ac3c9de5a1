import {
  groupOf,
  type Health,
  type KubernetesObject,
  type ObjectReference,
  referenceTo,
  worstHealth,
} from '@capstan/base';
import { conditionsOf, findCondition, healthOf } from '@capstan/kube';
import type { ApplicationConfiguration, TraitStatusEntry, TypedReference } from '@capstan/oam-model';
import { OAM_API_VERSION, OAM_LABELS } from '@capstan/oam-model';
import { CONDITIONS } from '../application/conditions.ts';
import { objectKey } from '../application/names.ts';
import { isComplaint, TAKEN_OVER } from '../application/trait-health.ts';
import { FRIENDLY } from '../builtins/friendly-crd.ts';
import { componentsInOrder, type TreeComponent } from './components.ts';
import type { ApplicationTree, TreeFacts, TreeNode } from './model.ts';

/** Field managers that play a controller or a kubelet: the sandbox's stage runner, and kwok. */
const SIMULATION_MANAGERS: readonly unknown[] = ['capstan-simulation', 'kwok'];

/** Arranges the facts as application, component, workload and traits, resources. Pure. */
export function buildTree(facts: TreeFacts): ApplicationTree {
  const application = facts.application as ApplicationConfiguration;
  const components = componentsInOrder(application).map((component) => componentNode(facts, component));
  const shown = new Set(components.flatMap((node) => node.children.map(objectKey)));
  const hidden = facts.unreadable.filter((reference) => !shown.has(objectKey(reference)));
  const nodes = [...components, ...hidden.map((reference) => unreadableNode(reference, 'resource'))];
  return { application: applicationNode(facts, nodes), simulated: facts.simulated };
}

function applicationNode(facts: TreeFacts, children: readonly TreeNode[]): TreeNode {
  const { application } = facts;
  const node = nodeOf(facts, application, 'application');
  return { ...node, health: applicationHealth(application, children), children };
}

/** The application's own conditions: what the controller found last. Where they say no, the worst part says how bad it is. */
function applicationHealth(application: KubernetesObject, children: readonly TreeNode[]): Health {
  const conditions = conditionsOf(application);
  const synced = findCondition(conditions, CONDITIONS.synced);
  const ready = findCondition(conditions, CONDITIONS.ready);
  if (!synced || !ready) {
    return { status: 'unknown', reason: 'NotReconciled', message: 'no operator has looked at it yet' };
  }
  if (synced.status === 'False') return { status: 'degraded', reason: ready.reason, message: synced.message };
  if (ready.observedGeneration !== application.metadata.generation) {
    return { status: 'progressing', reason: 'NotObservedYet', message: 'the last change is not looked at yet' };
  }
  if (ready.status === 'True') return { status: 'ready', reason: 'Ready' };
  const said = healthOf(application);
  if (said.status === 'degraded') return said;
  const worst = worstHealth(children.map((child) => child.health)).status;
  return { status: worst === 'ready' ? 'progressing' : worst, reason: ready.reason, message: ready.message };
}

function componentNode(facts: TreeFacts, component: TreeComponent): TreeNode {
  const { namespace } = facts.application.metadata;
  const { instance, recorded, waitsFor, scopes, remarks } = component;
  const waits: Health | undefined =
    waitsFor.length > 0
      ? { status: 'progressing', reason: 'WaitingForDependencies', message: waitsFor.join('; ') }
      : undefined;
  const workload = recorded?.workloadRef ? [referencedNode(facts, recorded.workloadRef, 'workload', waits)] : [];
  const traits = (recorded?.traits ?? []).map((trait) =>
    asJudged(facts, trait, referencedNode(facts, trait.traitRef, 'trait', waits ?? takenOver(facts, trait))),
  );
  const children = [...workload, ...traits];
  const none: Health = { status: 'unknown', reason: 'NotRendered', message: 'nothing was made of it yet' };
  return {
    role: 'component',
    apiVersion: OAM_API_VERSION,
    kind: 'Component',
    name: instance,
    ...(namespace ? { namespace } : {}),
    health: waits ?? (children.length > 0 ? worstHealth(children.map((child) => child.health)) : none),
    ...(remarks.length > 0 ? { remarks } : {}),
    simulated: false,
    children: [...children, ...scopes.map((scope) => scopeNode(facts, scope))],
  };
}

/** The health of a scope is not that of the component: it is shown, and counts for nothing here. */
function scopeNode(facts: TreeFacts, { apiVersion, kind, name }: TypedReference): TreeNode {
  const { namespace } = facts.application.metadata;
  const health: Health = { status: 'ready', reason: 'Member' };
  return {
    role: 'scope',
    apiVersion,
    kind,
    name,
    ...(namespace ? { namespace } : {}),
    health,
    simulated: false,
    children: [],
  };
}

function referencedNode(
  facts: TreeFacts,
  { apiVersion, kind, name }: TypedReference,
  role: 'workload' | 'trait',
  waits: Health | undefined,
): TreeNode {
  const { namespace } = facts.application.metadata;
  const reference: ObjectReference = { apiVersion, kind, name, ...(namespace ? { namespace } : {}) };
  const live = facts.live.get(objectKey(reference));
  if (!live) {
    const hidden = facts.unreadable.some((one) => objectKey(one) === objectKey(reference));
    if (hidden) return unreadableNode(reference, role);
    return waits ? { ...missingNode(reference, role), health: waits } : missingNode(reference, role);
  }
  const children = childrenOf(facts, live);
  const node = nodeOf(facts, live, role);
  const owned = worstHealth([node.health, ...children.map((child) => child.health)]);
  return { ...node, health: owned, children };
}

/**
 * A raw trait may say that it is ready, or nothing, while its plugin knows better: the application's status has that as
 * words alone, and how bad it is in its own conditions.
 */
function asJudged({ application }: TreeFacts, { message }: TraitStatusEntry, node: TreeNode): TreeNode {
  if (node.health.status !== 'ready' || !isComplaint(message)) return node;
  const status = healthOf(application).status === 'degraded' ? 'degraded' : 'progressing';
  return { ...node, health: { status, reason: 'NotReady', message } };
}

/** A raw trait that another one has taken over was never made, so it is in no inventory; the status says by whom. */
function takenOver({ application }: TreeFacts, { traitRef, message }: TraitStatusEntry): Health | undefined {
  const { inventory = [] } = (application as ApplicationConfiguration).status ?? {};
  const { apiVersion, kind, name } = traitRef;
  const made = inventory.some((one) => one.apiVersion === apiVersion && one.kind === kind && one.name === name);
  return made || !message ? undefined : { status: 'ready', reason: TAKEN_OVER, message };
}

/** What an object controls, and what that controls, down to pods. */
function childrenOf(facts: TreeFacts, owner: KubernetesObject): TreeNode[] {
  const { uid } = owner.metadata;
  const known = [...facts.live.values(), ...facts.descendants];
  const owned = known.filter(
    (object) => uid !== undefined && object.metadata.ownerReferences?.some((one) => one.controller && one.uid === uid),
  );
  return owned
    .filter((object) => !isSpent(object))
    .map((object) => ({ ...nodeOf(facts, object, 'resource'), children: childrenOf(facts, object) }));
}

/** ReplicaSets of earlier revisions are kept by Deployments for undo; they only make noise here. */
function isSpent(object: KubernetesObject): boolean {
  if (object.kind !== 'ReplicaSet') return false;
  return (object['spec'] as { replicas?: number } | undefined)?.replicas === 0;
}

function nodeOf(facts: TreeFacts, object: KubernetesObject, role: TreeNode['role']): TreeNode {
  const createdAt = object.metadata.creationTimestamp;
  return {
    role,
    ...referenceTo(object),
    health: healthSaid(object),
    ...(createdAt ? { createdAt } : {}),
    simulated: isSimulated(facts, object),
    children: [],
  };
}

/** A friendly workload or trait is as well as the operator says, and not before it has said something. */
function healthSaid(object: KubernetesObject): Health {
  const friendly: readonly string[] = Object.values(FRIENDLY);
  const awaited = friendly.includes(groupOf(object.apiVersion)) && conditionsOf(object).length === 0;
  if (!awaited) return healthOf(object);
  return { status: 'progressing', reason: 'NotObservedYet', message: 'it is not looked at yet' };
}

function isSimulated(facts: TreeFacts, object: KubernetesObject): boolean {
  if (facts.simulated && object.kind === 'Pod') return true;
  return object.metadata.managedFields?.some((entry) => SIMULATION_MANAGERS.includes(entry['manager'])) ?? false;
}

function missingNode(reference: ObjectReference, role: TreeNode['role']): TreeNode {
  const health: Health = { status: 'degraded', reason: 'NotFound', message: 'it does not exist' };
  return { role, ...reference, health, simulated: false, children: [] };
}

/** Whose object it is cannot be told without reading it. */
function unreadableNode(reference: ObjectReference, role: TreeNode['role']): TreeNode {
  const { apiVersion, kind, name, namespace } = reference;
  const health: Health = { status: 'unknown', reason: 'Forbidden', message: 'you may not read it' };
  return { role, apiVersion, kind, name, ...(namespace ? { namespace } : {}), health, simulated: false, children: [] };
}

/** Label selector of everything that belongs to an application. */
export function selectorOf(application: string): string {
  return `${OAM_LABELS.application}=${application}`;
}
