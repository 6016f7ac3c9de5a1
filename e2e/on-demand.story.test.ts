import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordCenter } from '@capstan/capability-center';
import { type TestPackage, writeTestCenter } from '@capstan/capability-center/testing';
import { digestOf } from '@capstan/capability-model';
import { connect, type KubeClient } from '@capstan/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stage } from './support/story.ts';

const story = stage();
let client: KubeClient;

/** A package whose chart brings a kind of things.example.org, registered as a trait. */
function bringing(kind: string, name: string, fields: object = {}): TestPackage {
  const shortName = kind.toLowerCase();
  const definition = `${shortName}s.things.example.org`;
  const object = {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'TraitDefinition',
    metadata: { name: definition },
    spec: { definitionRef: { name: definition } },
  };
  const provides = {
    apis: [{ group: 'things.example.org', kind, served: ['v1'] }],
    capabilities: [{ id: `${shortName}s`, version: '1.0.0' }],
    definitions: [{ name: definition, role: 'trait', shortName, kind, digest: digestOf(object), object }],
  };
  return { name, chart: { crds: [{ kind }] }, fields: { provides, ...fields } };
}

beforeAll(async () => {
  await story.ok('system install --yes --context sandbox');
  client = await connect({ kubeconfig: story.kubeconfig });
  const center = await writeTestCenter(join(story.folder, 'center'), {
    name: 'stories',
    packages: [
      bringing('Cache', 'cache-one', { aliases: ['cache'] }),
      bringing('Cache', 'cache-two'),
      bringing('Index', 'index', { requires: [{ capability: 'engines', range: '>=1.0', reason: 'it sorts' }] }),
      bringing('Engine', 'engine'),
    ],
  });
  await recordCenter(client, center.record);
});

afterAll(() => client?.close());

/** The file of an application with a web service and these traits. */
async function anApplication(name: string, ...traits: readonly [apiVersion: string, kind: string, spec: object][]) {
  const component = {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'Component',
    metadata: { name },
    spec: {
      workload: {
        apiVersion: 'workloads.capstan.dev/v1alpha1',
        kind: 'WebService',
        spec: { image: 'web:1', port: 80 },
      },
    },
  };
  const listed = traits.map(([apiVersion, kind, spec]) => ({ trait: { apiVersion, kind, spec } }));
  const application = {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ApplicationConfiguration',
    metadata: { name },
    spec: { components: [{ componentName: name, traits: listed }] },
  };
  const file = join(story.folder, `${name}.yaml`);
  await writeFile(file, [component, application].map((object) => JSON.stringify(object)).join('\n---\n'));
  return file;
}

const things = (kind: string, spec: object = { size: 1 }) => ['things.example.org/v1', kind, spec] as const;
const up = (words: string) => story.run(`up ${words} --context sandbox`);

async function expectNothing(): Promise<void> {
  expect((await story.json('list --context sandbox')).items).toEqual([]);
  expect((await story.json('cap list --context sandbox')).items).toEqual([]);
}

describe('an application that needs what the cluster lacks', () => {
  test('without a terminal: exit 5, the packages with plan and cost, and the command; nothing is changed', async () => {
    const file = await anApplication('shop', [...things('Cache')], [...things('Index')]);
    const { code, stderr } = await up(`-f ${file}`);
    expect(code, stderr).toBe(5);
    for (const part of [
      /trait Cache .* used by shop: cache-(one|two) 1\.0\.0 brings it and is not installed \(so would cache-(one|two)\)/,
      /engine 1\.0\.0 {2}needed by index/,
      /cost: .*engine 1\.0\.0.*; 6 objects, 3 CRDs, 3 images/,
      /Try: {2}capstan cap install cache-(one|two) index --context sandbox/,
      /up -f \S+shop\.yaml --context sandbox --install-missing/,
      /CAPSTAN_CLI_CAPABILITY_MISSING/,
    ]) {
      expect(stderr).toMatch(part);
    }
    const asked = await up(`-f ${file} -o json`);
    expect(JSON.parse(asked.stdout)).toMatchObject({
      kind: 'Error',
      code: 'CAPSTAN_CLI_CAPABILITY_MISSING',
      exit: 5,
      fields: {
        missing: [
          { kind: 'Cache', state: 'offered', alternatives: [expect.stringMatching(/^cache-/)] },
          { kind: 'Index', provider: { package: 'index' } },
        ],
        plan: { kind: 'InstallPlan', changes: true },
      },
    });
    await expectNothing();
  });

  test('a dry run shows what would be installed and changes nothing', async () => {
    const file = await anApplication('shop', [...things('Index')]);
    expect((await up(`-f ${file} --dry-run client`)).code).toBe(5);
    const planned = await story.json(`up -f ${file} --dry-run client --install-missing --context sandbox`);
    expect(planned).toMatchObject({ kind: 'InstallPlan', packages: [{ name: 'engine' }, { name: 'index' }] });
    await expectNothing();
  });

  test('a mistake in what a missing type is told is found before anything is installed', async () => {
    const wrong = await anApplication('shop', ['traits.capstan.dev/v1alpha1', 'Autoscale', { mni: 1, triggers: [] }]);
    const { code, stderr } = await up(`-f ${wrong} --install-missing`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/spec\.mni.*Did you mean/s);
    await expectNothing();
  });

  test('what nothing on offer brings: exit 5 and the nearest names, also with --install-missing', async () => {
    const file = await anApplication('shop', [...things('Cash')]);
    const { code, stderr } = await up(`-f ${file} --install-missing`);
    expect(code).toBe(5);
    expect(stderr).toMatch(/no package that a center of this cluster offers brings it/);
    expect(stderr).toMatch(/Did you mean cache\?/);
    await expectNothing();
  });

  test('validate, diff and render name the package', async () => {
    const file = await anApplication('shop', [...things('Index')]);
    for (const command of ['validate', 'diff', 'render']) {
      const { code, stderr } = await story.run(`${command} -f ${file} --context sandbox`);
      expect(code).toBe(2);
      expect(stderr).toMatch(/"index" comes from capability index 1\.0\.0, which is not installed/);
      expect(stderr).toMatch(/capstan cap install index --context sandbox/);
    }
  });

  test('who may not install is told so, with the command for who may', async () => {
    const grant = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'dev-views' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'dev-views' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'dev' }],
    };
    const rules = [
      { apiGroups: ['core.oam.dev', 'workloads.capstan.dev'], resources: ['*'], verbs: ['*'] },
      { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: ['get', 'list'] },
    ];
    const role = { ...grant, kind: 'ClusterRole', roleRef: undefined, subjects: undefined, rules };
    for (const object of [role, grant])
      await client.apply(JSON.parse(JSON.stringify(object)), { fieldManager: 'story' });
    const file = await anApplication('shop', ['traits.capstan.dev/v1alpha1', 'Autoscale', { max: 3, triggers: [] }]);
    const proposed = await up(`-f ${file} --as dev`);
    expect(proposed.code, proposed.stderr).toBe(5);
    expect(proposed.stderr).toMatch(/capstan cap install keda/);
    const refused = await up(`-f ${file} --install-missing --as dev`);
    expect(refused.code, refused.stderr).toBe(4);
    await expectNothing();
  });
});

describe('--install-missing', () => {
  test('installs for several applications at once; after Ctrl-C the same command goes on, and all is ready', async () => {
    const shop = await anApplication('shop', [...things('Cache')]);
    const blog = await anApplication('blog', [...things('Cache')], [...things('Index')]);
    const command = `up -f ${shop} -f ${blog} --install-missing --context sandbox`;
    const interrupt = { on: /Helm release engine/, signal: 'SIGINT' } as const;
    const stopped = await story.run(command, { interrupt });
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toMatch(/Try: {2}capstan up .*--install-missing/);
    expect((await story.json('list --context sandbox')).items).toEqual([]);

    const waiting = await up(`-f ${blog}`);
    expect(waiting.code).toBe(5);
    expect(waiting.stderr).toMatch(/its installation was begun and has not ended/);

    const done = await story.json(command);
    expect(done).toMatchObject({ kind: 'ApplyResult', ready: true, applications: ['shop', 'blog'] });
    const installed = (done['installed'] as { name: string }[]).map(({ name }) => name);
    expect(installed).toEqual(expect.arrayContaining(['engine', 'index']));
    expect((await up(`-f ${shop} -f ${blog}`)).stdout).toMatch(/unchanged/);
  });

  test('what is installed and damaged is put back, not installed twice', async () => {
    const definition = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'TraitDefinition' };
    await client.delete({ ...definition, name: 'engines.things.example.org' });
    const file = await anApplication('plant', [...things('Engine')]);
    const proposed = await up(`-f ${file}`);
    expect(proposed.code).toBe(5);
    expect(proposed.stderr).toMatch(/engine 1\.0\.0 is installed, but its Definition or its CRD is gone/);
    const done = await story.json(`up -f ${file} --install-missing --context sandbox`);
    expect(done).toMatchObject({ ready: true, installed: [{ name: 'engine', action: 'repair' }] });
  });

  test('a package answers to its alias, and says its name', async () => {
    const shown = await story.run('cap show cache --context sandbox');
    expect(shown).toMatchObject({ code: 0, stderr: expect.stringMatching(/cache means the package cache-one/) });
    const planned = await story.run('cap install cache --plan --context sandbox');
    expect(planned.stderr).toMatch(/cache means the package cache-one/);
  });
});
