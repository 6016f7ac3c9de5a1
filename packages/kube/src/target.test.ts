import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveClusterTarget } from './target.ts';

let home = '';
let one = '';
let two = '';
const sandbox = '/run/sandbox/kubeconfig';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'capstan-target-'));
  one = join(home, 'one');
  two = join(home, '.kube', 'config');
  await mkdir(join(home, '.kube'));
  await writeFile(one, '');
  await writeFile(two, '');
});

afterAll(() => rm(home, { recursive: true, force: true }));

describe('resolveClusterTarget', () => {
  test('--kubeconfig wins over everything else', () => {
    const env = { HOME: home, KUBECONFIG: two };
    expect(resolveClusterTarget({ kubeconfig: one, context: 'dev', env, sandboxKubeconfig: sandbox })).toEqual({
      files: [one],
      context: 'dev',
      origin: 'flag',
    });
  });

  test('$KUBECONFIG is a list of which missing files are left out', () => {
    const env = { HOME: home, KUBECONFIG: ['/nowhere', one, two].join(delimiter) };
    expect(resolveClusterTarget({ env })).toEqual({ files: [one, two], origin: 'environment' });
  });

  test('~/.kube/config comes before the running sandbox', () => {
    expect(resolveClusterTarget({ env: { HOME: home }, sandboxKubeconfig: sandbox })).toMatchObject({ origin: 'home' });
  });

  test('the running sandbox is the last resort', () => {
    const target = resolveClusterTarget({ env: { HOME: '/nowhere' }, sandboxKubeconfig: sandbox });
    expect(target).toEqual({ files: [sandbox], origin: 'sandbox' });
  });

  test('in a pod it is the service account, unless a context is asked for', () => {
    const env = { HOME: '/nowhere', KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
    const options = { env, sandboxKubeconfig: sandbox, serviceAccountToken: one };
    expect(resolveClusterTarget(options)).toEqual({ files: [], origin: 'in-cluster' });
    expect(resolveClusterTarget({ ...options, serviceAccountToken: '/nowhere' })).toMatchObject({ origin: 'sandbox' });
    expect(resolveClusterTarget({ ...options, kubeconfig: one })).toMatchObject({ origin: 'flag' });
  });

  test('context sandbox always means the sandbox', () => {
    const env = { HOME: home, KUBECONFIG: two };
    const target = resolveClusterTarget({ kubeconfig: one, context: 'sandbox', env, sandboxKubeconfig: sandbox });
    expect(target).toEqual({ files: [sandbox], origin: 'sandbox' });
  });

  const failing = [
    {
      name: 'a missing --kubeconfig',
      options: { kubeconfig: '/nowhere/f', env: {} },
      code: 'CONFIG_MISSING',
      text: '/nowhere/f',
    },
    {
      name: 'a missing $KUBECONFIG',
      options: { env: { KUBECONFIG: '/nowhere/k' } },
      code: 'CONFIG_MISSING',
      text: '/nowhere/k',
    },
    {
      name: 'context sandbox while none runs',
      options: { context: 'sandbox', env: {} },
      code: 'NO_CLUSTER',
      text: 'sandbox is not running',
    },
    {
      name: 'nothing at all',
      options: { env: { HOME: '/nowhere' } },
      code: 'NO_CLUSTER',
      text: 'no cluster is configured',
    },
    {
      name: 'another context while only a sandbox runs',
      options: { context: 'prod', env: {}, sandboxKubeconfig: sandbox },
      code: 'NO_CLUSTER',
      text: '"prod"',
    },
  ];
  test.each(failing)('$name is an error of exit 3', ({ options, code, text }) => {
    expect(() => resolveClusterTarget(options)).toThrow(
      expect.objectContaining({ code: `CAPSTAN_KUBE_${code}`, exit: 3, message: expect.stringContaining(text) }),
    );
  });

  test('nothing found names the command that helps', () => {
    expect(() => resolveClusterTarget({ env: {} })).toThrow(
      expect.objectContaining({ next: ['capstan sandbox start'] }),
    );
  });
});
