import { listArguments, revisionArguments } from './arguments.ts';
import type { Caller } from './call.ts';
import type { CallOptions } from './call-types.ts';
import { readLimit } from './limits.ts';
import type { RevisionFlags } from './release-types.ts';
import {
  parseManifest,
  readHistory,
  readList,
  readMetadata,
  readNotes,
  readRecord,
  readRelease,
  readValues,
} from './results.ts';
import type { Helm } from './types.ts';

/** The commands that read releases. */
export function readCommands(call: Caller): Pick<Helm, 'status' | 'list' | 'history' | 'get'> {
  const json = (command: string, release: string | undefined, flags: CallOptions, args: string[] = []) => {
    const of = release === undefined ? {} : { release };
    return call({ command, ...of, args: ['--output=json', ...args], flags, limitMs: readLimit(flags) });
  };
  const text = (command: string, release: string, flags: RevisionFlags) =>
    call({ command, release, args: revisionArguments(flags), flags, limitMs: readLimit(flags) });
  return {
    async status(name, flags = {}) {
      return readRelease(await json('status', name, flags, revisionArguments(flags)));
    },
    list: async (flags = {}) => readList(await json('list', undefined, flags, listArguments(flags))),
    history: async (name, flags = {}) => readHistory(await json('history', name, flags)),
    get: {
      async all(name, flags = {}) {
        const metadata = readMetadata(await json('get metadata', name, flags, revisionArguments(flags)));
        // The revision is named from here on: the release may be upgraded between the two calls.
        const { revision } = metadata;
        return readRecord(metadata, await json('status', name, flags, revisionArguments({ revision })));
      },
      manifest: async (release, flags = {}) => parseManifest(await text('get manifest', release, flags)),
      async values(name, flags = {}) {
        const args = [...revisionArguments(flags), ...(flags.all ? ['--all'] : [])];
        return readValues(await json('get values', name, flags, args));
      },
      hooks: async (release, flags = {}) => parseManifest(await text('get hooks', release, flags)),
      notes: async (release, flags = {}) => readNotes(await text('get notes', release, flags)),
      metadata: async (name, flags = {}) =>
        readMetadata(await json('get metadata', name, flags, revisionArguments(flags))),
    },
  };
}
