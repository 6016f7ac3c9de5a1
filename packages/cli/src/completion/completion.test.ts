import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core/config';
import { beforeAll, describe, expect, test } from 'vitest';
import { TOPICS } from '../help/groups.ts';
import { complete } from './complete.ts';
import { ARGUMENT_SOURCES } from './sources.ts';
import { splitCommandLine, typedWords } from './words.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let config: Config;

beforeAll(async () => {
  config = await Config.load({ root, ignoreManifest: true });
});

describe('a command line is split as the shell does', () => {
  test.each<[line: string, before: string[], current: string]>([
    ['capstan', [], ''],
    ['capstan ', [], ''],
    ['capstan ca', [], 'ca'],
    ['capstan cap install ', ['cap', 'install'], ''],
    ['./capstan  cap   show ke', ['cap', 'show'], 'ke'],
    ["capstan cap query 'autoscale >", ['cap', 'query'], 'autoscale >'],
    ['capstan cap query "a \\"b" x', ['cap', 'query', 'a "b'], 'x'],
    ['capstan up -f my\\ app.ya', ['up', '-f'], 'my app.ya'],
    ['capstan up -f "" ', ['up', '-f', ''], ''],
  ])('%s', (line, before, current) => {
    expect(splitCommandLine(line)).toEqual({ before, current });
  });
});

describe('what may follow', () => {
  const answer = (...words: string[]) => complete(typedWords(words), config.commands, TOPICS);
  const values = (...words: string[]) => answer(...words).candidates.map(({ value }) => value);

  test('commands and topics, each with its line', () => {
    const { candidates } = answer('');
    expect(candidates).toContainEqual({ value: 'cap', text: TOPICS['cap'] });
    expect(candidates).toContainEqual({ value: 'up', text: expect.any(String) });
    expect(values('cap', '')).toEqual(expect.arrayContaining(['install', 'list', 'query']));
    expect(values('capability', '')).toEqual(values('cap', ''));
  });

  test('hidden commands are not offered', () => {
    expect(values('').filter((value) => value.startsWith('_'))).toEqual([]);
  });

  test('flags of the command come before those of all commands, and none twice', () => {
    const flags = values('cap', 'install', 'keda', '--plan', '--');
    expect(flags.indexOf('--values')).toBeLessThan(flags.indexOf('--namespace'));
    expect(flags).not.toContain('--plan');
    expect(values('cap', 'install', '--set', 'a=b', '--')).toContain('--set');
  });

  test('options of a flag are known at once', () => {
    expect(values('cap', 'search', '--kind', '')).toEqual(['trait', 'workload']);
    expect(answer('cap', 'search', '--kind=t')).toMatchObject({ lead: '--kind=', source: 'nothing' });
  });

  test.each<[words: string[], source: string]>([
    [['cap', 'install', ''], 'packages'],
    [['cap', 'install', 'keda', ''], 'packages'],
    [['cap', 'install', 'keda', '--plan', '--context', 'prod', 'fla'], 'packages'],
    [['--context', 'prod', 'cap', 'uninstall', ''], 'installed'],
    [['cap', 'uninstall', 'keda', ''], 'nothing'],
    [['cap', 'status', '--context', ''], 'contexts'],
    [['cap', 'status', '-n', ''], 'namespaces'],
    [['cap', 'status', '--output='], 'formats'],
    [['up', '-f', ''], 'files'],
    [['status', ''], 'applications'],
    [['trait', 'list', '--applies-to', ''], 'workloads'],
    [['explain', ''], 'types'],
    [['completion', ''], 'shells'],
    [['cap', 'install', '--set', ''], 'nothing'],
    [['cap', ''], 'nothing'],
    [['nonsense', ''], 'nothing'],
  ])('%j asks for %s', (words, source) => {
    expect(answer(...words).source).toBe(source);
  });

  test('what was typed is handed to the source', () => {
    const { flags, words } = answer('cap', 'install', 'keda', '-n', 'web', '--context=prod', '').context;
    expect(Object.fromEntries(flags)).toEqual({ namespace: 'web', context: 'prod' });
    expect(words).toEqual(['keda']);
  });
});

test('every command with arguments says where they come from', () => {
  const taking = config.commands.filter(({ args }) => Object.keys(args).length > 0).map(({ id }) => id);
  expect(taking.filter((id) => !(id in ARGUMENT_SOURCES))).toEqual([]);
});
