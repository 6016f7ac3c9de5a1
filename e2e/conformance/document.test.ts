import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { conformanceDocument, DOCUMENT } from './document.ts';

test('each rule has a test, and the document is what `pnpm conformance --docs` writes', () => {
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(conformanceDocument());
});
