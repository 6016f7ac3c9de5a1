import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import type { KubernetesObject } from '@capstan/base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRelease } from './release-record.ts';

const MANIFEST = `---
# Source: keda/templates/crd.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: a.keda.sh
---
# Source: keda/templates/kept.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: b.keda.sh, annotations: {"helm.sh/resource-policy": keep}}
---
# only a comment
---
apiVersion: v1
kind: ConfigMap
metadata: {name: m, namespace: keda}
data:
  text: |
    --- this is text
`;

const RELEASE = {
  name: 'keda',
  namespace: 'keda',
  version: 4,
  info: { status: 'deployed' },
  chart: { metadata: { name: 'keda', version: '2.20.2', appVersion: '2.20.2' } },
  config: { replicas: 2 },
  manifest: MANIFEST,
  hooks: [{ manifest: 'apiVersion: v1\nkind: Pod\nmetadata: {name: h}\n' }],
};

/** A Secret as Helm writes it. */
function aSecret(content: unknown, more: Partial<KubernetesObject> = {}): KubernetesObject {
  const packed = gzipSync(Buffer.from(JSON.stringify(content))).toString('base64');
  const labels = { name: 'keda', owner: 'helm', status: 'deployed', version: '4', modifiedAt: '1', team: 'a' };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'sh.helm.release.v1.keda.v4', namespace: 'keda', labels },
    type: 'helm.sh/release.v1',
    data: { release: Buffer.from(packed).toString('base64') },
    ...more,
  };
}

test('a release is read from its record', async () => {
  expect(await decodeRelease(aSecret(RELEASE))).toMatchObject({
    name: 'keda',
    namespace: 'keda',
    revision: 4,
    status: 'deployed',
    chart: { name: 'keda', version: '2.20.2', appVersion: '2.20.2' },
    crds: ['a.keda.sh', 'b.keda.sh'],
    keptCrds: ['b.keda.sh'],
    objects: [{ name: 'a.keda.sh' }, { name: 'b.keda.sh' }, { kind: 'ConfigMap', namespace: 'keda', name: 'm' }],
    values: { replicas: 2 },
    labels: { team: 'a' },
    hooks: [expect.stringContaining('kind: Pod')],
  });
});

test('a record that grows without end when it is unpacked is refused', async () => {
  const bomb = { ...RELEASE, manifest: 'a'.repeat(65 * 1024 * 1024) };
  await expect(decodeRelease(aSecret(bomb))).rejects.toMatchObject({ code: 'CAPSTAN_CAP_RECORD_INVALID' });
});

test('whatever a record holds, it is read or refused', async () => {
  const content = fc.oneof(fc.jsonValue(), fc.record(RELEASE_PARTS, { requiredKeys: [] }));
  const data = fc.oneof(
    fc.base64String(),
    content.map((value) => aSecret(value)['data']),
  );
  await fc.assert(
    fc.asyncProperty(data, async (value) => {
      const secret = aSecret(RELEASE, { data: typeof value === 'string' ? { release: value } : value });
      await decodeRelease(secret).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'CAPSTAN_CAP_RECORD_INVALID' });
      });
    }),
    { numRuns: 200 },
  );
});

const RELEASE_PARTS = {
  name: fc.oneof(fc.string(), fc.jsonValue()),
  namespace: fc.string(),
  version: fc.oneof(fc.integer(), fc.jsonValue()),
  chart: fc.oneof(fc.jsonValue(), fc.constant(RELEASE.chart)),
  manifest: fc.oneof(fc.string(), fc.jsonValue()),
  hooks: fc.jsonValue(),
};
