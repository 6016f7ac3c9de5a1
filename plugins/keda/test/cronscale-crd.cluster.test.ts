import { join } from 'node:path';
import { type CrdTrial, tryCrd } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parseCron } from '../src/cron-scale/expression.ts';
import { schedulesOf } from '../src/cron-scale/spec.ts';
import { aCronScale } from '../src/testing/builders.ts';

let trial: CrdTrial;

beforeAll(async () => {
  trial = await tryCrd(join(import.meta.dirname, '../crds/cronscales.traits.capstan.dev.yaml'), inject('kubeconfig'));
});

afterAll(() => trial?.close());

/** What the API server makes of a CronScale, without keeping it. */
const tryOut = (...schedules: Parameters<typeof aCronScale>) => trial.tryOut(aCronScale(...schedules));

const ZONE = 'Europe/Berlin';

test.each(['0 8 * * 1-5', '*/5 8-10,12 1,15 JAN-mar mon', '0 8 ? * ?', '5/20 0 * * 0,6', '  0  8 * * *  '])(
  'the API server takes %s, as the code does',
  async (cron) => {
    await expect(tryOut([cron, 1, ZONE])).resolves.toMatchObject({ kind: 'CronScale' });
    expect(parseCron(cron)).not.toHaveProperty('problem');
  },
);

test.each([
  ...['60 8 * * *', '0 24 * * *', '0 8 0 * *', '0 8 * 13 *', '0 8 * * 7', '0 8 * * MONDAY', '*/0 8 * * *'],
  ...['1,,2 8 * * *', '@daily', '0 0 8 * * 1', '0 8 L * *', ''],
])('the API server refuses "%s", as the code does', async (cron) => {
  await expect(tryOut([cron, 1, ZONE])).rejects.toThrow('spec.schedules[0].cron');
  expect(parseCron(cron)).toHaveProperty('problem');
});

test.each<[string, Parameters<typeof aCronScale>, string]>([
  ['no schedules', [], 'spec.schedules'],
  ['a negative count', [['0 8 * * *', -1]], 'spec.schedules[0].replicas'],
  ['no replicas at all', [['0 8 * * *', 0]], 'no schedule asks for a replica'],
  ['a zone that is an offset', [['0 8 * * *', 1, '+01:00']], 'spec.schedules[0].timeZone'],
  [
    'the same times twice',
    [
      ['0 8 * * *', 1],
      ['0 8 * * *', 2],
    ],
    'two schedules name the same times',
  ],
])('the API server refuses %s', async (_what, schedules, message) => {
  await expect(tryOut(...schedules)).rejects.toThrow(message);
});

test("the CRD's default zone is that of the code", async () => {
  const { spec } = await tryOut(['0 8 * * *', 1]);
  expect(spec).toEqual({ schedules: schedulesOf(aCronScale(['0 8 * * *', 1])) });
});
