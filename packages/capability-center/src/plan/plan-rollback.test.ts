import { expect, test } from 'vitest';
import { sameContent } from './plan-rollback.ts';

const NOW = { metadataDigest: 'sha256:a', values: { replicas: 1 }, units: [{ digest: 'sha256:u' }] };

test.each([
  ['a repair of the same content', NOW, true],
  ['another version', { ...NOW, metadataDigest: 'sha256:b' }, false],
  ['other values', { ...NOW, values: { replicas: 2 } }, false],
  ['another chart', { ...NOW, units: [{ digest: 'sha256:v' }] }, false],
])('what is in force, and %s', (_, other, same) => {
  expect(sameContent(NOW, other)).toBe(same);
});
