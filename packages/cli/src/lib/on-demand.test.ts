import { CapstanError, EXIT } from '@capstan/base';
import { expect, test } from 'vitest';
import { cannotInstall } from './on-demand.ts';

const COMMANDS = ['capstan cap install keda --context shop'];

test('who lacks a right to install gets the command for somebody who has it', () => {
  const refused = new CapstanError('CAPSTAN_KUBE_FORBIDDEN', 'user "dev" may not list secrets', {
    hint: 'Ask an administrator of the cluster for this right.',
    fields: { verb: 'list' },
    exit: EXIT.forbidden,
  });
  expect(cannotInstall(refused, COMMANDS)).toMatchObject({
    code: refused.code,
    message: refused.message,
    hint: expect.stringContaining('Somebody who runs this cluster'),
    next: COMMANDS,
    fields: { verb: 'list' },
    exit: EXIT.forbidden,
  });
});

test('who lacks Helm is told where to get it', () => {
  const missing = new CapstanError('CAPSTAN_HELM_NOT_FOUND', 'no Helm', { exit: EXIT.blocked });
  expect(cannotInstall(missing, COMMANDS)).toBe(missing);
});
