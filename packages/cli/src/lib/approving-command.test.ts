import { expect, test } from 'vitest';
import { approvingCommand } from './approving-command.ts';

test.each<[argv: string[], secrets: boolean, words: string]>([
  [['keda', '--plan'], false, 'keda'],
  [['keda@>=2.19 <3', '--plan', '-o', 'wide', '-y'], false, "'keda@>=2.19 <3'"],
  [
    ['keda', '--plan', '-owide', '--output=json', '--approve=sha256:0', '--approve', 'x', '--adopt'],
    false,
    'keda --adopt',
  ],
  [
    ['keda', '--set', 'a.b=1', '--set=c=2', '--values', 'f=1.yaml'],
    false,
    'keda --set a.b=1 --set=c=2 --values f=1.yaml',
  ],
  [
    ['keda@=2.19', '--set', 'a.b=se=cret', '--set=c=s', '--values', 'f=1.yaml'],
    true,
    'keda@=2.19 --set a.b=... --set=c=... --values f=1.yaml',
  ],
])('%j', (argv, secrets, words) => {
  expect(approvingCommand('cap:install', argv, { digest: 'sha256:1', secrets })).toBe(
    `capstan cap install ${words} --approve sha256:1`,
  );
});
