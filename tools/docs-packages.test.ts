import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseSourceText } from '../packages/capability-center/src/registry/source-text.ts';
import { packageSchema, parseContract, parsePackageSource } from '../packages/capability-model/src/index.ts';

const page = readFileSync('docs/packages.md', 'utf8');
const examples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']) => {
  return parseSourceText(text, { file: 'docs/packages.md', code: 'CAPSTAN_PACKAGE_INVALID', hint: 'an example' })
    .value as Record<string, unknown>;
});

const unit = {
  id: 'keda',
  type: 'helm',
  chart: { repository: 'https://example.org', name: 'keda', version: '1' },
  release: 'keda',
};
const whole = {
  apiVersion: 'package.capstan.dev/v1',
  kind: 'CapabilityPackage',
  name: 'keda',
  version: '1.0.0',
  upstream: { name: 'KEDA', version: '1.0.0' },
  summary: 'An example',
  install: { namespace: 'keda', units: [unit] },
  requires: [{ package: 'monitoring', range: '*' }],
};

test('every example is accepted as it stands', () => {
  expect(examples.length).toBeGreaterThan(4);
  for (const example of examples) {
    if (example['kind'] === 'CapabilityContract') parseContract(example);
    else parsePackageSource({ ...whole, ...example, release: 0, upstream: whole.upstream });
  }
});

test('every field of the schema is described', () => {
  const { properties } = packageSchema({ form: 'source', strict: true }) as { properties: object };
  const described = Object.keys(properties).filter((field) => new RegExp(`^\\| [^|]*\`${field}[\`.[]`, 'm').test(page));
  // These two stand in the first example.
  expect(Object.keys(properties).filter((field) => !described.includes(field))).toEqual(['apiVersion', 'kind']);
});
