import { aPackage } from '@capstan/capability-model/testing';
import { expect, test } from 'vitest';
import { candidatesOf } from './candidates.ts';
import { whyNotInstallable } from './why-not.ts';

const packages = {
  fits: {},
  there: { provides: { apis: [{ group: 'example.org', kind: 'Thing', served: ['v1'] }] } },
  arm: { platform: { arch: ['arm64'] } },
  newer: { platform: { kubernetes: '>=1.36' } },
  enemy: { conflicts: [{ package: 'there', reason: 'both set the same rules' }] },
  rival: { provides: { apis: [{ group: 'example.org', kind: 'Thing', served: ['v1'] }] } },
  needy: { requires: [{ package: 'arm', range: '*' }] },
};

test('what keeps packages from being installed here is told in a few words', () => {
  const universe = candidatesOf(
    Object.entries(packages).map(([name, fields]) => ({
      center: 'test',
      metadata: aPackage(name, fields as Record<string, unknown>),
      digest: `sha256:${name}`,
    })),
  );
  const question = {
    universe,
    goals: [{ package: 'there', range: '*', askedBy: 'CapabilityInstall there', earlier: true }],
    installed: [{ package: 'there', version: '1.0.0', release: 0 }],
    facts: { kubernetes: 'v1.35.4', arch: ['amd64'] },
  };
  const told = whyNotInstallable(question, Object.keys(packages));
  expect([...told.keys()].sort()).toEqual(['arm', 'enemy', 'needy', 'newer', 'rival']);
  expect(told.get('arm')).toMatch(/^needs .*arm64; your cluster has amd64$/);
  expect(told.get('newer')).toContain('needs Kubernetes >=1.36');
  expect(told.get('enemy')).toContain('there');
  expect(told.get('rival')).toContain('rival and there both bring API Thing.example.org');
  expect(told.get('needy')).toContain('arm64');
});
