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
  for (const kind of [
    { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ApplicationConfiguration' },
    { apiVersion: 'capstan.dev/v1alpha1', kind: 'CapabilityInstall' },
  ]) {
    expect((await client.list(kind)).items, kind.kind).toEqual([]);
  }
}

describe('an application that needs what the cluster lacks', () => {
  test('without a terminal, also with --yes: exit 5, plan, cost and the command, in words and as data', async () => {
    const file = await anApplication('shop', [...things('Cache')], [...things('Index')]);
    const { code, stdout, stderr } = await up(`-f ${file} --yes -o json`);
    expect(code, stderr).toBe(5);
    for (const part of [
      /trait Cache .* used by shop: cache-(one|two) 1\.0\.0 brings it and is not installed \(so would cache-(one|two)\)/,
      /engine 1\.0\.0 {2}needed by index/,
      /cost: .*engine 1\.0\.0.*; 6 objects, 3 CRDs, 3 images/,
    ]) {
      expect(stderr).toMatch(part);
    }
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'Error',
      code: 'CAPSTAN_CLI_CAPABILITY_MISSING',
      exit: 5,
      next: [
        expect.stringMatching(/^capstan cap install cache-(one|two) index --context sandbox$/),
        expect.stringMatching(/up -f \S+shop\.yaml .*--install-missing$/),
      ],
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
    const planned = await story.json(`up -f ${file} --dry-run client --install-missing --context sandbox`);
    expect(planned).toMatchObject({ kind: 'InstallPlan', packages: [{ name: 'engine' }, { name: 'index' }] });
    await expectNothing();
  });

  test('and what the application would become with the types to come, also what a plugin makes of them', async () => {
    const trigger = { type: 'redis', metadata: { address: 'redis:6379', listName: 'jobs', listLength: '5' } };
    const autoscale = ['traits.capstan.dev/v1alpha1', 'Autoscale', { max: 3, triggers: [trigger] }] as const;
    const file = await anApplication('shop', [...autoscale], [...things('Cache')]);
    const command = `up -f ${file} --dry-run client --install-missing --context sandbox`;
    const made = [{ kind: 'Deployment' }, { kind: 'Autoscale' }, { kind: 'ScaledObject' }, { kind: 'Cache' }];
    const expected = made.map((one) => expect.objectContaining({ ...one, action: 'created' }));
    expect(await story.json(command)).toMatchObject({ application: { objects: expect.arrayContaining(expected) } });
    expect(await story.ok(command)).toMatch(/^scaledobject\.keda\.sh\/shop {2}\(new\)$/m);
    await expectNothing();
  });

  test('a mistake in what a missing type is told is found before anything is installed', async () => {
    const wrong = await anApplication('shop', ['traits.capstan.dev/v1alpha1', 'Autoscale', { mni: 1, triggers: [] }]);
    const { code, stderr } = await up(`-f ${wrong} --install-missing`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/spec\.mni.*Did you mean/s);
    await expectNothing();
  });

  test('so is a mistake that only the plugin of a missing type finds', async () => {
    const schedules = [
      { cron: '0 25 * * *', timeZone: 'Europe/Berlin', replicas: 2 },
      { cron: '0 18 * * *', timeZone: 'Europe/Berlin', replicas: 1 },
    ];
    const wrong = await anApplication('shop', ['traits.capstan.dev/v1alpha1', 'CronScale', { schedules }]);
    const { code, stderr } = await up(`-f ${wrong} --install-missing`);
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/yaml:\d+:\d+\s+component shop:\s+trait CronScale:\s+spec\.schedules\[0\]\.cron:[^[]*25/);
    expect(stderr.match(/spec\.schedules\[0\]\.cron/g)).toHaveLength(1);
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

  test('validate names the package', async () => {
    const file = await anApplication('shop', [...things('Index')]);
    const { code, stderr } = await story.run(`validate -f ${file} --context sandbox`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/"index" comes from capability index 1\.0\.0, which is not installed/);
    expect(stderr).toMatch(/capstan cap install index --context sandbox/);
  });

  test('who may not install is told so, with the command for who may', async () => {
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const metadata = { name: 'dev-views' };
    const rules = [
      { apiGroups: ['core.oam.dev', 'workloads.capstan.dev'], resources: ['*'], verbs: ['*'] },
      { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: ['get', 'list'] },
    ];
    const group = 'rbac.authorization.k8s.io';
    const roleRef = { apiGroup: group, kind: 'ClusterRole', name: metadata.name };
    const subjects = [{ apiGroup: group, kind: 'User', name: 'dev' }];
    await client.apply({ apiVersion, kind: 'ClusterRole', metadata, rules });
    await client.apply({ apiVersion, kind: 'ClusterRoleBinding', metadata, roleRef, subjects });
    const file = await anApplication('shop', ['traits.capstan.dev/v1alpha1', 'Autoscale', { max: 3, triggers: [] }]);
    const refused = await up(`-f ${file} --install-missing --as dev`);
    expect(refused.code, refused.stderr).toBe(4);
    expect(refused.stderr).toMatch(/capstan cap install keda/);
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
    const applications = await client.list({ apiVersion: 'core.oam.dev/v1alpha2', kind: 'ApplicationConfiguration' });
    expect(applications.items).toEqual([]);

    const waiting = await up(`-f ${blog}`);
    expect(waiting.code).toBe(5);
    expect(waiting.stderr).toMatch(/its installation was begun and has not ended/);

    const done = await story.json(command);
    expect(done).toMatchObject({ kind: 'ApplyResult', ready: true, applications: ['shop', 'blog'] });
    const installed = (done['installed'] as { name: string }[]).map(({ name }) => name);
    expect(installed).toEqual(expect.arrayContaining(['engine', 'index']));
  });

  test('what is installed and damaged is put back, not installed twice', async () => {
    const definition = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'TraitDefinition' };
    await client.delete({ ...definition, name: 'engines.things.example.org' });
    const file = await anApplication('plant', [...things('Engine')]);
    const { code, stdout, stderr } = await up(`-f ${file} --install-missing -o json`);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/engine 1\.0\.0 is installed, but its Definition or its CRD is gone/);
    const done = JSON.parse(stdout);
    expect(done).toMatchObject({ ready: true, installed: [{ name: 'engine', action: 'repair' }] });
  });

  test('a package answers to its alias, and says its name', async () => {
    const shown = await story.run('cap show cache --context sandbox');
    expect(shown).toMatchObject({ code: 0, stderr: expect.stringMatching(/cache means the package cache-one/) });
  });
});
