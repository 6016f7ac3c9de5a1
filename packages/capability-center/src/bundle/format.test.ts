import { isCapstanError } from '@capstan/base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BUNDLE_LIST, parseBundleList } from './format.ts';

const VALID = {
  apiVersion: 'bundle.capstan.dev/v1',
  kind: 'CapabilityBundle',
  goals: [{ package: 'keda' }],
  plan: { digest: 'sha256:1', kubernetes: 'v1.35.4', cluster: 'u' },
  resolution: [],
  packages: [{ name: 'keda', version: '1.0.0', release: 0, digest: 'd', center: 'c', charts: [] }],
  images: [],
  repositories: { 'https://charts.example.org': 'charts/a' },
  files: { 'registry/index.json': `sha256:${'0'.repeat(64)}` },
};

const parse = (text: string) => parseBundleList([{ path: BUNDLE_LIST, bytes: Buffer.from(text) }]);

test.each<[string, object, string]>([
  ['a folder outside', { repositories: { a: '../x' } }, 'folder outside'],
  ['a file outside', { files: { '/etc/x': `sha256:${'0'.repeat(64)}` } }, 'file outside'],
  ['a file without digest', { files: { a: 'md5:1' } }, 'without its digest'],
  ['a chart that is none', { packages: [{ ...VALID.packages[0], charts: [null] }] }, 'without name'],
  ['another format', { apiVersion: 'bundle.capstan.dev/v2' }, 'is not a CapabilityBundle'],
])('a list with %s is refused', (_, change, reason) => {
  expect(parse(JSON.stringify(VALID)).plan.digest).toBe('sha256:1');
  expect(() => parse(JSON.stringify({ ...VALID, ...change }))).toThrow(reason);
});

test('any list is read or refused', () => {
  const changed = fc
    .tuple(fc.constantFrom(...Object.keys(VALID)), fc.jsonValue())
    .map(([key, value]) => JSON.stringify({ ...VALID, [key]: value }));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), changed), (text) => {
      try {
        expect(parse(text)).toBeDefined();
      } catch (error) {
        if (!isCapstanError(error, 'CAPSTAN_BUNDLE_INVALID')) throw error;
      }
    }),
  );
});
