import { isCapstanError } from '@capstan/base';
import { loginArguments, refuseCredentials, searchArguments, serverArguments } from './arguments.ts';
import type { Call, Caller } from './call.ts';
import type { CallOptions } from './call-types.ts';
import { readFoundCharts, readRepositories } from './chart-results.ts';
import { HELM_CODES } from './codes.ts';
import { readLimit } from './limits.ts';
import type { Helm } from './types.ts';

/** The commands about chart repositories and OCI registries; what they record is in this client's own Helm home. */
export function repositoryCommands(call: Caller): Pick<Helm, 'repo' | 'search' | 'registry'> {
  const run = (flags: CallOptions, rest: Omit<Call, 'flags' | 'limitMs'>) =>
    call({ ...rest, flags, limitMs: readLimit(flags) });
  const list = async (flags: CallOptions = {}) =>
    readRepositories(await run(flags, { command: 'repo list', args: ['--output=json'] }));
  return {
    repo: {
      async add(name, url, flags = {}) {
        refuseCredentials(url);
        const { username, password = '' } = flags;
        const args = ['--force-update', ...serverArguments(flags)];
        if (username !== undefined) args.push(`--username=${username}`, '--password-stdin');
        const input = username === undefined ? '' : password;
        await run(flags, { command: 'repo add', operands: [name, url], args, input });
      },
      async update(names = [], flags = {}) {
        await run(flags, { command: 'repo update', operands: names });
      },
      list,
      async remove(name, flags = {}) {
        await run(flags, { command: 'repo remove', operands: [name] });
      },
    },
    search: {
      async repo(word, flags = {}) {
        const operands = word === undefined ? [] : [word];
        const args = ['--output=json', ...searchArguments(flags)];
        try {
          return readFoundCharts(await run(flags, { command: 'search repo', operands, args }));
        } catch (error) {
          // Where no repository was added there is nothing to find.
          if (isCapstanError(error, HELM_CODES.repositoryNotFound) && (await list()).length === 0) return [];
          throw error;
        }
      },
    },
    registry: {
      async login(host, flags) {
        refuseCredentials(host);
        const args = [...loginArguments(flags), '--password-stdin'];
        await run(flags, { command: 'registry login', operands: [host], args, input: flags.password });
      },
      async logout(host, flags = {}) {
        await run(flags, { command: 'registry logout', operands: [host] });
      },
    },
  };
}
