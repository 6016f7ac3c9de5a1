import { type KindReference, type Logger, messageOf, type Plugin, type PluginContext } from '@capstan/plugin-api';

/** One activation of one plugin: what it may undo, and when it ends. */
export interface PluginScope extends PluginContext {
  readonly id: string;
  /** Kinds that the plugin declares. */
  readonly kinds: readonly KindReference[];
  /** Aborts the signal and runs the undos, last in, first out; one that throws is logged and the rest still run. */
  close(): Promise<void>;
}

/** Opens the scope of one activation. */
export function openScope({ id, kinds = [] }: Pick<Plugin, 'id' | 'kinds'>, hostLog: Logger): PluginScope {
  const log = hostLog.child({ plugin: id });
  const ended = new AbortController();
  const undos: (() => void | Promise<void>)[] = [];
  const run = async (undo: () => void | Promise<void>) => {
    try {
      await undo();
    } catch (error) {
      log.warn('an undo of the plugin failed', { error: messageOf(error) });
    }
  };
  return {
    id,
    kinds,
    log,
    signal: ended.signal,
    defer(undo) {
      // A setup that goes on after its deadline must not leave anything behind.
      if (ended.signal.aborted) void run(undo);
      else undos.push(undo);
    },
    async close() {
      ended.abort();
      for (let undo = undos.pop(); undo; undo = undos.pop()) await run(undo);
    },
  };
}
