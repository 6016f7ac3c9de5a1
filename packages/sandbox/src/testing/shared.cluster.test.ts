import { readFile } from 'node:fs/promises';
import { expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import './context.ts';

test('the kubeconfig of the shared control plane has the context sandbox', async () => {
  const config = parse(await readFile(inject('kubeconfig'), 'utf8'));
  expect(config['current-context']).toBe('sandbox');
});
