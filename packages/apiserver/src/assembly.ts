import { Access } from './access/access.ts';
import { RoleAggregation } from './access/aggregation.ts';
import { forbiddenRequest } from './access/authorizer.ts';
import { AGGREGATION_MANAGER, writeBootstrapRoles } from './access/bootstrap.ts';
import type { PolicyRule } from './access/rules.ts';
import { admissionConditions } from './admission/conditions.ts';
import { WebhookAdmission } from './admission/webhooks.ts';
import { Aggregator } from './aggregation/aggregator.ts';
import { NamespaceLimits } from './builtin/admission/admission.ts';
import { builtinResources } from './builtin/resources.ts';
import { startCrdController } from './crd/controller.ts';
import { withCrdStrategy } from './crd/crd-strategy.ts';
import { CRD_TYPE } from './crd/definition.ts';
import { type DeletionControllers, startDeletionControllers } from './deletion/start.ts';
import type { KubeObject } from './model/object.ts';
import type { ApiServerOptions } from './model/options.ts';
import { ResourceRegistry } from './model/registry.ts';
import type { RequestAttributes, UserInfo } from './model/request.ts';
import { storageKey } from './model/resource.ts';
import { conversionCaller } from './outbound/conversion-caller.ts';
import { createOutbound, type Outbound } from './outbound/outbound.ts';
import { admissionChain } from './resources/admission.ts';
import { writeBootstrapObjects } from './resources/bootstrap.ts';
import { FieldManagers } from './resources/field-managers.ts';
import type { Caller } from './resources/operations.ts';
import { timestamp } from './resources/parts.ts';
import { Pipeline } from './resources/pipeline.ts';
import { NamespaceLifecycle } from './resources/plugins/namespace-lifecycle.ts';
import { NotSimulated } from './resources/plugins/not-simulated.ts';
import { PodDefaults } from './resources/plugins/pods.ts';
import { RoleEscalation } from './resources/plugins/role-escalation.ts';
import { SigningRequests } from './resources/plugins/signing-requests.ts';
import { ClassDefaults } from './resources/plugins/storage.ts';
import { TerminatingTypes } from './resources/plugins/terminating-types.ts';
import type { VirtualAnswers } from './resources/virtual.ts';
import { openDurableStore } from './storage/durable.ts';
import { createMemoryStore } from './storage/memory.ts';
import type { Store } from './storage/store.ts';
import { WatchHub } from './watch/hub.ts';

/** Everything of a server but its listener. */
export interface Assembly {
  readonly store: Store;
  readonly registry: ResourceRegistry;
  readonly access: Access;
  readonly operations: Pipeline;
  readonly hub: WatchHub;
  readonly aggregator: Aggregator;
  readonly outbound: Outbound;
  readonly deletion: DeletionControllers;
  readonly now: () => number;
  /** Ends controllers and watches, then closes the store. */
  close(): void;
}

/** Whom the server knows. */
export interface ServerIdentity {
  /** Users by bearer token. */
  readonly tokens: ReadonlyMap<string, UserInfo>;
  /** PEM of the authority of client certificates. */
  readonly clientCa: string;
}

/** The server itself, as it writes objects. */
const SERVER: Caller = {
  user: { username: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
  userAgent: 'kube-apiserver',
  warn: () => {},
};

/** Puts the parts together over a store with the objects that every cluster begins with. */
export async function assemble(options: ApiServerOptions, identity: ServerIdentity): Promise<Assembly> {
  const { tokens, clientCa } = identity;
  const now = options.now ?? Date.now;
  const log = options.log ?? (() => {});
  const store =
    options.dataDirectory === undefined ? createMemoryStore() : openDurableStore(options.dataDirectory, { log });
  const registry = new ResourceRegistry(withCrdStrategy(builtinResources()));
  writeBootstrapRoles(store, timestamp({ now }));
  writeBootstrapObjects(store, { clientCa, proxyCa: options.proxyClient?.ca }, timestamp({ now }));
  const serviceAccountKey = options.serviceAccountKey !== undefined && { serviceAccountKey: options.serviceAccountKey };
  const access = new Access({ store, tokens, now, ...serviceAccountKey });
  const outbound = createOutbound({ store, dialService: options.dialService, serviceCa: options.serviceCa });
  const fieldManagers = new FieldManagers(registry);
  const hub = new WatchHub(store);
  const operations = new Pipeline({
    store,
    registry,
    admission: admissionChain([
      new TerminatingTypes(),
      new NamespaceLifecycle(store),
      new NamespaceLimits({ list: (type, namespace) => objectsOf(store, type, namespace) }),
      new PodDefaults(store),
      new ClassDefaults(store),
      new SigningRequests(),
      new WebhookAdmission({ store, registry, outbound, matchConditions: admissionConditions, log }),
      new RoleEscalation(access),
      new NotSimulated(),
    ]),
    fieldManagers,
    now,
    virtual: virtualAnswers(access, now),
    authorize: (attributes) => authorize(access, attributes),
  });
  const crds = startCrdController({
    store,
    registry,
    now,
    convert: conversionCaller(outbound),
    manage: crdStatusManager(registry, fieldManagers, now),
    onServedChange: (key) => hub.finish(key),
  });
  const deletion = startDeletionControllers({ store, registry, operations, now, log });
  const roles = new RoleAggregation(store, rulesWriter(registry, operations), (error) => {
    log({ level: 'error', message: 'aggregated role not written', error: String(error) });
  });
  const aggregator = new Aggregator({ store, registry, operations, outbound, now, log });
  await aggregator.start();
  const close = () => {
    for (const part of [hub, aggregator, roles, deletion, crds, access, store]) part.close();
  };
  return { store, registry, access, operations, hub, aggregator, outbound, deletion, now, close };
}

/** The objects of a type in a namespace, as they are stored. */
function objectsOf(store: Store, type: { group: string; resource: string }, namespace: string): readonly KubeObject[] {
  return store.list(storageKey(type), { namespace }).items.map(({ object }) => object);
}

/** Records the server itself as the one who writes the status of CRDs. */
function crdStatusManager(registry: ResourceRegistry, fieldManagers: FieldManagers, now: () => number) {
  return (next: KubeObject, live: KubeObject): KubeObject => {
    const resource = registry.find(CRD_TYPE.group, 'v1', CRD_TYPE.resource);
    const write = { subresource: 'status', live, manager: SERVER.userAgent, now: timestamp({ now }) };
    return resource ? fieldManagers.update({ ...write, resource }, next) : next;
  };
}

function virtualAnswers(access: Access, now: () => number): VirtualAnswers {
  return ({ target, name, body, caller }) => {
    const { namespace } = target;
    if (target.subresource === 'token') return access.requestToken({ namespace, name, body, now: now() });
    const { resource } = target.resource;
    return access.review({ user: caller.user, resource, namespace, body, now: timestamp({ now }) });
  };
}

function authorize(access: Access, attributes: RequestAttributes): void {
  const decision = access.authorize(attributes);
  if (!decision.allowed) throw forbiddenRequest(attributes, decision.reason);
}

/** Writes aggregated rules as the real cluster's controller does: forced server-side apply. */
function rulesWriter(registry: ResourceRegistry, operations: Pipeline) {
  return async (name: string, rules: readonly PolicyRule[]) => {
    const resource = registry.find('rbac.authorization.k8s.io', 'v1', 'clusterroles');
    if (!resource) return;
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const role = { apiVersion, kind: 'ClusterRole', metadata: { name }, rules } as KubeObject;
    const options = { force: true, fieldManager: AGGREGATION_MANAGER };
    await operations.apply({ resource, namespace: '' }, name, structuredClone(role), options, SERVER);
  };
}
