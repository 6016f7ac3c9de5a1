import { execFileSync } from 'node:child_process';
import { connect, type KubeClient } from '@capstan/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { casesOf, type KillCase, killAt, OPERATIONS, rotated } from './kills/cases.ts';
import { offerSet, THING } from './kills/set.ts';
import { tabulate } from './kills/table.ts';
import { readWorld, type World } from './kills/world.ts';
import { repository } from './support/capstan.ts';
import { stage } from './support/story.ts';

/** All boundaries in `pnpm test:long`; else this many of each operation, other ones for each commit. */
const PER_OPERATION = process.env['CAPSTAN_TEST_LONG'] ? undefined : 4;
const KILLED = 137;

const COMMANDS = {
  install: 'cap install shop@1.0.0 --yes --context sandbox',
  upgrade: 'cap upgrade shop --yes --context sandbox',
  rollback: 'cap rollback shop --yes --context sandbox',
  uninstall: 'cap uninstall store --cascade --delete-crds --yes --context sandbox',
} as const;

const story = stage({ start: 'sandbox start --bare' });
const undisturbed = new Map<string, World>();
const outcomes: { readonly kill: KillCase; readonly passed: boolean }[] = [];
let client: KubeClient;

beforeAll(async () => {
  await story.ok('system install --yes --context sandbox');
  client = await connect({ kubeconfig: story.kubeconfig });
  await offerSet(client, `${story.folder}/center`);
  for (const operation of OPERATIONS) {
    await between(operation);
    await story.ok(COMMANDS[operation]);
    undisturbed.set(operation, await readWorld(client));
  }
});

afterAll(async () => {
  client?.close();
  if (PER_OPERATION === undefined) await tabulate(outcomes);
});

/** What the user does before an operation: keeps a thing as long as there is a kind for it. */
async function between(operation: (typeof OPERATIONS)[number]): Promise<void> {
  const thing = { ...THING, metadata: { name: 'mine', namespace: 'default' }, spec: { size: 1 } };
  if (operation === 'upgrade') await client.apply(thing, { fieldManager: 'user' });
  if (operation === 'uninstall') await client.delete({ ...THING, name: 'mine', namespace: 'default' });
}

/** Kills of all operations, in the order in which one cluster can go through them. */
function cycles(): KillCase[] {
  const seed = Number.parseInt(
    execFileSync('git', ['rev-parse', 'HEAD'], { cwd: repository }).toString().slice(0, 6),
    16,
  );
  const lists = OPERATIONS.map((operation) => {
    const all = casesOf(operation);
    return PER_OPERATION === undefined ? all : rotated(all, seed, PER_OPERATION);
  });
  const rounds = Math.max(...lists.map(({ length }) => length));
  // A shorter list begins again, for every round goes through all operations.
  return Array.from({ length: rounds }, (_, round) =>
    lists.map((list) => list[round % list.length]),
  ).flat() as KillCase[];
}

describe('an operation that is killed at any boundary is completed by the next run', () => {
  test.each(cycles().map((kill, index) => [killAt(kill), kill, index] as const))('%s', async (_, kill, index) => {
    const { operation } = kill;
    await between(operation);
    const disturbed = await story.run(COMMANDS[operation], { env: { CAPSTAN_TEST_KILL_AT: killAt(kill) } });
    const passed = disturbed.code === KILLED;
    if (!passed) expect(disturbed.code, disturbed.stderr).toBe(0);
    // The same command, and `cap resume`, are both ways on; a kill before the first record leaves nothing to resume.
    const early = kill.step === 'begin' && kill.moment === 'before';
    if (passed) await story.ok(index % 2 === 0 || early ? COMMANDS[operation] : 'cap resume --yes --context sandbox');
    expect(await readWorld(client)).toEqual(undisturbed.get(operation));
    outcomes.push({ kill, passed });
  });
});
