import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core/config';
import { beforeAll, describe, expect, test } from 'vitest';
import { HELP_GROUPS, TOPICS } from '../src/help/groups.ts';
import { commandHelp } from '../src/help/render.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
let config: Config;

beforeAll(async () => {
  config = await Config.load({ root, ignoreManifest: true });
});

describe('the commands', () => {
  test('each stands in exactly one group of the root help', () => {
    const tops = new Set(config.commands.map(({ id }) => id.split(':')[0]));
    expect(HELP_GROUPS.flatMap(({ entries }) => entries).sort()).toEqual([...tops].sort());
  });

  test('each topic has a line of its own', () => {
    const topics = new Set(config.commands.flatMap(({ id }) => (id.includes(':') ? (id.split(':')[0] ?? '') : [])));
    expect(Object.keys(TOPICS).sort()).toEqual([...topics].sort());
  });

  test('each has a summary and an example', () => {
    const without = config.commands.filter(({ summary, examples }) => !summary || !examples?.length);
    expect(without.map(({ id }) => id)).toEqual([]);
  });

  test('the help of each fits a terminal of 80 columns, commands apart', () => {
    const terminal = { isTTY: true, columns: 80, color: false, ellipsis: '…' };
    const long = config.commands.flatMap((command) =>
      commandHelp(command, terminal).filter(
        (line) => line.length > 80 && !line.trim().startsWith('capstan') && !line.includes('kubectl'),
      ),
    );
    expect(long).toEqual([]);
  });
});
