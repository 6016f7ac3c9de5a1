import { expect, test } from 'vitest';
import { failure, json, loopback } from './loopback.ts';

const pod = { name: 'web-1', namespace: 'shop' };
const PATH = '/api/v1/namespaces/shop/pods/web-1/log';

test('a log is read line by line, the last one without its end too', async () => {
  const server = await loopback(({ path }, response) => {
    if (path !== PATH) return 'discovery';
    response.write('one\ntw');
    response.end('o\nthree');
  });
  const client = await server.client();
  const lines: string[] = [];
  await client.podLog(pod, { container: 'web', tailLines: 5, onLine: (line) => lines.push(line) });
  expect(lines).toEqual(['one', 'two', 'three']);
  expect(Object.fromEntries(server.requests.at(-1)!.query)).toEqual({ container: 'web', tailLines: '5' });
});

test('a log that is followed ends with the signal', async () => {
  const server = await loopback(({ path }, response) => {
    if (path !== PATH) return 'discovery';
    response.write('one\n');
  });
  const client = await server.client();
  const stop = new AbortController();
  await client.podLog(pod, { follow: true, signal: stop.signal, onLine: () => stop.abort() });
  expect(server.requests.at(-1)?.query.get('follow')).toBe('true');
});

test('what the cluster refuses is an error that names the Pod', async () => {
  const server = await loopback(({ path }, response) =>
    path === PATH ? json(response, 404, failure(404, 'NotFound', 'pods "web-1" not found')) : 'discovery',
  );
  const client = await server.client();
  await expect(client.podLog(pod, { onLine: () => {} })).rejects.toMatchObject({
    code: 'CAPSTAN_KUBE_NOT_FOUND',
    message: expect.stringContaining('web-1'),
  });
});
