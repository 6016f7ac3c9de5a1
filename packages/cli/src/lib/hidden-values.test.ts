import { Config } from '@oclif/core/config';
import { expect, test } from 'vitest';
import CapInstall from '../commands/cap/install.ts';
import { withoutSetValues } from './hidden-values.ts';

test.each([
  [
    ['keda', '--set', 'a.b=hush', '--yes'],
    ['keda', '--set', 'a.b=...', '--yes'],
  ],
  [
    ['--set=a=hu=sh', '--values', 'a=b.yaml'],
    ['--set=a=...', '--values', 'a=b.yaml'],
  ],
])('%j is shown as %j', (argv, shown) => expect(withoutSetValues(argv)).toEqual(shown));

test('a command that was stopped before its plan does not repeat values that may be secret', () => {
  class Told extends CapInstall {
    said(): string {
      return this.commandLine();
    }
  }
  const command = new Told(['keda', '--set', 'token=hush'], new Config({ root: import.meta.dirname }));
  command.id = 'cap:install';
  expect(command.said()).toBe('capstan cap install keda --set token=...');
});
