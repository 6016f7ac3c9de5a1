import { CapstanError } from '@capstan/base';
import type { TreeNode } from '@capstan/core';
import { describe, expect, test } from 'vitest';
import { Reach } from '../lib/reach.ts';
import { blockingNode } from './application-tree.ts';
import { asCapstanError, errorEnvelope, renderError } from './error.ts';
import { createProgress } from './progress.ts';
import { renderTable } from './table.ts';
import { type Terminal, terminalOf } from './terminal.ts';
import { renderTree } from './tree.ts';

const pipe: Terminal = { isTTY: false, columns: undefined, color: false, ellipsis: '…' };
const screen = (columns: number): Terminal => ({ ...pipe, isTTY: true, columns });

describe('a table', () => {
  const columns = [
    { header: 'NAME', value: (item: { name: string; text: string }) => item.name },
    { header: 'SUMMARY', value: (item: { name: string; text: string }) => item.text, flexible: true },
    { header: 'AGE', value: () => undefined },
    { header: 'MORE', value: () => 'x', wide: true },
  ];
  const items = [
    { name: 'keda', text: 'Scale on events and metrics, down to zero and back' },
    { name: 'knative', text: 'short' },
  ];

  test('is padded, an absent value is a dash, and nothing is cut in a pipe', () => {
    expect(renderTable(items, columns, { terminal: pipe })).toEqual([
      'NAME     SUMMARY                                             AGE',
      'keda     Scale on events and metrics, down to zero and back  -',
      'knative  short                                               -',
    ]);
  });

  test('fits the terminal by cutting the flexible column', () => {
    const lines = renderTable(items, columns, { terminal: screen(40) });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(lines[1]).toBe('keda     Scale on events and metri…  -');
  });

  test('shows more columns when asked', () => {
    expect(renderTable(items, columns, { terminal: pipe, wide: true })[0]).toMatch(/MORE$/);
  });

  test('keeps what a cluster says from steering the terminal', () => {
    const evil = [{ name: 'a\u001b[2Jb\nc', text: '' }];
    expect(renderTable(evil, columns, { terminal: pipe })[1]).toBe('a [2Jb c  -        -');
  });
});

test('a tree has its states in one column', () => {
  const tree = {
    name: 'shop',
    state: 'Ready',
    children: [
      { name: 'web', state: 'Degraded', remark: 'why', children: [{ name: 'deployment/web', state: 'Ready' }] },
      { name: 'db', state: 'Ready' },
    ],
  };
  expect(renderTree(tree, pipe)).toEqual([
    'shop                  Ready',
    '|- web                Degraded  why',
    '|  `- deployment/web  Ready',
    '`- db                 Ready',
  ]);
});

describe('what keeps an application from being ready', () => {
  const aNode = (name: string, reason: string, children: readonly TreeNode[] = []): TreeNode => ({
    role: 'resource',
    apiVersion: 'v1',
    kind: 'W',
    name,
    health: { status: reason === 'Ready' ? 'ready' : 'progressing', reason },
    simulated: false,
    children,
  });
  const waiting = aNode('web', 'WaitingForDependencies', [aNode('deployment', 'WaitingForDependencies')]);

  test.each([
    ['the deepest part', [aNode('db', 'Unavailable', [aNode('pod', 'Unschedulable')])], 'pod'],
    ['not what waits for it', [waiting, aNode('db', 'Unavailable')], 'db'],
    ['what waits, where nothing else is left', [waiting, aNode('db', 'Ready')], 'deployment'],
    ['nothing', [aNode('db', 'Ready')], undefined],
  ])('is %s', (_what, children, name) => {
    const ready = name === undefined ? 'Ready' : 'WaitingForDependencies';
    expect(blockingNode(aNode('shop', ready, children))?.name).toBe(name);
  });
});

describe('progress', () => {
  function recorder(terminal: Terminal) {
    const written: string[] = [];
    let time = 0;
    const progress = createProgress({ write: (text) => written.push(text), terminal, now: () => time });
    return { progress, written, pass: (ms: number) => (time += ms) };
  }

  test('off a terminal is one line for each change and no control character', () => {
    const { progress, written, pass } = recorder(pipe);
    progress.update('a', 'apply');
    progress.update('a', 'apply');
    pass(600);
    progress.update('a', 'apply', 'done');
    progress.close();
    expect(written).toEqual(['  ..  apply\n', '  ok  apply  0.6s\n']);
  });

  test('on a terminal redraws the steps that run and leaves those that are done', () => {
    const { progress, written } = recorder(screen(40));
    progress.update('a', 'first');
    progress.update('b', 'second');
    progress.update('a', 'first', 'done');
    progress.update('b', 'second', 'done');
    progress.update('a', 'first', 'done');
    progress.close();
    expect(written.join('').match(/ok {2}first/g)).toHaveLength(1);
    expect(written[2]?.startsWith('\u001b[2A\u001b[0J  ok  first')).toBe(true);
    expect(written[3]?.startsWith('\u001b[1A\u001b[0J  ok  second')).toBe(true);
  });
});

describe('an error', () => {
  const error = new CapstanError('CAPSTAN_TRAIT_UNKNOWN', 'autoscal is not a trait', {
    hint: 'Did you mean "autoscale"?',
    next: ['capstan cap install keda'],
    source: { file: 'app.yaml', line: 9, column: 7 },
    exit: 2,
  });
  const reach = new Reach(['--context', 'sandbox']);

  test('says where, what, why, what to try and its code', () => {
    expect(renderError(error, reach, pipe)).toEqual([
      'app.yaml:9:7  autoscal is not a trait',
      '  Did you mean "autoscale"?',
      '  Try:  capstan cap install keda --context sandbox',
      '  [CAPSTAN_TRAIT_UNKNOWN]',
    ]);
  });

  test('for machines carries the same', () => {
    expect(errorEnvelope(error, reach)).toMatchObject({
      apiVersion: 'cli.capstan.dev/v1',
      kind: 'Error',
      code: 'CAPSTAN_TRAIT_UNKNOWN',
      next: ['capstan cap install keda --context sandbox'],
      docs: 'capstan.dev/e/CAPSTAN_TRAIT_UNKNOWN',
      exit: 2,
      source: { file: 'app.yaml', line: 9, column: 7 },
    });
  });

  test('of several problems shows each with its place', () => {
    const several = new CapstanError('CAPSTAN_CLI_INVALID_APPLICATION', 'the file is not valid', {
      fields: { problems: [{ code: 'A', message: 'one', source: { file: 'f', line: 1, column: 2 } }] },
    });
    expect(renderError(several, reach, pipe)[0]).toBe('f:1:2  one');
  });

  test.each([[['text of another package']], [[{ path: 'spec', message: 'told already' }]], [[null]], ['none']])(
    'with other facts in fields.problems (%j) shows its own message only',
    (problems) => {
      const error = new CapstanError('CAPSTAN_CAP_VALUES_INVALID', 'Values are not valid', { fields: { problems } });
      expect(renderError(error, reach, pipe)).toEqual([
        'error: Values are not valid',
        '  [CAPSTAN_CAP_VALUES_INVALID]',
      ]);
    },
  );

  test('that nobody expected says so and names its cause', () => {
    const unexpected = asCapstanError(new TypeError('x is undefined'));
    expect(unexpected).toMatchObject({ code: 'CAPSTAN_CLI_UNEXPECTED', exit: 1 });
    expect(errorEnvelope(unexpected, reach).cause).toEqual(['x is undefined']);
  });
});

test.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: true }, { NO_COLOR: '1' }, false],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
  [{}, {}, false],
  [{}, { FORCE_COLOR: '1' }, true],
])('colour for %j with %j: %s', (stream, env, expected) => {
  expect(terminalOf(stream, { env }).color).toBe(expected);
});
