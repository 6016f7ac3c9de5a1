import type { BareServer } from './server.ts';

const configMaps = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`;
const CONFIG_MAPS = configMaps('default');
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const WIDTH = 8;

/** A ConfigMap of about 1 kB. */
function configMap(index: number): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `c${index}`, labels: { part: 'load' } },
    data: { text: 'x'.repeat(800) },
  };
}

function deployment(index: number, round: number): object {
  const labels = { app: `d${index}` };
  const containers = [{ name: 'web', image: `web:${round}`, ports: [{ containerPort: 80 }] }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `d${index}` },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

/** Creates 1,000 ConfigMaps, eight requests at a time; milliseconds for each. */
export async function fill(server: BareServer, namespace: string): Promise<number> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await expect(server.call('POST', '/api/v1/namespaces', body), 201, 409);
  return timed(1_000, (index) => expect(server.call('POST', configMaps(namespace), configMap(index)), 201));
}

/** Milliseconds per operation of each kind, on a server with 1,000 ConfigMaps. */
export async function requestTimes(server: BareServer): Promise<Record<string, number>> {
  const create = await fill(server, 'default');
  const get = await timed(2_000, (index) => expect(server.call('GET', `${CONFIG_MAPS}/c${index % 1_000}`), 200));
  const list = await timed(40, () => expect(server.call('GET', CONFIG_MAPS), 200));
  const apply = await timed(600, (index) =>
    expect(
      server.call(
        'PATCH',
        `${DEPLOYMENTS}/d${index % 200}?fieldManager=load`,
        deployment(index % 200, Math.floor(index / 200)),
        'application/apply-patch+yaml',
      ),
      200,
      201,
    ),
  );
  return { create, get, 'list of 1,000': list, 'server-side apply': apply, 'watch event': await watchTime(server) };
}

/** Ten watchers and 500 changes: milliseconds per delivered event. */
async function watchTime(server: BareServer): Promise<number> {
  const watchers = 10;
  const changes = 500;
  let seen = 0;
  let done = (): void => {};
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  const { metadata } = JSON.parse((await server.call('GET', `${CONFIG_MAPS}?limit=1`)).body);
  const path = `${CONFIG_MAPS}?watch=true&resourceVersion=${metadata.resourceVersion}`;
  const ends = await Promise.all(
    Array.from({ length: watchers }, () =>
      server.stream(path, () => {
        seen += 1;
        if (seen === watchers * changes) done();
      }),
    ),
  );
  const began = performance.now();
  await timed(changes, (index) =>
    expect(
      server.call('PATCH', `${CONFIG_MAPS}/c${index}`, { data: { more: 'yes' } }, 'application/merge-patch+json'),
      200,
    ),
  );
  await all;
  const each = (performance.now() - began) / (watchers * changes);
  for (const end of ends) end();
  return each;
}

/** Runs an operation `count` times, eight at a time; milliseconds per operation. */
async function timed(count: number, operation: (index: number) => Promise<void>): Promise<number> {
  let next = 0;
  const began = performance.now();
  const worker = async () => {
    while (next < count) await operation(next++);
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
  return (performance.now() - began) / count;
}

async function expect(answer: ReturnType<BareServer['call']>, ...statuses: number[]): Promise<void> {
  const { status, body } = await answer;
  if (!statuses.includes(status)) throw new Error(`expected ${statuses.join(' or ')}, got ${status}: ${body}`);
}
