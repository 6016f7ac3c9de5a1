import { silentLogger } from '@capstan/base';
import { ManualClock } from '@capstan/base/testing';
import { definePlugin, optional, type Plugin, token, traits, workloads } from '@capstan/plugin-api';
import { describe, expect, test } from 'vitest';
import { CORE_CODES } from '../codes.ts';
import { createContributions } from './contributions.ts';
import { createPluginHost, provide } from './host.ts';

const greeting = token<string>('test.greeting');
const missing = token<string>('test.missing');

function aHost(values = [provide(greeting, () => 'hello')]) {
  const clock = new ManualClock();
  return { clock, host: createPluginHost({ values, log: silentLogger, clock }) };
}

function aPlugin(more: Partial<Plugin> = {}): Plugin {
  return { id: 'one', api: '^1.0.0', setup: () => {}, ...more };
}

describe('a plugin host', () => {
  test('hands over what a plugin needs, and undefined for an optional need that nothing provides', async () => {
    const { host } = aHost();
    const seen: unknown[] = [];
    const plugin = definePlugin({
      id: 'one',
      api: '^1.0.0',
      needs: { greeting, extra: optional(missing) },
      setup: ({ greeting, extra }, { signal }) => {
        seen.push(greeting, extra, signal.aborted);
      },
    });
    expect(await host.activate(plugin)).toEqual({ state: 'running' });
    expect(seen).toEqual(['hello', undefined, false]);
  });

  test('names every missing need and the api range in one reason, and runs nothing', async () => {
    const { host } = aHost();
    const other = token<string>('test.other');
    const setup = () => expect.unreachable();
    const state = await host.activate(aPlugin({ api: '^2.0.0', needs: { missing, other, greeting }, setup }));
    expect(state).toEqual({
      state: 'blocked',
      reason: 'it was written for plugin api ^2.0.0, this is 1.1.0; nothing provides test.missing, test.other',
    });
    expect(await host.activate(aPlugin({ id: 'two', api: 'soon' }))).toMatchObject({ state: 'blocked' });
  });

  test('undoes last in, first out when a plugin is switched off, and switches it on again', async () => {
    const { host } = aHost();
    const steps: string[] = [];
    const plugin = aPlugin({
      setup: (_needs, { defer, signal }) => {
        steps.push('setup');
        defer(() => void steps.push(`first, aborted ${signal.aborted}`));
        defer(async () => void steps.push('second'));
        defer(() => {
          throw new Error('an undo that fails does not keep the others from running');
        });
      },
    });
    await host.activate(plugin);
    await host.activate(plugin);
    await host.deactivate('one');
    expect(steps).toEqual(['setup', 'second', 'first, aborted true']);
    expect(host.states().get('one')).toEqual({ state: 'waiting', reason: 'switched off' });
    expect(await host.activate(plugin)).toEqual({ state: 'running' });
    expect(steps.at(-1)).toBe('setup');
  });

  test('undoes what a failed setup did, keeps the others, and lets it try again', async () => {
    const { host } = aHost();
    const undone: string[] = [];
    let works = false;
    const plugin = aPlugin({
      setup: (_needs, { defer }) => {
        defer(() => void undone.push('undo'));
        if (!works) throw new Error('no luck');
      },
    });
    await host.activate(aPlugin({ id: 'other' }));
    expect(await host.activate(plugin)).toMatchObject({ state: 'failed', error: { code: CORE_CODES.setupFailed } });
    expect(undone).toEqual(['undo']);
    expect(host.states().get('other')).toEqual({ state: 'running' });
    works = true;
    expect(await host.activate(plugin)).toEqual({ state: 'running' });
  });

  test('gives up on a setup after 30 s, and undoes what it still does later', async () => {
    const { host, clock } = aHost();
    const undone: string[] = [];
    const { promise: forever, resolve: goOn } = Promise.withResolvers<void>();
    const plugin = aPlugin({
      setup: async (_needs, { defer }) => {
        defer(() => void undone.push('early'));
        await forever;
        defer(() => void undone.push('late'));
      },
    });
    const activation = host.activate(plugin);
    await clock.advance(0);
    await clock.advance(29_999);
    expect(host.states().get('one')).toMatchObject({ state: 'waiting' });
    await clock.advance(1);
    expect(await activation).toMatchObject({ state: 'failed', error: { code: CORE_CODES.setupTimeout } });
    goOn();
    await clock.advance(0);
    expect(undone).toEqual(['early', 'late']);
  });

  test('refuses a second plugin of one id while the first is there', async () => {
    const { host } = aHost();
    await host.activate(aPlugin());
    await expect(host.activate(aPlugin())).rejects.toMatchObject({ code: CORE_CODES.duplicatePlugin });
    await host.deactivate('one');
    expect(await host.activate(aPlugin())).toEqual({ state: 'running' });
  });

  test('stops plugins in the reverse order of their start', async () => {
    const { host } = aHost();
    const stopped: string[] = [];
    for (const id of ['a', 'b']) {
      await host.activate(aPlugin({ id, setup: (_needs, { defer }) => defer(() => void stopped.push(id)) }));
    }
    await host.stop();
    expect(stopped).toEqual(['b', 'a']);
  });
});

describe('contributions', () => {
  const workload = { definition: 'things.example.dev', render: () => [] };

  test('come and go with their plugin, and tell listeners', async () => {
    const contributions = createContributions();
    const { host } = aHost([...contributions.values]);
    const changes: string[] = [];
    contributions.onChange((definition) => changes.push(definition));
    const plugin = definePlugin({
      id: 'one',
      api: '^1.0.0',
      needs: { workloads, traits },
      // Does not ask for an undo: the host takes care of it.
      setup: ({ workloads, traits }) => {
        workloads.add(workload);
        traits.add({ definition: 'extras.example.dev' });
      },
    });
    await host.activate(plugin);
    expect(contributions.workload('things.example.dev')).toBe(workload);
    expect(contributions.trait('extras.example.dev')).toBeDefined();
    await host.deactivate('one');
    expect(contributions.workload('things.example.dev')).toBeUndefined();
    expect(changes).toEqual(['things.example.dev', 'extras.example.dev', 'extras.example.dev', 'things.example.dev']);
  });

  test('of one Definition have one plugin; the second fails and names the first', async () => {
    const contributions = createContributions();
    const { host } = aHost([...contributions.values]);
    const contributor = (id: string) =>
      definePlugin({ id, api: '^1.0.0', needs: { workloads }, setup: (needs) => void needs.workloads.add(workload) });
    await host.activate(contributor('first'));
    const state = await host.activate(contributor('second'));
    expect(state).toMatchObject({ state: 'failed', error: { code: CORE_CODES.duplicateContribution } });
    expect(state).toMatchObject({ error: { message: expect.stringContaining('plugin first') } });
    expect(contributions.workload('things.example.dev')).toBe(workload);
  });
});
