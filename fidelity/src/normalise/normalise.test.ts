import { expect, test } from 'vitest';
import type { Exchange } from '../run/execute.ts';
import { defineScript } from '../script/load.ts';
import type { Json, Step } from '../script/types.ts';
import { normaliseRun } from './normalise.ts';

const UID = '3f2b8f0e-7f0c-4c51-9d4b-0a6a3f1c2d3e';

function run(bodies: readonly Json[], steps?: readonly Step[]) {
  const script = defineScript('crud/x', {
    steps: steps ?? bodies.map((_, index) => ({ request: 'GET /api/v1/pods', case: String(index) })),
  });
  const exchanges = bodies.map((body): Exchange => ({ status: 200, contentType: 'json', warnings: [], body }));
  return normaliseRun(script, exchanges).map((normal) => normal?.body);
}

const object = (resourceVersion: string, more: Json = {}) => ({
  kind: 'ConfigMap',
  metadata: { name: 'a', uid: UID, resourceVersion, ...(more as object) },
});

test('versions say how they relate to what was seen before', () => {
  const versions = run([object('5'), object('5'), object('9'), object('5'), object('7')]).map(
    (body) => (body as { metadata: { resourceVersion: string } }).metadata.resourceVersion,
  );
  expect(versions).toEqual(['<first, newest>', '<unchanged>', '<newer, newest>', '<older, known>', '<older>']);
});

test('the version of a list is right when nothing that was seen is newer', () => {
  const list = (resourceVersion: string) => ({ kind: 'List', metadata: { resourceVersion }, items: [object('5')] });
  expect(run([list('5'), list('4')])).toMatchObject([
    { metadata: { resourceVersion: '<current>' } },
    { metadata: { resourceVersion: '<behind>' } },
  ]);
});

test('uids are named after their object wherever they occur', () => {
  const [, other] = run([object('5'), { message: `uid ${UID}, not ${UID.replace('3', '4')}` }]);
  expect(other).toEqual({ message: 'uid <uid of a>, not <uuid>' });
});

test('a uid is new when the object was made anew', () => {
  const bodies = run([object('5'), object('6'), object('7', { uid: UID.replace('3', '4') })]);
  expect(bodies.map((body) => (body as { metadata: { uid: string } }).metadata.uid)).toEqual([
    '<new uid of a>',
    '<uid of a>',
    '<new uid of a>',
  ]);
});

test('times of now are the same, times of a request stay', () => {
  const now = new Date().toISOString();
  expect(run([{ a: now.replace(/\.\d+/, ''), b: now, c: '2020-01-01T00:00:00Z' }])).toEqual([
    { a: '<now>', b: '<now, with fraction>', c: '2020-01-01T00:00:00Z' },
  ]);
});

test('names that the server made are known by their prefix, also in messages of refused requests', () => {
  const steps: Step[] = [{ request: 'POST /x', case: 'a', body: { metadata: { generateName: 'gen-' } } }];
  expect(run([{ message: 'gen-x7k2p is taken, gen-eral is not' }], steps)).toEqual([
    { message: 'gen-<random> is taken, gen-eral is not' },
  ]);
});

test('causes are in order and not repeated in the message', () => {
  const cause = (field: string) => ({ field, message: 'Required value', reason: 'FieldValueRequired' });
  const status = (first: string, second: string) => ({
    kind: 'Status',
    message: `X is invalid: [${first}: Required value, ${second}: Required value]`,
    details: { causes: [cause(first), cause(second)] },
  });
  const [one, two] = run([status('a', 'b'), status('b', 'a')]);
  expect(one).toEqual(two);
  expect(one).toMatchObject({ message: 'X is invalid: <2 causes>' });
});

test('a message that differs from its causes is kept', () => {
  const causes = [
    { field: 'a', message: 'm' },
    { field: 'b', message: 'm' },
  ];
  expect(run([{ kind: 'Status', message: 'X: [a: m, c: m]', details: { causes } }])).toMatchObject([
    { message: 'X: [a: m, c: m]' },
  ]);
});

test('Tables lose descriptions and ages', () => {
  const table = {
    kind: 'Table',
    metadata: { resourceVersion: '1' },
    columnDefinitions: [
      { name: 'Name', type: 'string', description: 'd' },
      { name: 'Age', type: 'string', description: 'd' },
    ],
    rows: [{ cells: ['5s', '5s'] }],
  };
  expect(run([table])).toMatchObject([
    {
      columnDefinitions: [
        { name: 'Name', type: 'string' },
        { name: 'Age', type: 'string' },
      ],
      rows: [{ cells: ['5s', '<age>'] }],
    },
  ]);
});

test('steps that prepare are not compared, ignored paths are left out, and only asked ones kept', () => {
  const steps: Step[] = [
    { request: 'GET /x' },
    { request: 'GET /x', case: 'a', ignore: ['body.a'] },
    { request: 'GET /x', case: 'b', only: ['status', 'body.a'] },
  ];
  const body = { a: 1, b: 2 };
  expect(run([body, body, body], steps)).toEqual([undefined, { b: 2 }, { a: 1 }]);
});
