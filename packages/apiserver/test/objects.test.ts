import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../src/testing/index.ts';
import { type Api, type ApiAnswer, apiOf } from './clients/api.ts';

const MERGE = { 'content-type': 'application/merge-patch+json' };

describe('what happens to objects', () => {
  let server: TestServer;
  let api: Api;
  let namespace = '';
  let count = 0;

  beforeAll(async () => {
    server = await startTestServer();
    api = apiOf(server);
  });
  afterAll(async () => {
    api.close();
    await server.stop();
  });
  beforeEach(async () => {
    count += 1;
    namespace = `objects-${count}`;
    await api.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  });

  const path = (resource: string, name = '') => {
    const root = resource === 'deployments' ? '/apis/apps/v1' : resource === 'leases' ? LEASES : '/api/v1';
    return `${root}/namespaces/${namespace}/${resource}${name === '' ? '' : `/${name}`}`;
  };
  const LEASES = '/apis/coordination.k8s.io/v1';

  async function create(resource: string, body: object, query = ''): Promise<ApiAnswer> {
    const answer = await api.call('POST', path(resource) + query, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer;
  }

  const pod = (name: string, more: object = {}) => ({
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'i' }], ...more },
  });

  test('a Pod that is replaced keeps the priority and the tolerations that admission gave it', async () => {
    const account = { serviceAccountName: 'default', automountServiceAccountToken: false };
    const { body: made } = await create('pods', pod('p', account));
    const body = pod('p', { ...account, containers: [{ name: 'c', image: 'other' }] });
    const { status, body: replaced } = await api.call('PUT', path('pods', 'p'), body);
    expect(status, JSON.stringify(replaced)).toBe(200);
    const { priority, preemptionPolicy, tolerations } = made.spec;
    expect(tolerations).toHaveLength(2);
    expect(replaced.spec).toMatchObject({ priority, preemptionPolicy, tolerations, containers: [{ image: 'other' }] });
  });

  test('a resize that gives a Pod another class of service is refused', async () => {
    await create('pods', pod('p'));
    const patch = { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1m' } } }] } };
    const answer = await api.call('PATCH', path('pods', 'p/resize'), patch, {
      'content-type': 'application/strategic-merge-patch+json',
    });
    expect(answer.status).toBe(422);
    expect(answer.body.details.causes).toEqual([
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: "BestEffort": Pod QOS Class may not change as a result of resizing',
        field: 'spec',
      },
    ]);
  });

  test('a replaced Job without a selector is told what it lacks', async () => {
    const spec = { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } };
    const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    await api.call('POST', jobs, { metadata: { name: 'j' }, spec });
    const { status, body } = await api.call('PUT', `${jobs}/j`, { metadata: { name: 'j' }, spec });
    expect(status).toBe(422);
    const told = body.details.causes.map((cause: { field: string; message: string }) => cause.message);
    expect(told).toContain('Required value');
    expect(told).not.toContainEqual(expect.stringContaining('not auto-generated'));
  });

  test('the status of a ServiceCIDR is written with it, and that of a DaemonSet leaves its generation alone', async () => {
    const root = '/apis/networking.k8s.io/v1/servicecidrs';
    const conditions = [
      { type: 'Ready', status: 'True', reason: 'r', message: 'm', lastTransitionTime: '2020-01-01T00:00:00Z' },
    ];
    const cidr = { metadata: { name: 'c' }, spec: { cidrs: ['10.200.0.0/24'] } };
    await api.call('POST', root, cidr);
    const { body: written } = await api.call('PUT', `${root}/c`, { ...cidr, status: { conditions } });
    expect(written.status).toEqual({ conditions });

    const daemons = `/apis/apps/v1/namespaces/${namespace}/daemonsets`;
    const labels = { a: 'b' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const spec = { selector: { matchLabels: labels }, template };
    await api.call('POST', daemons, { metadata: { name: 'd' }, spec });
    const { body: daemon } = await api.call('PUT', `${daemons}/d/status`, {
      metadata: { name: 'd' },
      spec,
      status: {},
    });
    expect(daemon.metadata.annotations).toEqual({ 'deprecated.daemonset.template.generation': '1' });
  });

  test('names are made up where only their start is given', async () => {
    const made = await Promise.all([1, 2, 3].map(() => create('configmaps', { metadata: { generateName: 'made-' } })));
    const names = made.map((one) => one.body.metadata.name as string);
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test('an object that was changed since is not overwritten; one without a version is', async () => {
    const { body: first } = await create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } });
    const changed = await api.call('PUT', path('configmaps', 'a'), { ...first, data: { x: '2' } });
    expect(changed.status).toBe(200);
    const stale = await api.call('PUT', path('configmaps', 'a'), { ...first, data: { x: '3' } });
    expect(stale.body).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
      details: { name: 'a', kind: 'configmaps' },
    });
    const blind = await api.call('PUT', path('configmaps', 'a'), { metadata: { name: 'a' }, data: { x: '4' } });
    expect([blind.status, blind.body.data.x, blind.body.metadata.uid]).toEqual([200, '4', first.metadata.uid]);
  });

  test('a change that changes nothing is not written', async () => {
    const { body } = await create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } });
    const put = await api.call('PUT', path('configmaps', 'a'), body);
    const patch = await api.call('PATCH', path('configmaps', 'a'), { data: { x: '1' } }, MERGE);
    expect([put, patch].map((one) => one.body.metadata.resourceVersion)).toEqual([
      body.metadata.resourceVersion,
      body.metadata.resourceVersion,
    ]);
  });

  test('patches at the same time all count', async () => {
    await create('configmaps', { metadata: { name: 'a' }, data: {} });
    const keys = Array.from({ length: 20 }, (_, at) => `k${at}`);
    await Promise.all(keys.map((key) => api.call('PATCH', path('configmaps', 'a'), { data: { [key]: 'x' } }, MERGE)));
    const { body } = await api.call('GET', path('configmaps', 'a'));
    expect(Object.keys(body.data).sort()).toEqual(keys.sort());
  });

  test('generations count changes of what is wanted, not of status or labels', async () => {
    const spec = { selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } } } };
    const template = { ...spec.template, spec: pod('p').spec };
    const { body } = await create('deployments', { metadata: { name: 'd' }, spec: { ...spec, template } });
    expect(body.metadata.generation).toBe(1);
    const at = path('deployments', 'd');
    const labels = await api.call('PATCH', at, { metadata: { labels: { a: 'b' } } }, MERGE);
    const status = await api.call('PATCH', `${at}/status`, { status: { replicas: 1 }, spec: { replicas: 9 } }, MERGE);
    const scaled = await api.call('PUT', `${at}/scale`, { metadata: { name: 'd' }, spec: { replicas: 4 } });
    expect([labels.body.metadata.generation, status.body.metadata.generation]).toEqual([1, 1]);
    expect(status.body.spec.replicas).toBe(1);
    expect(scaled.body).toMatchObject({ kind: 'Scale', spec: { replicas: 4 }, status: { selector: 'app=x' } });
    expect((await api.call('GET', at)).body.metadata.generation).toBe(2);
  });

  test('annotations count for a Deployment, unless they come with its status', async () => {
    const template = { metadata: { labels: { a: 'b' } }, spec: pod('x').spec };
    const spec = { selector: { matchLabels: { a: 'b' } }, template };
    await create('deployments', { metadata: { name: 'd' }, spec });
    const annotate = (text: string, subresource = '') =>
      api.call('PATCH', path('deployments', 'd') + subresource, { metadata: { annotations: { text } } }, MERGE);
    expect((await annotate('one', '/status')).body.metadata).toMatchObject({
      generation: 1,
      annotations: { text: 'one' },
    });
    expect((await annotate('two')).body.metadata).toMatchObject({ generation: 2, annotations: { text: 'two' } });
  });

  test('some types are created by PUT, the others are not', async () => {
    const made = await api.call('PUT', path('leases', 'l'), { metadata: { name: 'l' }, spec: {} });
    expect(made.status).toBe(201);
    const missing = await api.call('PUT', path('configmaps', 'none'), { metadata: { name: 'none' } });
    expect(missing.body.message).toBe('configmaps "none" not found');
  });

  test('a dry run tells what would happen, and nothing does', async () => {
    const dry = await create('configmaps', { metadata: { name: 'a' }, data: { x: '1' } }, '?dryRun=All');
    expect([dry.body.metadata.resourceVersion, typeof dry.body.metadata.uid]).toEqual([undefined, 'string']);
    expect((await api.call('GET', path('configmaps', 'a'))).status).toBe(404);
    await create('configmaps', { metadata: { name: 'a' } });
    const patched = await api.call('PATCH', `${path('configmaps', 'a')}?dryRun=All`, { data: { x: '2' } }, MERGE);
    expect(patched.body.data).toEqual({ x: '2' });
    expect((await api.call('DELETE', `${path('configmaps', 'a')}?dryRun=All`)).body.status).toBe('Success');
    expect((await api.call('GET', path('configmaps', 'a'))).body.data).toBeUndefined();
  });

  test('empty lists and maps of metadata are left out, as Go leaves them out', async () => {
    await create('configmaps', { metadata: { name: 'a', finalizers: ['example.com/one'], labels: {} } });
    const patch = { metadata: { finalizers: [], annotations: {} } };
    const { body } = await api.call('PATCH', path('configmaps', 'a'), patch, MERGE);
    expect(body.metadata).not.toHaveProperty('finalizers');
    expect(body.metadata).not.toHaveProperty('labels');
    expect(body.metadata).not.toHaveProperty('annotations');
  });

  test('an object with finalizers stays until the last one has gone', async () => {
    await create('configmaps', { metadata: { name: 'a', finalizers: ['example.com/one'] } });
    const going = await api.call('DELETE', path('configmaps', 'a'));
    expect(going.body.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, finalizers: ['example.com/one'] });
    const again = await api.call('DELETE', path('configmaps', 'a'));
    expect(again.body.metadata.resourceVersion).toBe(going.body.metadata.resourceVersion);
    const late = await api.call(
      'PATCH',
      path('configmaps', 'a'),
      { metadata: { finalizers: ['example.com/one', 'example.com/two'] } },
      MERGE,
    );
    expect(late.body.message).toContain('no new finalizers can be added if the object is being deleted');
    expect((await api.call('POST', path('configmaps'), { metadata: { name: 'a' } })).body.message).toBe(
      'object is being deleted: configmaps "a" already exists',
    );
    const last = await api.call('PATCH', path('configmaps', 'a'), { metadata: { finalizers: null } }, MERGE);
    expect(last.status).toBe(200);
    expect((await api.call('GET', path('configmaps', 'a'))).status).toBe(404);
  });

  test('preconditions of deletions', async () => {
    const { body } = await create('configmaps', { metadata: { name: 'a' } });
    const { uid, resourceVersion } = body.metadata;
    const other = await api.call('DELETE', path('configmaps', 'a'), { preconditions: { uid: 'other' } });
    expect(other.body.message).toContain(
      `the UID in the precondition (other) does not match the UID in record (${uid})`,
    );
    const old = await api.call('DELETE', path('configmaps', 'a'), { preconditions: { resourceVersion: '1' } });
    expect(old.status).toBe(409);
    const right = await api.call('DELETE', path('configmaps', 'a'), { preconditions: { uid, resourceVersion } });
    expect(right.body).toMatchObject({ status: 'Success', details: { name: 'a', kind: 'configmaps', uid } });
  });

  test('dependents go with their owner, or before it, or stay', async () => {
    const owned = async (owner: string) => {
      const { body } = await create('configmaps', { metadata: { name: owner } });
      const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid: body.metadata.uid };
      const dependent = { name: `${owner}-child`, ownerReferences: [{ ...reference, blockOwnerDeletion: true }] };
      await create('configmaps', { metadata: dependent });
    };
    for (const policy of ['Background', 'Foreground', 'Orphan']) {
      const owner = policy.toLowerCase();
      await owned(owner);
      await api.call('DELETE', `${path('configmaps', owner)}?propagationPolicy=${policy}`);
    }
    await server.idle();
    const { body } = await api.call('GET', path('configmaps'));
    const left = body.items as { metadata: { name: string; ownerReferences?: unknown } }[];
    expect(left.map(({ metadata }) => [metadata.name, metadata.ownerReferences])).toEqual([
      ['orphan-child', undefined],
    ]);
  });

  test('a Pod on a Node gets its grace, one that is bound once is not bound again', async () => {
    await create('pods', pod('p'));
    const binding = { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } };
    expect((await api.call('POST', `${path('pods', 'p')}/binding`, binding)).body.status).toBe('Success');
    const again = await api.call('POST', `${path('pods', 'p')}/binding`, binding);
    expect(again.body.message).toContain('pod p is already assigned to node "n"');
    const going = await api.call('DELETE', path('pods', 'p'));
    expect(going.body).toMatchObject({ kind: 'Pod', metadata: { deletionGracePeriodSeconds: 30 } });
    const sooner = await api.call('DELETE', `${path('pods', 'p')}?gracePeriodSeconds=5`);
    expect(sooner.body.metadata.deletionGracePeriodSeconds).toBe(5);
    await api.call('DELETE', `${path('pods', 'p')}?gracePeriodSeconds=0`);
    expect((await api.call('GET', path('pods', 'p'))).status).toBe(404);
  });

  test('bodies of subresources without metadata are refused, not stumbled over', async () => {
    await create('pods', pod('p'));
    const bind = await api.call('POST', path('pods', 'p/binding'), { target: { name: 'n' } });
    const evict = await api.call('POST', path('pods', 'p/eviction'), {});
    const messages = [bind, evict].map(({ body }) => `${body.code} ${body.message}`);
    expect(messages).toEqual([
      '400 name in URL does not match name in Binding object',
      '400 name in URL does not match name in Eviction object',
    ]);
  });

  test('an eviction respects the budget', async () => {
    const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
    await create('pods', { ...pod('p'), metadata: { name: 'p', labels: { app: 'x' } } });
    const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    await api.call('PATCH', `${path('pods', 'p')}/status`, { status: ready }, MERGE);
    const spec = { minAvailable: 1, selector: { matchLabels: { app: 'x' } } };
    await api.call('POST', budgets, { metadata: { name: 'b' }, spec });
    const allow = (disruptionsAllowed: number) => {
      const healthy = { currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 };
      const status = { observedGeneration: 1, disruptionsAllowed, ...healthy };
      return api.call('PATCH', `${budgets}/b/status`, { status }, MERGE);
    };
    const evict = () => api.call('POST', `${path('pods', 'p')}/eviction`, { metadata: { name: 'p' } });
    await allow(0);
    expect((await evict()).body).toMatchObject({
      code: 429,
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: { causes: [{ message: 'The disruption budget b needs 1 healthy pods and has 1 currently' }] },
    });
    await allow(1);
    expect((await evict()).status).toBe(201);
    const { body } = await api.call('GET', `${budgets}/b`);
    expect([body.status.disruptionsAllowed, Object.keys(body.status.disruptedPods)]).toEqual([0, ['p']]);
  });

  test('a namespace is emptied before it goes; nothing new gets in', async () => {
    await create('configmaps', { metadata: { name: 'held', finalizers: ['example.com/one'] } });
    await create('configmaps', { metadata: { name: 'free' } });
    const going = await api.call('DELETE', `/api/v1/namespaces/${namespace}`);
    expect(going.body.status.phase).toBe('Terminating');
    await server.idle();
    const late = await api.call('POST', path('configmaps'), { metadata: { name: 'late' } });
    expect(late.body).toMatchObject({
      code: 403,
      message: `configmaps "late" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
    expect((await api.call('GET', path('configmaps', 'free'))).status).toBe(404);
    await api.call('PATCH', path('configmaps', 'held'), { metadata: { finalizers: null } }, MERGE);
    await server.idle();
    expect((await api.call('GET', `/api/v1/namespaces/${namespace}`)).status).toBe(404);
    const gone = await api.call('POST', path('configmaps'), { metadata: { name: 'late' } });
    expect(gone.body.message).toBe(`namespaces "${namespace}" not found`);
  });

  test('what is deleted as a collection is told', async () => {
    for (const name of ['a', 'b', 'c']) {
      await create('configmaps', { metadata: { name, labels: { group: name === 'c' ? 'no' : 'yes' } } });
    }
    const { body } = await api.call('DELETE', `${path('configmaps')}?labelSelector=group%3Dyes`);
    expect([body.kind, body.items.map((one: { metadata: { name: string } }) => one.metadata.name)]).toEqual([
      'ConfigMapList',
      ['a', 'b'],
    ]);
    expect((await api.call('GET', path('configmaps'))).body.items).toHaveLength(1);
  });

  test('a Pod gets its account, its token, its priority and its tolerations', async () => {
    const { body } = await create('pods', pod('p', { priorityClassName: 'system-node-critical' }));
    expect(body.spec).toMatchObject({ serviceAccountName: 'default', priority: 2_000_001_000 });
    expect(body.spec.containers[0].volumeMounts).toMatchObject([
      { mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
    ]);
    expect(body.spec.tolerations).toHaveLength(2);
    const refused = await api.call('POST', path('pods'), pod('q', { serviceAccountName: 'none' }));
    expect(refused.body.message).toContain('serviceaccount "none" not found');
  });

  test('what would be enforced elsewhere is said not to be here', async () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    const made = await api.call('POST', '/api/v1/namespaces', { metadata: { name: `${namespace}-safe`, labels } });
    expect(made.headers['warning']).toContain('not enforced in this simulated cluster');
  });

  test('quotas bound what a namespace holds, and limit ranges what its Pods ask for', async () => {
    await create('resourcequotas', { metadata: { name: 'q' }, spec: { hard: { pods: '1' } } });
    const limits = [{ type: 'Container', default: { cpu: '500m' }, max: { cpu: '1' } }];
    await create('limitranges', { metadata: { name: 'l' }, spec: { limits } });
    const first = await create('pods', pod('p', {}));
    expect(first.body.spec.containers[0].resources.limits).toEqual({ cpu: '500m' });
    expect(first.body.metadata.annotations['kubernetes.io/limit-ranger']).toContain('cpu limit for container');
    const second = await api.call('POST', path('pods'), pod('q', {}));
    expect([second.status, second.body.message]).toEqual([
      403,
      'pods "q" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    ]);
    const [container] = pod('r', {}).spec.containers;
    const greedy = pod('r', { containers: [{ ...container, resources: { limits: { cpu: '2' } } }] });
    const third = await api.call('POST', path('pods'), greedy);
    expect(third.body.message).toContain('maximum cpu usage per Container is 1, but limit is 2');
  });
});
