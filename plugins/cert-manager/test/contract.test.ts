import { expect, test } from 'vitest';
import { packageCharts } from '../../../tools/package-charts.ts';

// Each test has the id that contracts/certificates.yaml gives to a feature: capability.yaml claims them by it.

const versions = await packageCharts('cert-manager');

type Objects = (typeof versions)[number]['objects'];

interface Crd {
  readonly scope: string;
  readonly versions: readonly {
    readonly schema: { readonly openAPIV3Schema: { readonly properties: { readonly spec: Schema } } };
  }[];
}

interface Schema {
  readonly properties: object;
  readonly required?: readonly string[];
}

/** The schema of the spec of a CRD, and its scope. */
function crd(objects: Objects, name: string) {
  const found = objects.find(({ kind, metadata }) => kind === 'CustomResourceDefinition' && metadata.name === name);
  if (!found) throw new Error(`the charts bring no CRD ${name}`);
  const { scope, versions: served } = found['spec'] as Crd;
  return { scope, spec: served[0]?.schema.openAPIV3Schema.properties.spec };
}

test('certificates/certificate', () => {
  for (const { objects } of versions) {
    expect(crd(objects, 'certificates.cert-manager.io').spec?.required).toEqual(['issuerRef', 'secretName']);
  }
});

test('certificates/cluster-issuers', () => {
  for (const { objects } of versions) {
    expect(crd(objects, 'clusterissuers.cert-manager.io').scope).toBe('Cluster');
  }
});

test('certificates/acme', () => {
  for (const { objects } of versions) {
    expect(crd(objects, 'issuers.cert-manager.io').spec?.properties).toHaveProperty('acme');
    expect(crd(objects, 'challenges.acme.cert-manager.io').spec?.required).toContain('solver');
  }
});

test('certificates/ca-injection', () => {
  for (const { objects } of versions) {
    const injector = objects.find(({ kind, metadata }) => {
      return kind === 'ClusterRole' && metadata.name === 'cert-manager-cainjector';
    });
    expect(JSON.stringify(injector)).toMatch(/validatingwebhookconfigurations.*apiservices.*customresourcedefinitions/);
  }
});

test('every listed image is one that the charts run or start later', () => {
  for (const { metadata, objects } of versions) {
    const text = JSON.stringify(objects);
    expect(metadata.install.images.filter(({ ref }) => !text.includes(ref))).toEqual([]);
  }
});
