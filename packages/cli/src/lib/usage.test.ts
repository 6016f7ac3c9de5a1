import { expect, test } from 'vitest';
import { installGoals } from './install-goals.ts';
import { explainParseError } from './usage-errors.ts';

const usage = { code: 'CAPSTAN_CLI_USAGE', exit: 2 };

test('a package is named with a version or without one, and never with an empty one', async () => {
  expect(await installGoals(['keda', 'knative@1.23'], [], [])).toEqual([
    { package: 'keda' },
    { package: 'knative', range: '1.23' },
  ]);
  await expect(installGoals(['keda@'], [], [])).rejects.toMatchObject({
    ...usage,
    hint: expect.stringMatching(/keda\.$/),
  });
  await expect(installGoals(['@1'], [], [])).rejects.toMatchObject(usage);
});

test.each([
  [['a'], '--a is missing'],
  [['password-stdin', 'username'], '--password-stdin is missing, --username is missing'],
])('flags %j that a command cannot do without are named in our words', (flags, expected) => {
  const lines = flags.map((flag) => `  Missing required flag ${flag}`);
  const message = ['The following errors occurred:', ...lines, 'See more help with --help'].join('\n');
  const thrown = Object.assign(new Error(message), { oclif: {} });
  expect(explainParseError(thrown, { command: 'center login', flags })).toMatchObject({
    ...usage,
    message: `capstan center login: ${expected}`,
  });
});
