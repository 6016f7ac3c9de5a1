import { connect } from '@capstan/kube';
import { describe, expect, test } from 'vitest';
import { stage } from './support/story.ts';

/**
 * A platform engineer installs KEDA on demand, a developer finds its trait and runs an application with it, and
 * nothing that is in use can be taken away. The tests are chapters: each goes on where the one before ended.
 */
describe('install, discover, run, remove', () => {
  const scene = stage();
  const { run, ok, json } = scene;
  const traitsOfPackages = async (more = '') => {
    const { items } = await json(`trait list --context sandbox ${more}`);
    return items.filter((item) => item['provider'] !== 'built-in');
  };

  test('the cluster learns the kinds of Capstan, and a second time nothing changes', async () => {
    await ok('system install --yes --context sandbox');
    const again = await run('system install --yes --context sandbox');
    expect(again.code).toBe(0);
    expect(again.stderr + again.stdout).toMatch(/nothing (to change|changed)|up to date|unchanged/i);
  });

  test('a search for scale finds keda, which is not installed', async () => {
    const found = await json('cap search scale --context sandbox');
    expect(found.items.map((item) => item['name'])).toContain('keda');
    expect((await json('cap list --context sandbox')).items).toEqual([]);
  });

  test('a plan names version, CRDs, permissions and traits, and changes nothing', async () => {
    const plan = await ok('cap install keda --plan --context sandbox');
    for (const part of [/2\.20\.2/, /scaledobjects\.keda\.sh/, /autoscale/i, /secrets|cluster rights|permissions/i]) {
      expect(plan).toMatch(part);
    }
    expect((await json('cap list --context sandbox')).items).toEqual([]);
  });

  test('Ctrl-C while keda is being installed: exit 130, and how to go on', async () => {
    const interrupt = { on: /keda: \d+ CRDs/, signal: 'SIGINT' } as const;
    const stopped = await run('cap install keda --yes --context sandbox', { interrupt });
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toMatch(/capstan cap resume keda .*--(context sandbox|kubeconfig)/);
    expect(JSON.stringify(await json('cap list --context sandbox'))).not.toContain('"Ready"');
    expect(await traitsOfPackages()).toEqual([]);
  });

  test('the same command completes it with real Helm, and a second time nothing changes', async () => {
    await ok('cap install keda --yes --context sandbox');
    const before = await json('cap status keda --context sandbox');
    const again = await run('cap install keda --yes --context sandbox');
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr + again.stdout).toMatch(/no change|nothing to|already/i);
    const after = await json('cap status keda --context sandbox');
    expect(JSON.stringify(after)).toContain('"Ready"');
    expect(after['version']).toBe(before['version']);
  });

  test('the developer sees the trait and how it is written', async () => {
    const traits = await json('trait list --applies-to webservice --context sandbox');
    expect(traits.items.map((item) => item['name'])).toContain('autoscale');
    expect(await ok('explain autoscale --context sandbox')).toMatch(/triggers/);
    expect(await ok('explain autoscale.spec.triggers --context sandbox')).toMatch(/type/);
    expect((await run('explain autoscale.spec.nonsense --context sandbox')).code).toBe(2);
  });

  test('Ctrl-C while the application becomes ready: exit 130, and the work goes on', async () => {
    const interrupt = { on: /application helloworld {2}created/, signal: 'SIGINT' } as const;
    const stopped = await run('up -f examples/helloworld/app.yaml --context sandbox', { interrupt });
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toMatch(/--(context sandbox|kubeconfig)/);
  });

  test('the application becomes ready, and applying it again changes nothing', async () => {
    await ok('up -f examples/helloworld/app.yaml --context sandbox');
    const again = await run('up -f examples/helloworld/app.yaml --context sandbox');
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout + again.stderr).toMatch(/unchanged/);
    const tree = await ok('status helloworld --tree --context sandbox');
    for (const part of [
      /frontend/,
      /backend/,
      /deployment\/frontend/,
      /scaledobject\/frontend/,
      /simulated/i,
      /Ready/,
    ]) {
      expect(tree).toMatch(part);
    }
  });

  test('who may no more than edit a namespace sees the types and the application, and what is hidden is said', async () => {
    const client = await connect({ kubeconfig: scene.kubeconfig });
    await client.apply(EDITOR);
    client.close();
    expect(await traitsOfPackages('--as dev')).toHaveLength(3);
    const tree = await ok('status helloworld --tree --context sandbox --as dev');
    expect(tree).toMatch(/pod\/frontend\S+ +Ready +simulated/);
    expect(tree).toMatch(/scaledobject\/frontend +Unknown +you may not read it/);
    const found = await run('cap search scale --context sandbox --as dev');
    expect(found.stdout).toMatch(/keda/);
    expect(found.stderr).toMatch(/you may not read the records of the centers/);
    expect((await run('cap uninstall keda --yes --context sandbox --as dev')).code).toBe(4);
  });

  test('the capability answers with provider, version, health and evidence', async () => {
    const answer = await run("cap query 'autoscale >=1.0' --context sandbox -o json");
    expect(answer.code, answer.stderr).toBe(0);
    expect(JSON.parse(answer.stdout)).toMatchObject({ satisfied: true });
    expect(await ok("cap query 'autoscale >=1.0' --context sandbox")).toMatch(/keda/);
    expect((await run("cap query 'autoscale >=9.0' --context sandbox")).code).toBe(5);
  });

  test('what is in use is not taken away', async () => {
    const refused = await run('cap uninstall keda --yes --context sandbox');
    expect(refused.code).toBe(5);
    expect(refused.stderr).toMatch(/helloworld/);
    expect(refused.stderr).toMatch(/capstan delete helloworld/);
    await ok('status helloworld --exit-code --context sandbox');
  });

  test('after the application is gone, everything of keda goes, also after a Ctrl-C, and what is left is named', async () => {
    await ok('delete helloworld --yes --context sandbox');
    const interrupt = { on: /keda: Helm release/, signal: 'SIGINT' } as const;
    const stopped = await run('cap uninstall keda --delete-crds --yes --context sandbox', { interrupt });
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toMatch(/capstan cap uninstall keda .*--(context sandbox|kubeconfig)/);
    const removed = await run('cap uninstall keda --delete-crds --yes --context sandbox');
    expect(removed.code, removed.stderr).toBe(0);
    expect(removed.stdout + removed.stderr).toMatch(/capstan-system/);
    expect((await json('cap list --context sandbox')).items).toEqual([]);
    expect((await run('explain autoscale --context sandbox')).code).not.toBe(0);
  });

  test('without --delete-crds the six CRDs stay and are named', async () => {
    await ok('cap install keda --yes --context sandbox');
    const removed = await run('cap uninstall keda --yes --context sandbox');
    expect(removed.code, removed.stderr).toBe(0);
    const output = removed.stdout + removed.stderr;
    const kept = ['scaledobjects', 'scaledjobs', 'triggerauthentications', 'clustertriggerauthentications'];
    for (const name of [...kept.map((plural) => `${plural}.keda.sh`), 'cloudeventsources.eventing.keda.sh']) {
      expect(output).toContain(name);
    }
  });
});

/** Kubernetes' own role for people who work in a namespace. */
const EDITOR = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'dev', namespace: 'default' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'dev' }],
};
