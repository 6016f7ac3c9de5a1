import { CapstanError, EXIT } from '@capstan/base';
import { expect, test } from 'vitest';
import { cannotInstall, type FilesReport, missingLines } from './on-demand.ts';

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

test('what is missing fits the terminal, and stays in one line where there is none', () => {
  const rightsFor = [
    'istio-route: Reads every Secret, Service and Pod in the cluster, changes webhooks and creates Services',
  ];
  const cost = { packages: ['istio-route 1.30.3'], objects: 26, crds: 16, images: 2, rights: 59, rightsFor };
  const report: FilesReport = {
    types: { definitions: [], crds: [] },
    missing: [],
    goals: [],
    warnings: [],
    commands: [],
    cost,
  };
  const narrow = missingLines(report, 80);
  expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(narrow.at(-1)).toMatch(/^ {4}\S/);
  expect(missingLines(report)).toEqual(expect.arrayContaining([`  rights of ${rightsFor[0]}`]));
});
