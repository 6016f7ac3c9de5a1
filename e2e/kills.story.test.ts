import { execFileSync } from 'node:child_process';
import { readJournal } from '@capstan/capability-center';
import { connect, type KubeClient } from '@capstan/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { casesOf, DISTURBED, type Disturbed, type KillCase, killAt, PASSAGES, rotated } from './kills/cases.ts';
import { offerSet, THING } from './kills/set.ts';
import { tabulate } from './kills/table.ts';
import { readArchive, readWorld, type World } from './kills/world.ts';
import { repository } from './support/capstan.ts';
import { stage } from './support/story.ts';

/** All boundaries in `pnpm test:long`; else this many of each, other ones for each commit. */
const OF_EACH = process.env['CAPSTAN_TEST_LONG'] ? undefined : 3;
const KILLED = 137;
const CANCEL = 'cap cancel --yes --context sandbox';
const RESUME = 'cap resume --yes --context sandbox';

const COMMANDS: Readonly<Record<Disturbed, string>> = {
  'cancelled install': CANCEL,
  install: 'cap install shop@1.0.0 --yes --context sandbox',
  upgrade: 'cap upgrade shop --yes --context sandbox',
  rollback: 'cap rollback shop --yes --context sandbox',
  'cancelled upgrade': CANCEL,
  uninstall: 'cap uninstall store --cascade --delete-crds --archive ARCHIVE --yes --context sandbox',
};

/** What is given up: nearly everything is done, but nothing in force. */
const UNFINISHED: Readonly<Partial<Record<Disturbed, { readonly command: string; readonly at: string }>>> = {
  'cancelled install': { command: COMMANDS.install, at: 'install:commit:between:1' },
  'cancelled upgrade': { command: COMMANDS.upgrade, at: 'upgrade:commit:between:1' },
};

const story = stage({ start: 'sandbox start --bare' });
const undisturbed = new Map<Disturbed, World>();
const completed: KillCase[] = [];
const all = cycles();
let client: KubeClient;
/** What the cluster went through last. */
let last: Disturbed = 'uninstall';

beforeAll(async () => {
  await story.ok('system install --yes --context sandbox');
  client = await connect({ kubeconfig: story.kubeconfig });
  await offerSet(client, `${story.folder}/center`);
});

afterAll(async () => {
  client?.close();
  if (OF_EACH === undefined && completed.length === all.length) await tabulate(completed);
});

/** What happens before: the user keeps a thing as long as there is a kind for it; what is cancelled is begun and killed. */
async function prepare(of: Disturbed): Promise<void> {
  const thing = { ...THING, metadata: { name: 'mine', namespace: 'default' }, spec: { size: 1 } };
  if (of === 'upgrade') await client.apply(thing, { fieldManager: 'user' });
  const unfinished = UNFINISHED[of];
  if (!unfinished) return;
  const { code } = await story.run(unfinished.command, { env: { CAPSTAN_TEST_KILL_AT: unfinished.at } });
  expect(code).toBe(KILLED);
}

/** The command, with a directory of its own for what it saves. */
function commandOf(of: Disturbed, name: string): { readonly command: string; readonly archive: string } {
  const archive = `${story.folder}/archive-${name}`;
  return { command: COMMANDS[of].replace('ARCHIVE', archive), archive };
}

/** Brings the cluster, undisturbed, to where something begins. */
async function reach(of: Disturbed): Promise<void> {
  for (let at = DISTURBED.indexOf(last) + 1; DISTURBED[at % DISTURBED.length] !== of; at += 1) {
    const skipped = DISTURBED[at % DISTURBED.length] ?? of;
    if (UNFINISHED[skipped]) continue;
    await prepare(skipped);
    await story.ok(commandOf(skipped, `between-${completed.length}`).command);
  }
  last = of;
}

/** How often the last run passed each of its steps. */
async function passagesOf(of: Disturbed): Promise<Record<string, number>> {
  const journal = await readJournal(client, of === 'uninstall' ? 'store' : 'shop');
  const entries = journal?.entries ?? [];
  const kinds = entries.filter(({ fence }) => fence === entries.at(-1)?.fence).map(({ kind }) => kind);
  const counts = Map.groupBy(kinds.slice(0, -1), (kind) => kind);
  return Object.fromEntries([...counts].map(([kind, each]) => [kind, each.length]));
}

async function end(archive: string): Promise<World> {
  return { ...(await readWorld(client)), archive: await readArchive(archive) };
}

/** All kills, in the order in which one cluster can go through them. */
function cycles(): KillCase[] {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: repository }).toString();
  const seed = Number.parseInt(commit.slice(0, 6), 16);
  const lists = DISTURBED.map((of) => (OF_EACH === undefined ? casesOf(of) : rotated(casesOf(of), seed, OF_EACH)));
  const rounds = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => lists.flatMap((list) => list[round] ?? [])).flat();
}

describe('an operation that is killed at any boundary is completed by the next run', () => {
  test.each(DISTURBED)('undisturbed: %s', async (of) => {
    const names = Object.keys(await end(''));
    await prepare(of);
    const { command, archive } = commandOf(of, 'undisturbed');
    await story.ok(command);
    last = of;
    undisturbed.set(of, await end(archive));
    // What was given up leaves the names that were there before, no more and no fewer.
    if (UNFINISHED[of]) expect(Object.keys(await end(archive))).toEqual(names);
    expect(await passagesOf(of)).toEqual(PASSAGES[of]);
  });

  test.each(all.map((kill, index) => [kill.of, killAt(kill), kill, index] as const))(
    '%s, killed at %s',
    async (of, at, kill, index) => {
      await reach(of);
      await prepare(of);
      const { command, archive } = commandOf(of, String(index));
      const { code, stderr } = await story.run(command, { env: { CAPSTAN_TEST_KILL_AT: at } });
      expect(code, stderr).toBe(KILLED);
      // The same command, and `cap resume`, are both ways on; before the first record there is nothing to resume.
      const early = (kill.step === 'begin' || kill.step === 'revert') && kill.moment === 'before';
      await story.ok(index % 2 === 0 || early ? command : RESUME);
      expect(await end(archive)).toEqual(undisturbed.get(of));
      completed.push(kill);
    },
  );
});
