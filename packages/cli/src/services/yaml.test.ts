import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { stringify } from './yaml.ts';

test.each<[what: string, value: unknown]>([
  ['words that are truth values in YAML 1.1', { env: [{ name: 'DEBUG', value: 'on' }, 'yes', 'n', 'OFF'] }],
  ['keys that are', { on: 1, y: 2 }],
  ['a key that merges maps', { '<<': { a: 1 } }],
  ['texts that are numbers', ['012', '0o7', '0x1', '1e3', '1_000', '12:30', '.inf']],
  ['texts that are times', ['2026-01-01', '2026-01-01T00:00:00Z']],
])('%s are read as they were printed, by YAML 1.1 and 1.2', (_what, value) => {
  const text = stringify(value, { lineWidth: 0 });
  for (const version of ['1.1', '1.2'] as const) expect(parse(text, { version })).toEqual(value);
});

test('what is clear is printed bare', () => {
  expect(stringify({ image: 'nginx:1.29', replicas: 2, ready: true }, {})).toBe(
    'image: nginx:1.29\nreplicas: 2\nready: true\n',
  );
});
