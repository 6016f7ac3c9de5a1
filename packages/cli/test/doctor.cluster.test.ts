import '@capstan/sandbox/testing';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubernetesObject } from '@capstan/base';
import { connect, type KubeClient } from '@capstan/kube';
import { installSystem } from '@capstan/operator';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { Finding } from '../src/doctor/finding.ts';
import { aFile, capstan, type Ran } from './cli.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;
const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;
const TRAIT = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'TraitDefinition' } as const;

/** A CRD of a package, whose objects may be stored in a version that is not the storage version any more. */
const relics: KubernetesObject = {
  ...CRD,
  metadata: {
    name: 'relics.doctor.example.com',
    labels: { 'app.kubernetes.io/managed-by': 'capstan', 'capstan.dev/package': 'relic' },
  },
  spec: {
    group: 'doctor.example.com',
    scope: 'Namespaced',
    names: { plural: 'relics', singular: 'relic', kind: 'Relic' },
    versions: ['v1', 'v2'].map((name) => ({
      name,
      served: true,
      storage: name === 'v2',
      schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    })),
  },
};
const stuck = structuredClone(relics);
stuck.metadata.name = 'stucks.doctor.example.com';
Object.assign(stuck, {
  spec: { ...(relics['spec'] as object), names: { plural: 'stucks', singular: 'stuck', kind: 'Stuck' } },
});

const target = () => ['--kubeconfig', inject('kubeconfig')];
let client: KubeClient;

beforeAll(async () => {
  const kubeconfig = inject('kubeconfig');
  vi.stubEnv('CAPSTAN_SANDBOX_DIR', dirname(kubeconfig));
  client = await connect({ kubeconfig });
  await installSystem(client);
  const mirror = ['--mirror', `stand-ins=${repository}charts/stand-ins`];
  await ok('center', 'add', 'capstan', `${repository}capability-registry`, ...mirror, ...target());
  await ok('cap', 'install', 'keda@2.19', '--yes', ...target());
});

afterAll(async () => {
  await capstan('cap', 'uninstall', 'keda', '--delete-crds', '--yes', ...target());
  await client.delete({ ...SECRET, name: 'capstan-center-capstan', namespace: 'capstan-system' });
  client.close();
});

async function ok(...argv: string[]): Promise<Ran> {
  const ran = await capstan(...argv);
  expect(ran.exit, ran.stderr).toBe(0);
  return ran;
}

async function findings(...argv: string[]): Promise<{ exit: number; found: Finding[] }> {
  const { exit, stdout } = await capstan('doctor', '-o', 'json', ...argv, ...target());
  return { exit, found: (JSON.parse(stdout) as { findings: Finding[] }).findings };
}

/** As people run it: `--fix` starts processes of its own. */
function inProcess(first: string | Readonly<Record<string, string>>, ...rest: string[]) {
  const argv = typeof first === 'string' ? [first, ...rest] : rest;
  const env = {
    ...process.env,
    ...(typeof first === 'string' ? {} : first),
    CAPSTAN_SANDBOX_DIR: dirname(inject('kubeconfig')),
    NO_COLOR: '1',
  };
  const command = ['--conditions=@capstan/source', 'packages/cli/bin/dev.js', ...argv, ...target()];
  return spawnSync(process.execPath, command, { cwd: repository, encoding: 'utf8', env, input: '' });
}

async function served(name: string): Promise<void> {
  await expect.poll(async () => (await client.discovery.findByName(name)) !== undefined).toBe(true);
}

/** What is done to the cluster, which finding names it, and whether `--fix` mends it. */
const FAULTS: readonly {
  fault: string;
  id: string;
  area?: string;
  fixed?: true;
  seed: () => Promise<unknown>;
  undo?: () => Promise<unknown>;
}[] = [
  { fault: 'no operator runs', id: 'operator-silent', seed: async () => {} },
  {
    fault: 'a CRD of Capstan is deleted',
    id: 'kinds-missing',
    fixed: true,
    seed: () => client.delete({ ...CRD, name: 'networkscopes.core.oam.dev' }),
  },
  {
    fault: 'a CRD of keda is deleted',
    id: 'capability-damaged',
    area: 'keda',
    fixed: true,
    seed: () => client.delete({ ...CRD, name: 'cloudeventsources.eventing.keda.sh' }),
  },
  {
    fault: 'a Definition of keda is deleted',
    id: 'capability-damaged',
    area: 'keda',
    fixed: true,
    seed: () => client.delete({ ...TRAIT, name: 'scaledobjects.keda.sh' }),
  },
  {
    fault: 'a center is gone',
    id: 'center-unreadable',
    area: 'center gone',
    seed: () => client.apply(centerSecret('gone', '/nonexistent/registry')),
    undo: () => client.delete({ ...SECRET, name: 'capstan-center-gone', namespace: 'capstan-system' }),
  },
  {
    fault: "Helm never finished somebody's release",
    id: 'helm-pending',
    area: 'release default/shop',
    seed: () => client.apply(helmSecret()),
    undo: () => client.delete({ ...SECRET, name: 'sh.helm.release.v1.shop.v2', namespace: 'default' }),
  },
  {
    fault: 'a Definition has no package',
    id: 'definition-orphan',
    area: 'ghost',
    seed: () =>
      client.apply({
        ...TRAIT,
        metadata: { name: 'ghosts.example.com', labels: { 'capstan.dev/package': 'ghost' } },
        spec: { definitionRef: { name: 'ghosts.example.com' } },
      }),
    undo: () => client.delete({ ...TRAIT, name: 'ghosts.example.com' }),
  },
  {
    fault: 'a CRD may hold old versions',
    id: 'crd-stored-versions',
    area: 'relic',
    seed: async () => {
      await client.apply(relics);
      await served('relics.doctor.example.com');
      const status = { storedVersions: ['v1', 'v2'] };
      await client.patch({ ...CRD, name: relics.metadata.name }, { status }, { type: 'merge', subresource: 'status' });
    },
    undo: () => client.delete({ ...CRD, name: relics.metadata.name }),
  },
  {
    fault: 'a CRD cannot go',
    id: 'crd-deleting',
    area: 'relic',
    seed: async () => {
      await client.apply(stuck);
      await served('stucks.doctor.example.com');
      const one = {
        apiVersion: 'doctor.example.com/v2',
        kind: 'Stuck',
        metadata: { name: 'one', namespace: 'default' },
      };
      await expect
        .poll(() =>
          client.apply({ ...one, metadata: { ...one.metadata, finalizers: ['example.com/held'] } }).then(
            () => true,
            () => false,
          ),
        )
        .toBe(true);
      await client.delete({ ...CRD, name: stuck.metadata.name });
    },
    undo: () =>
      client.patch(
        { apiVersion: 'doctor.example.com/v2', kind: 'Stuck', name: 'one', namespace: 'default' },
        { metadata: { finalizers: null } },
      ),
  },
];

const seen = (
  { found }: { readonly found: readonly Finding[] },
  { id, area }: { readonly id: string; readonly area?: string },
) => found.find((one) => one.level !== 'ok' && one.id === id && (area === undefined || one.area === area));

describe('ten faults', () => {
  test('each of nine is found, with a command', async () => {
    for (const { seed } of FAULTS) await seed();
    const after = await findings();
    expect(after.exit).toBe(1);
    for (const fault of FAULTS)
      expect(seen(after, fault), fault.fault).toMatchObject({
        message: expect.any(String),
        fix: { command: expect.any(String) },
      });
  });

  test('--fix asks, mends those that it says it can, and leaves the others', async () => {
    const refused = inProcess('doctor', '--fix', '--no-input');
    expect(refused.status, refused.stderr).toBe(2);
    const fixed = inProcess('doctor', '--fix', '--yes');
    expect(fixed.stderr).toMatch(/\$ capstan system install .*\n/);
    const after = await findings();
    for (const fault of FAULTS)
      expect(seen(after, fault) === undefined, `${fault.fault}\n${fixed.stderr}`).toBe(fault.fixed === true);
  });

  test('what a person undoes is gone from the findings', async () => {
    for (const { undo } of FAULTS) await undo?.();
    await expect
      .poll(async () => (await findings()).found.filter(({ level }) => level !== 'ok').map(({ id }) => id))
      .toEqual(['operator-silent']);
  });

  test('the tenth, an operation whose process was killed, is found and completed', async () => {
    const killed = inProcess({ CAPSTAN_TEST_KILL_AT: 'upgrade:publish:before' }, 'cap', 'upgrade', 'keda', '--yes');
    expect(killed.signal, killed.stderr).toBe('SIGKILL');
    expect(seen(await findings(), { id: 'operation-interrupted', area: 'keda' })).toMatchObject({
      fix: { command: 'capstan cap resume keda', safe: true },
    });
    const fixed = inProcess('doctor', 'keda', '--fix', '--yes');
    expect(fixed.stderr).toMatch(/upgrade of keda is complete/);
    const [keda] = (await ok('cap', 'list', '-o', 'json', ...target())).json().items;
    expect(keda).toMatchObject({ name: 'keda', version: '2.20.2', phase: 'Ready' });
  });
});

test('a report holds what was found and nothing of a Secret', async () => {
  const secret = {
    ...SECRET,
    metadata: { name: 'doctor', namespace: 'capstan-system' },
    stringData: { token: 'very-secret-token' },
  };
  await client.apply(secret);
  const file = `${dirname(aFile('x', ''))}/report.tgz`;
  const { exit, stderr } = await capstan('doctor', '--bundle', file, ...target());
  expect(exit).toBe(1);
  expect(stderr).toMatch(/without secrets/);
  const listed = spawnSync('tar', ['tzf', file], { encoding: 'utf8' }).stdout.trim().split('\n');
  expect(listed).toContain('capstan-report/findings.json');
  const content = spawnSync('tar', ['xzOf', file], { encoding: 'utf8' }).stdout;
  expect(content).toContain('operator-silent');
  expect(content).not.toContain('very-secret-token');
  expect(readFileSync(file).length).toBeLessThan(1024 * 1024);
  expect((await capstan('doctor', '--bundle', file, ...target())).exit).toBe(2);
  await client.delete({ ...SECRET, name: 'doctor', namespace: 'capstan-system' });
});

test('who may not look everywhere is told so, and fails nowhere for it', async () => {
  const { found } = await findings('--as', 'somebody');
  expect(found.filter(({ id }) => id.endsWith('-unread')).length).toBeGreaterThan(2);
  expect(found.filter(({ level }) => level === 'fail').map(({ id }) => id)).toEqual([]);
});

test('no cluster at all is a finding too', async () => {
  const { exit, stdout } = await capstan('doctor', '--kubeconfig', '/nonexistent/kubeconfig');
  expect(exit).toBe(3);
  expect(stdout).toMatch(/^fail {2}cluster/);
});

function centerSecret(name: string, location: string): KubernetesObject {
  const record = JSON.stringify({ name, type: 'directory', location, mirrors: [] });
  return {
    ...SECRET,
    metadata: {
      name: `capstan-center-${name}`,
      namespace: 'capstan-system',
      labels: { 'capstan.dev/record': 'center' },
    },
    stringData: { 'center.json': record },
  };
}

function helmSecret(): KubernetesObject {
  const labels = { owner: 'helm', name: 'shop', status: 'pending-upgrade', version: '2' };
  return {
    ...SECRET,
    metadata: { name: 'sh.helm.release.v1.shop.v2', namespace: 'default', labels },
    type: 'helm.sh/release.v1',
  };
}
