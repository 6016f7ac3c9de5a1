import { type CapstanError, EXIT } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { formatAge, formatDuration, parseDuration } from './duration.ts';
import { Reach } from './reach.ts';
import { asksForJson } from './report.ts';
import { resolveCommand } from './resolve-command.ts';
import { enumerate, shellQuote } from './words.ts';

test.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['1.5m', 90_000],
])('a duration of %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '5', 'soon', '5 m', '-5s'])('"%s" is not a duration', (text) => {
  expect(() => parseDuration(text)).toThrow(expect.objectContaining({ exit: EXIT.usage }));
});

test.each([
  [400, '0.4s'],
  [12_400, '12s'],
  [184_000, '3m04s'],
  [7_500_000, '2h05m'],
  [400_000_000, '4d'],
])('%d ms are shown as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('an age has one unit where the smaller one no longer matters', () => {
  const now = Date.parse('2026-01-01T01:00:00Z');
  expect(formatAge('2026-01-01T00:58:30Z', now)).toBe('90s');
  expect(formatAge('2026-01-01T00:50:30Z', now)).toBe('9m');
  expect(formatAge(undefined, now)).toBe('-');
});

describe('printed commands', () => {
  const sandbox = new Reach(['--context', 'sandbox']);

  test.each([
    ['capstan cap show keda', 'capstan cap show keda --context sandbox'],
    ['capstan sandbox stop', 'capstan sandbox stop'],
    ['capstan cap show keda --kubeconfig f', 'capstan cap show keda --kubeconfig f'],
    ['kubectl get crd', 'kubectl get crd'],
  ])('%s', (line, expected) => {
    expect(sandbox.command(line)).toBe(expected);
  });

  test.each([
    ['capstan status shop', 'capstan status shop -n web --context sandbox'],
    ['capstan status shop -n other', 'capstan status shop -n other --context sandbox'],
    ['capstan cap show keda', 'capstan cap show keda --context sandbox'],
    ['capstan up -f a --context sandbox', 'capstan up -f a --context sandbox -n web'],
  ])('%s in a namespace that the user gave', (line, expected) => {
    expect(sandbox.in('web').command(line)).toBe(expected);
  });

  test('words are quoted only where a shell needs it', () => {
    expect(new Reach(['--kubeconfig', 'my file']).command('capstan list')).toBe("capstan list --kubeconfig 'my file'");
    expect(shellQuote('autoscale >=1.0')).toBe("'autoscale >=1.0'");
    expect(enumerate(['a', 'b', 'c'])).toBe('a, b and c');
  });
});

describe('which command is meant', () => {
  const ids = ['cap:install', 'cap:list', 'help', 'list', 'status', 'version'];

  test.each([
    [['cap', 'install', 'keda', '--plan'], 'cap:install', ['keda', '--plan']],
    [['capability', 'ls'], 'cap:list', []],
    [['ls', '-A'], 'list', ['-A']],
    [['-n', 'web', 'status', 'shop'], 'status', ['shop', '-n', 'web']],
    [['--version'], 'version', ['--client']],
  ])('%j', (argv, id, args) => {
    expect(resolveCommand(argv, ids)).toEqual({ kind: 'command', id, args });
  });

  test.each([[[]], [['--help']], [['help']]])('%j asks for the root help', (argv) => {
    expect(resolveCommand(argv, ids)).toEqual({ kind: 'help', words: [] });
  });

  test('a topic alone, and --help anywhere before --, ask for help', () => {
    expect(resolveCommand(['cap'], ids)).toEqual({ kind: 'help', words: ['cap'] });
    expect(resolveCommand(['cap', 'install', 'keda', '-h'], ids)).toMatchObject({ kind: 'help' });
  });

  test('an unknown command is exit 127 and names the nearest one', () => {
    const error = catchError(() => resolveCommand(['cap', 'instal', 'keda'], ids));
    expect(error).toMatchObject({ exit: 127, hint: 'Did you mean "install"?', next: ['capstan cap install'] });
    expect(error.message).toContain('capstan cap instal');
  });
});

test.each([
  [['-o', 'json'], true],
  [['-ojson'], true],
  [['--output=json'], true],
  [['-o', 'yaml'], false],
  [['json'], false],
])('%j asks for JSON: %s', (argv, expected) => {
  expect(asksForJson(argv)).toBe(expected);
});

function catchError(work: () => unknown): CapstanError {
  try {
    work();
  } catch (error) {
    return error as CapstanError;
  }
  throw new Error('nothing was thrown');
}
