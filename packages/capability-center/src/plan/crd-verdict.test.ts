import type { KubernetesObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { markAsOurs } from '../installer/labels.ts';
import { type CrdQuestion, crdVerdict } from './crd-verdict.ts';

function aCrd(versions: readonly string[] = ['v1'], more: Partial<KubernetesObject> = {}): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      names: { kind: 'Thing' },
      versions: versions.map((name, index) => ({ name, served: true, storage: index === 0 })),
    },
    ...more,
  };
}

function ask(more: Partial<CrdQuestion>): ReturnType<typeof crdVerdict> {
  const wanted = markAsOurs(aCrd(), 'things', '2.0.0');
  return crdVerdict({ package: 'things', version: '2.0.0', from: 'chart', wanted, ...more });
}

const ours = (version: string, crd = aCrd()) => markAsOurs(crd, 'things', version);

describe('a CRD', () => {
  test('that is not there is created', () => {
    expect(ask({}).plan).toMatchObject({ action: 'create', kind: 'Thing', served: ['v1'], storage: 'v1' });
  });

  test('that applying would not change is unchanged', () => {
    expect(ask({ live: ours('2.0.0'), applied: ours('2.0.0') }).plan.action).toBe('unchanged');
  });

  test('of an older version of the package is changed', () => {
    expect(ask({ live: ours('1.0.0'), applied: ours('2.0.0') })).toMatchObject({ plan: { action: 'change' } });
  });

  test('of a newer version of the package stays', () => {
    const { plan, blocker } = ask({ live: ours('3.0.0') });
    expect([plan.action, blocker]).toEqual(['keep-newer', undefined]);
  });

  test.each([
    [
      { annotations: { 'meta.helm.sh/release-name': 'keda', 'meta.helm.sh/release-namespace': 'ops' } },
      'Helm release ops/keda',
    ],
    [
      { labels: { 'app.kubernetes.io/managed-by': 'capstan', 'capstan.dev/package': 'other' } },
      'capability package other',
    ],
    [
      { managedFields: [{ manager: 'kubectl-create' }, { manager: 'kube-apiserver', subresource: 'status' }] },
      'kubectl-create',
    ],
    [{}, 'somebody else'],
  ])('of another owner blocks: %j', (metadata, owner) => {
    const live = aCrd(['v1'], { metadata: { name: 'things.example.org', ...metadata } });
    expect(ask({ live }).blocker).toMatchObject({ code: 'CAPSTAN_CAP_CRD_CONFLICT', owner });
  });
});
