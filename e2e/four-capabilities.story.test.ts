import { connect, type KubeClient } from '@capstan/kube';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everythingIn } from './support/everything.ts';
import { stage } from './support/story.ts';

const APPLICATION = 'examples/storefront/app.yaml';
/** What people ask for; the rest comes because these need it. */
const FOUR = ['keda', 'istio-route', 'flagger-rollout', 'knative'] as const;
/** In which order they are removed, and whether with their CRDs: on each engine otherwise. */
const REMOVALS = fc.tuple(
  fc.shuffledSubarray([...FOUR], { minLength: FOUR.length, maxLength: FOUR.length }),
  fc.boolean(),
);
const ENGINE = process.env['CAPSTAN_SANDBOX_ENGINE'] === 'real' ? 1 : 0;

const story = stage();
const { run, ok, json } = story;
let client: KubeClient;
/** Names of all objects before anything was installed. */
let before: ReadonlySet<string>;

beforeAll(async () => {
  await ok('system install --yes --context sandbox');
  client = await connect({ kubeconfig: story.kubeconfig });
  before = await everythingIn(client);
});

afterAll(() => client?.close());

describe('four capabilities that an application asks for', () => {
  test('off a terminal nothing is installed without being asked for, and the command that would is named', async () => {
    const refused = await run(`up -f ${APPLICATION} --yes --context sandbox`);
    expect(refused.code, refused.stderr).toBe(5);
    for (const name of FOUR) expect(refused.stderr).toContain(name);
    expect(refused.stderr).toMatch(/capstan cap install .*flagger-rollout/);
    expect(await installed()).toEqual([]);
    expect((await run('status storefront --context sandbox')).code).not.toBe(0);
  });

  test('with --install-missing they are installed with what they need, and the application becomes ready', async () => {
    await ok(`up -f ${APPLICATION} --install-missing --context sandbox`);
    expect(await installed()).toEqual(expect.arrayContaining([...FOUR, 'prometheus']));
    await ok('status storefront --exit-code --context sandbox');
    const { items } = await json('cap list --context sandbox');
    expect(items.map(({ phase }) => phase)).toEqual(items.map(() => 'Ready'));
  });

  test('the traits of a component make one set of objects: each has one owner', async () => {
    const canary = await client.get({ ...CANARY, name: 'shop', namespace: 'default' });
    expect(canary).toMatchObject({
      spec: {
        provider: 'istio',
        targetRef: { kind: 'Deployment', name: 'shop' },
        autoscalerRef: { kind: 'ScaledObject', name: 'shop' },
        revertOnDeletion: true,
        service: { hosts: ['shop.example.org'], timeout: '10s' },
      },
    });
    const deployment = await client.get({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'shop',
      namespace: 'default',
    });
    const fields = deployment?.metadata.managedFields?.filter(
      ({ manager }) => manager === 'capstan' || manager === 'capstan-replicas',
    );
    expect(JSON.stringify(fields)).not.toContain('f:replicas');
  });

  test('what an application uses is not taken away', async () => {
    for (const name of ['istio-route', 'knative']) {
      const refused = await run(`cap uninstall ${name} --yes --context sandbox`);
      expect(refused.code, refused.stdout).toBe(5);
      expect(refused.stderr).toContain('storefront');
    }
  });
});

describe('removed in any order', () => {
  test('nothing is left but what was announced', { timeout: 400_000 }, async () => {
    await ok('delete storefront --yes --context sandbox');
    const seed = (fc.readConfigureGlobal().seed ?? 1) + ENGINE;
    const [[order, crds] = [[], false]] = fc.sample(REMOVALS, { numRuns: 1, seed });
    const about = `removed in the order ${order.join(', ')}${crds ? ', with their CRDs' : ''}`;
    const announced = new Set<string>();
    const remove = async (name: string) => {
      const result = await json(
        `cap uninstall ${name} --cascade ${crds ? '--delete-crds' : ''} --yes --context sandbox`,
      );
      for (const { what } of result['kept'] as { what: string }[]) announced.add(what);
    };
    for (const name of order) if ((await installed()).includes(name)) await remove(name);
    // What came only because these needed it is named, and stays until somebody removes it.
    for (const name of await installed()) await remove(name);
    expect(await installed(), about).toEqual([]);
    const left = (await leftNow()).map((name) => name.replace(/^customresourcedefinitions\S+ \//, 'CRD '));
    expect(
      left.filter((name) => !announced.has(name) && !isVolume(name)),
      about,
    ).toEqual([]);
    // The control plane takes a volume away some time after its claim is gone.
    await expect.poll(async () => (await leftNow()).filter(isVolume), { timeout: 60_000 }).toEqual([]);
    expect([...announced].filter((what) => what.startsWith('CRD ')).length > 0, about).toBe(!crds);
  });
});

const CANARY = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary' };

async function installed(): Promise<string[]> {
  const { items } = await json('cap list --context sandbox');
  return items.map(({ name }) => String(name));
}

/** The names of what is there and was not before. */
async function leftNow(): Promise<string[]> {
  return [...(await everythingIn(client))].filter((name) => !before.has(name) && !isOwn(name));
}

/** Capstan's own: its records of what was done, and the webhooks of its operator, which begins to work when it can. */
function isOwn(name: string): boolean {
  return name.startsWith('secrets capstan-system/') || /webhookconfigurations\S* \/capstan-admission$/.test(name);
}

function isVolume(name: string): boolean {
  return name.startsWith('persistentvolumes ');
}
