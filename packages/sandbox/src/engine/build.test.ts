import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { SANDBOX_CODES } from '../codes.ts';
import type { SandboxEvent } from '../lifecycle/events.ts';
import { buildControlPlane } from './build.ts';
import { buildTarget, versionFlags } from './build-cache.ts';
import { estimateRemaining } from './build-progress.ts';
import { isRecentGo } from './go.ts';

const GO = `#!/bin/sh
case "$1" in
  env) echo "$FAKE_GO_VERSION" ;;
  list) echo '{"Time": "2030-01-02T03:04:05Z", "Sum": "h1:abc="}' ;;
  install) touch "$GOBIN/kwok"; chmod +x "$GOBIN/kwok" ;;
  build)
    if [ -n "$FAKE_GO_FAILS" ]; then echo "dial tcp: no route to host" >&2; exit 1; fi
    if [ -n "$FAKE_GO_HANGS" ]; then echo compiling >&2; sleep 60; fi
    for last; do [ "$previous" = -o ] && output="$last"; previous="$last"; done
    touch "$output"; chmod +x "$output" ;;
esac
`;

/** A cache of its own and, in place of the compiler (minutes), a go command that only makes the files. */
async function aMachine(settings: Record<string, string> = {}): Promise<{ cache: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-'));
  await writeFile(join(directory, 'go'), GO, { mode: 0o755 });
  const values = { FAKE_GO_VERSION: 'go1.26.8', ...settings };
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
  vi.stubEnv('PATH', `${directory}:${process.env['PATH']}`);
  vi.stubEnv('XDG_CACHE_HOME', directory);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true });
  });
  return { cache: join(directory, 'capstan', 'control-plane') };
}

test('a build appears as a whole in the cache, and the next one finds it without go', async () => {
  const { cache } = await aMachine();
  const events: SandboxEvent[] = [];
  const [first, second] = await Promise.all([
    buildControlPlane({ onProgress: (event) => events.push(event) }),
    buildControlPlane({ onProgress: (event) => events.push(event) }),
  ]);
  expect(first).toEqual(second);
  const names = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'];
  expect((await readdir(first.directory)).sort()).toEqual(names);
  expect(first.directory.startsWith(cache)).toBe(true);
  const steps = events.flatMap((event) => (event.type === 'build' ? [event.step] : []));
  expect(steps.filter((step) => step === 'kubernetes')).toHaveLength(1);
  vi.stubEnv('PATH', '/nowhere');
  expect(await buildControlPlane()).toEqual(first);
});

test('a failed build says what go said, and leaves nothing that looks built', async () => {
  const { cache } = await aMachine({ FAKE_GO_FAILS: 'yes' });
  await expect(buildControlPlane()).rejects.toMatchObject({
    code: SANDBOX_CODES.buildFailed,
    hint: expect.stringContaining('no route to host'),
  });
  const { directory } = await buildTarget();
  expect(await readdir(cache)).not.toContain(basename(directory));
});

test('an aborted build ends', async () => {
  await aMachine({ FAKE_GO_HANGS: 'yes' });
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('interrupted'));
  await expect(buildControlPlane({ signal: controller.signal, onProgress })).rejects.toThrow('interrupted');
});

test.each([
  ['no go', 'PATH', '/nowhere', SANDBOX_CODES.goMissing],
  ['an old go', 'FAKE_GO_VERSION', 'go1.25.3', SANDBOX_CODES.goTooOld],
])('with %s the error says what to install', async (_what, name, value, code) => {
  await aMachine();
  vi.stubEnv(name, value);
  await expect(buildControlPlane()).rejects.toMatchObject({
    code,
    hint: expect.stringMatching(/Go 1\.26 or later.*CAPSTAN_CONTROL_PLANE_BIN/),
  });
});

test.each([
  ['go1.26', true],
  ['go1.26.8', true],
  ['go1.27rc1', true],
  ['go2.0', true],
  ['go1.25.9', false],
  ['go1.9', false],
  ['devel go1.27-abc', true],
])('%s is recent enough: %s', (version, expected) => {
  expect(isRecentGo(version)).toBe(expected);
});

test('the version stamp has every field that a client may read', () => {
  expect(versionFlags('v1.35.4', { Time: '2026-04-15T18:01:22Z', Sum: 'h1:abc=' }).split(' -X ')).toEqual([
    '-X k8s.io/component-base/version.gitVersion=v1.35.4',
    'k8s.io/component-base/version.gitMajor=1',
    'k8s.io/component-base/version.gitMinor=35',
    'k8s.io/component-base/version.gitCommit=h1:abc=',
    'k8s.io/component-base/version.gitTreeState=clean',
    'k8s.io/component-base/version.buildDate=2026-04-15T18:01:22Z',
  ]);
});

test('the estimate shrinks with the time, grows with fewer cores, and ends when it is used up', () => {
  expect(estimateRemaining('etcd', 0, 2)).toBe(350_000);
  expect(estimateRemaining('kubernetes', 100_000, 2)).toBe(202_000);
  expect(estimateRemaining('kubernetes', 900_000, 2)).toBe(72_000);
  expect(estimateRemaining('etcd', 0, 1)).toBe(700_000);
  expect(estimateRemaining('etcd', 0, 64)).toBe(105_000);
  expect(estimateRemaining('kwok', 900_000, 2)).toBeUndefined();
});
