import { silentLogger } from '@capstan/base';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startInformer } from '../src/index.ts';
import { aConfigMap, aNamespace, cluster } from './cluster.ts';

test('an informer of metadata holds objects without their content, from the list and from the watch', async () => {
  const client = await cluster();
  const namespace = await aNamespace(client);
  await client.create(aConfigMap(namespace, 'listed', { large: 'content' }));
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const informer = startInformer(client, {
    kind: { apiVersion: 'v1', kind: 'ConfigMap' },
    namespace,
    metadataOnly: true,
    log: silentLogger,
    signal: stop.signal,
  });
  await informer.synced;
  await client.create(aConfigMap(namespace, 'watched', { large: 'content' }));
  await vi.waitFor(() => expect(informer.get('watched', namespace)).toBeDefined(), { timeout: 20_000 });
  for (const name of ['listed', 'watched']) {
    const found = informer.get(name, namespace);
    expect(found).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } });
    expect(found).not.toHaveProperty('data');
  }
});
