import { expect, test } from 'vitest';
import { CURRENT_KUBERNETES } from '../packages/capability-center/src/registry/lint.ts';
import { lintOwnRegistry } from './lint-registry.ts';

test('our registry is sound: every need is met, every version upgradable, and told as its charts render', async () => {
  const { versions, findings } = await lintOwnRegistry();
  expect(findings).toEqual([]);
  for (const { package: name, version, refused } of versions) {
    const missing = refused.filter(({ kubernetes }) => CURRENT_KUBERNETES.includes(kubernetes));
    expect(missing, `${name} ${version}`).toEqual([]);
  }
}, 60_000);
