import { describe, expect, test } from 'vitest';
import {
  chartArguments,
  listArguments,
  loginArguments,
  pullArguments,
  releaseArguments,
  rollbackArguments,
  serverArguments,
  uninstallArguments,
  upgradeArguments,
} from './arguments.ts';

const LIMIT = '--timeout=1000ms';

/** Helm 4 renamed or changed these; what Helm 3 knew (`--atomic`, `--wait` alone, `list --all`) fails or means another thing. */
describe('flags are those of Helm 4', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['waiting names its strategy', releaseArguments({ wait: true }, 1000), ['--wait=watcher', LIMIT]],
    ['also of an uninstall', uninstallArguments({ wait: true }, 1000), ['--wait=watcher', LIMIT]],
    ['and of a rollback', rollbackArguments({ wait: true }, 1000), ['--wait=watcher', LIMIT]],
    ['without waiting only hooks are waited for, by default', releaseArguments({}, 1000), [LIMIT]],
    [
      'atomic is rollback on failure',
      releaseArguments({ rollbackOnFailure: true }, 1000),
      ['--rollback-on-failure', LIMIT],
    ],
    [
      'conflicts are forced by their own flag',
      releaseArguments({ forceConflicts: true }, 1000),
      ['--force-conflicts', LIMIT],
    ],
    ['a list has every state without asking', listArguments({}), ['--max=0']],
    ['values are reset unless reuse is wanted', upgradeArguments({}), ['--reset-values']],
    ['values are reused on demand', upgradeArguments({ valuesFrom: 'reuse' }), ['--reuse-values']],
  ])('%s', (_what, given, expected) => {
    expect(given).toEqual(expected);
  });
});

describe('what signs in is in no argument', () => {
  const credentials = { username: 'ann', password: 's3cret' };

  test.each([
    ['a pull', pullArguments('/into', { destination: '/into', credentials, plainHttp: true })],
    ['a repository', serverArguments({ passCredentials: true, caFile: '/ca.pem' })],
    ['a login', loginArguments({ ...credentials, plainHttp: true })],
  ])('of %s', (_what, given) => {
    expect(given.join(' ')).not.toContain('s3cret');
  });
});

test.each([
  [
    'a chart of a repository',
    { repository: 'https://example.org', name: 'web', version: '1.0.0' },
    ['web', '--repo=https://example.org', '--version=1.0.0'],
  ],
  [
    'a chart of a registry',
    { repository: 'oci://example.org/charts', name: 'web', version: '1.0.0' },
    ['oci://example.org/charts/web', '--version=1.0.0'],
  ],
  ['a directory', './web', ['./web']],
])('%s is named as Helm takes it', (_what, chart, expected) => {
  expect(chartArguments(chart)).toEqual(expected);
});
