import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const CODE = /'(CAPSTAN_[A-Z0-9]+_[A-Z0-9_]+)'/g;

/** Every `codes.ts`, with the codes that it declares. */
const declared = globSync('{packages,plugins}/*/src/{,*/}codes.ts').map(
  (path) => [path, [...readFileSync(path, 'utf8').matchAll(CODE)].map((match) => match[1] ?? '')] as const,
);

describe('error codes', () => {
  const documented = readFileSync('docs/errors.md', 'utf8');

  test.each(declared)('%s: each stands in docs/errors.md with meaning and remedy', (_path, codes) => {
    expect(codes.length).toBeGreaterThan(0);
    const rows = new Map(
      [...documented.matchAll(/^\| `(CAPSTAN_\w+)` \| (.*?) \| (.*?) \|$/gm)].map((row) => [row[1] ?? '', row]),
    );
    expect(codes.filter((code) => !rows.get(code)?.[2] || !rows.get(code)?.[3])).toEqual([]);
  });

  test('no code is documented that does not exist', () => {
    const all = new Set(declared.flatMap(([, codes]) => codes));
    const listed = [...documented.matchAll(/^\| `(CAPSTAN_\w+)` \|/gm)].map((row) => row[1] ?? '');
    expect(listed.filter((code) => !all.has(code))).toEqual([]);
    expect(listed.length).toBe(new Set(listed).size);
  });
});
