import { CapstanError, type KubernetesObject, silentLogger } from '@capstan/base';
import { ManualClock } from '@capstan/base/testing';
import { createInformerHub, KUBE_CODES, type KubeClient } from '@capstan/kube';
import { expect, onTestFinished, test } from 'vitest';
import { Followings, followingKey, objectsIn } from './followings.ts';

const CONFIG_MAPS = objectsIn({ apiVersion: 'v1', kind: 'ConfigMap' }, 'team');
const WANTED = new Map([[followingKey(CONFIG_MAPS), CONFIG_MAPS]]);
const SETTINGS: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'team', uid: 'u', resourceVersion: '1' },
};

/** Followings over an API server that answers a list when it is told to, and watches without events. */
function followings() {
  const clock = new ManualClock();
  const end = new AbortController();
  const answer = Promise.withResolvers<Awaited<ReturnType<KubeClient['list']>>>();
  const client = {
    discovery: { find: async () => ({ resource: 'configmaps' }), invalidate: () => undefined },
    list: () => answer.promise,
    watch: () => new Promise(() => undefined),
  } as unknown as KubeClient;
  const { signal } = end;
  const hub = createInformerHub(client, { log: silentLogger, signal, clock });
  onTestFinished(() => end.abort(new Error('the test is over')));
  return { clock, answer, followed: new Followings({ hub, clock, signal, onEvent: () => undefined }) };
}

test('a cache that nobody has filled is not taken for an empty one, however long it takes', async () => {
  const { clock, answer, followed } = followings();
  const using = followed.use('team/shop', WANTED);
  const refused = expect(using).rejects.toMatchObject({
    code: KUBE_CODES.timeout,
    message: 'ConfigMap could not be read within 5 s',
  });
  await clock.advance(5_000);
  await refused;
  await expect(followed.use('team/shop', WANTED)).rejects.toThrow('could not be read');
  expect(followed.informer(CONFIG_MAPS)).toBeUndefined();
  answer.resolve({ items: [SETTINGS], resourceVersion: '1' });
  await expect.poll(() => followed.informer(CONFIG_MAPS)?.get('settings', 'team')).toEqual(SETTINGS);
  await followed.use('team/shop', WANTED);
});

test.each([403, 405, 500])(
  'what is refused with %i counts as not there: an application goes on with what is known',
  async (status) => {
    const { clock, answer, followed } = followings();
    answer.reject(new CapstanError(KUBE_CODES.failed, 'no', { fields: { status } }));
    const using = followed.use('team/shop', WANTED);
    await clock.advance(5_000);
    await using;
    expect(followed.informer(CONFIG_MAPS)?.list()).toEqual([]);
  },
);

test.each([undefined, 401, 429, 503])('what is answered with %s is asked again', async (status) => {
  const { clock, answer, followed } = followings();
  answer.reject(new CapstanError(KUBE_CODES.failed, 'not now', { fields: status === undefined ? {} : { status } }));
  const refused = expect(followed.use('team/shop', WANTED)).rejects.toThrow('could not be read');
  await clock.advance(5_000);
  await refused;
  expect(followed.informer(CONFIG_MAPS)).toBeUndefined();
});
