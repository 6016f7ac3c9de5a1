import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

const examples = join(import.meta.dirname, '../../../../examples');

// kubectl applies one after the other, and an application is refused while its components are unknown.
test.each(['stateless-app', 'stateful-app', 'serverless-app'])(
  'kubectl may apply %s: what it is made of comes first',
  async (name) => {
    const text = await readFile(join(examples, name, 'app.yaml'), 'utf8');
    const kinds = parseAllDocuments(text).map((document) => document.get('kind'));
    expect(kinds.indexOf('ApplicationConfiguration')).toBe(kinds.length - 1);
  },
);
