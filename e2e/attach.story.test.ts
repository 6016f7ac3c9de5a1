import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubernetesObject } from '@capstan/base';
import { connect, type KubeClient } from '@capstan/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stage } from './support/story.ts';

/** Somebody writes an admission webhook: it runs on their machine, and the sandbox asks it. */
describe('a webhook that is being written', () => {
  const scene = stage({ start: 'sandbox start --bare' });
  const { run, ok, json } = scene;
  const asked: string[] = [];
  const webhook = createServer(async (request, response) => {
    const review = JSON.parse(Buffer.concat(await request.toArray()).toString());
    const { uid, object } = review.request;
    asked.push(object.metadata.name);
    const allowed = object.data?.size !== 'huge';
    const status = { code: 403, message: 'huge is too large' };
    const { apiVersion, kind } = review;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ apiVersion, kind, response: { uid, allowed, ...(!allowed && { status }) } }));
  });
  let target = '';
  let client: KubeClient;

  beforeAll(async () => {
    await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
    target = `127.0.0.1:${(webhook.address() as AddressInfo).port}`;
    client = await connect({ kubeconfig: scene.kubeconfig });
    await client.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'sizes', namespace: 'default' },
      spec: { ports: [{ port: 443 }], selector: { app: 'sizes' } },
    });
    await client.apply({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'sizes' },
      webhooks: [
        {
          name: 'sizes.example.com',
          clientConfig: { service: { name: 'sizes', namespace: 'default', path: '/validate' } },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
          objectSelector: { matchLabels: { sized: 'yes' } },
          failurePolicy: 'Fail',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    });
  });
  afterAll(() => {
    client?.close();
    webhook.closeAllConnections();
    webhook.close();
  });

  function aConfig(name: string, size: string): KubernetesObject {
    const metadata = { name, namespace: 'default', labels: { sized: 'yes' } };
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { size } };
  }

  /** A webhook is in force only once the API server has seen it, and an attachment once the front has. */
  async function until(reached: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (!(await reached())) if (Date.now() > deadline) throw new Error('not within 30 s');
  }

  test('refuses an object as soon as its Service is attached', async () => {
    expect(await ok(`sandbox attach default/sizes:443 http://${target}`)).toContain(`http://${target}`);
    expect(await json('sandbox status')).toMatchObject({ attachments: [{ namespace: 'default', service: 'sizes' }] });
    let count = 0;
    await until(async () => {
      const taken = await client.create(aConfig(`small-${count++}`, 'small')).then(
        () => true,
        () => false,
      );
      return taken && asked.length > 0;
    });
    await expect(client.create(aConfig('large', 'huge'))).rejects.toThrow(/sizes\.example\.com.*huge is too large/);
    expect(await client.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'large', namespace: 'default' })).toBe(
      undefined,
    );
  });

  test('is not asked any more when the Service is detached', async () => {
    expect(await ok('sandbox detach default/sizes:443')).toContain('is detached');
    await until(() =>
      client.create(aConfig('large', 'huge')).then(
        () => true,
        () => false,
      ),
    );
    expect(asked).not.toContain('large-2');
    expect(await json('sandbox status')).toMatchObject({ attachments: [] });
    expect(await ok('sandbox detach default/sizes:443')).toContain('was not attached');
  });

  test('that does not run is named in the refusal', async () => {
    await ok('sandbox attach default/sizes 127.0.0.1:1');
    await until(() =>
      client.create(aConfig(`probe-${Date.now()}`, 'huge')).then(
        () => false,
        (error) => /127\.0\.0\.1:1/.test(String(error.message)),
      ),
    );
    await ok('sandbox detach default/sizes');
  });

  test('wrong words are refused: exit 2', async () => {
    const outcome = await run('sandbox attach sizes 127.0.0.1:1');
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/NAMESPACE\/SERVICE/);
    expect((await run('sandbox attach default/sizes localhost')).code).toBe(2);
  });
});
