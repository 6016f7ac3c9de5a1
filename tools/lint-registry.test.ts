import { expect, test } from 'vitest';
import { SUPPORTED_KUBERNETES } from '../packages/capability-center/src/registry/lint.ts';
import { lintOwnRegistry } from './lint-registry.ts';

test('our registry is sound: installable everywhere, upgradable, and told as its charts render', async () => {
  const { versions, findings } = await lintOwnRegistry();
  expect(findings).toEqual([]);
  for (const { package: name, version, installable } of versions) {
    expect(installable, `${name} ${version}`).toEqual(SUPPORTED_KUBERNETES);
  }
});
