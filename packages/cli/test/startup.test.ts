import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleOptions, OWN_REQUIRE, QUICK, quickOptions } from '../scripts/bundle-options.mjs';

/** What commands that people wait for must not load: planning, resolving, removing, Helm, the sandbox, the API server. */
const HEAVY = [
  /capability-center\/src\/plan\/(?:build-plan|package-plan|crd-diff|resolution|render)/,
  /capability-center\/src\/uninstall\/(?:plan|execute|drain)/,
  /capability-center\/src\/(?:resolver|adopt|registry|bundle)\//,
  /helm-ts\/src\/(?:helm|pull|process|binary)\.ts/,
  /\/apiserver\//,
  /sandbox\/src\/(?:simulation|control-plane)/,
];

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** What parts of libraries ask for that nothing here uses. */
const NEVER_USED = /^(?:react-devtools-core|typescript|ts-node)/;

let outputs: Metafile['outputs'];

beforeAll(async () => {
  const result = await build({ ...(await bundleOptions('/bundle')), write: false, metafile: true });
  outputs = result.metafile?.outputs ?? {};
}, 60_000);

/** The output of an entry point or of a module that is loaded lazily. */
function outputOf(source: string): string {
  const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === `src/${source}`);
  if (!found) throw new Error(`nothing is made of ${source}`);
  return found[0];
}

/** Everything that is loaded with these modules before they begin. */
function loaded(...sources: string[]): { chunks: number; bytes: number; inputs: string[] } {
  const chunks = new Set(sources.map(outputOf));
  for (const chunk of chunks)
    for (const { path, kind } of outputs[chunk]?.imports ?? [])
      if (kind === 'import-statement' && path in outputs) chunks.add(path);
  const all = [...chunks].map((chunk) => outputs[chunk]);
  return {
    chunks: chunks.size,
    bytes: all.reduce((sum, output) => sum + (output?.bytes ?? 0), 0),
    inputs: all.flatMap((output) =>
      Object.entries(output?.inputs ?? {}).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : [])),
    ),
  };
}

/** What each command loads until it prints, beside the program itself: its lazy modules, and how much that may be. */
const LIGHT: readonly [command: string, lazy: readonly string[], kilobytes: number][] = [
  ['cap/list.ts', ['services/installed.ts', 'lib/foreign-releases.ts'], 450],
  ['cap/status.ts', ['services/capability-status.ts'], 700],
  ['cap/history.ts', ['services/cap-history.ts', 'lib/require-installed.ts'], 500],
  ['status.ts', [], 420],
  ['list.ts', [], 420],
  ['completion.ts', [], 420],
  ['version.ts', [], 420],
];

describe('commands that people wait for stay light', () => {
  test.each(LIGHT)('%s', (command, lazy, kilobytes) => {
    const { chunks, bytes, inputs } = loaded('main.ts', `commands/${command}`, ...lazy);
    expect(inputs.filter((input) => HEAVY.some((heavy) => heavy.test(input)))).toEqual([]);
    expect(chunks).toBeLessThan(60);
    expect(bytes / 1000).toBeLessThan(kilobytes);
  });

  test('and the program itself loads nothing of the cluster', () => {
    const { inputs } = loaded('main.ts');
    expect(inputs.filter((input) => /packages\/(?!cli\/|base\/|oam-model\/src\/suggestions)/.test(input))).toEqual([]);
  });
});

test.each(QUICK)(
  '%s in a file of its own holds nothing heavy, and what it leaves out is in the bundle',
  async (command) => {
    const options = await quickOptions('/bundle', command, '1.2.3');
    const { metafile } = await build({ ...options, write: false, metafile: true });
    const [output] = Object.values(metafile?.outputs ?? {}).filter(({ bytes }) => bytes > 10_000);
    expect(Object.keys(output?.inputs ?? {}).filter((input) => HEAVY.some((heavy) => heavy.test(input)))).toEqual([]);
    const elsewhere = (output?.imports ?? []).filter(({ path, external }) => external && path.startsWith('.'));
    const files = Object.keys(outputs).map((file) => file.replace(/^.*\/bundle\//, './'));
    expect(elsewhere.map(({ path }) => path).filter((path) => !files.includes(path))).toEqual([]);
  },
);

test('nothing of the bundle is left to be found beside it', () => {
  const foreign = Object.values(outputs).flatMap(({ imports }) =>
    imports.flatMap(({ path, external }) => (external && !isBuiltin(path) && !NEVER_USED.test(path) ? [path] : [])),
  );
  expect([...new Set(foreign)]).toEqual([]);
  // A `require` of a module's own is not seen by the bundler unless it stands in the form that is taken out.
  const hidden = globSync('packages/*/src/**/*.ts', { cwd: repository }).filter((file) => {
    const source = readFileSync(`${repository}${file}`, 'utf8').replace(OWN_REQUIRE, '');
    return /createRequire\([^)]*\)(?!\.resolve\()/.test(source);
  });
  expect(hidden).toEqual([]);
});
