import type { KubernetesObject } from '@capstan/base';
import { PACKAGE_LABEL, RECORD_LABEL } from '@capstan/capability-model';
import { expect, test } from 'vitest';
import { garbageOf } from './garbage.ts';
import { CHARTS_ANNOTATION, PLAN_ANNOTATION } from './labels.ts';
import type { ClusterLock, LockedPackage } from './lock.ts';

type Metadata = KubernetesObject['metadata'];

const revision = (name: string, number: number, plan: string, digest: string): Metadata => ({
  name: `capstan-revision-${name}-${number}`,
  labels: { [RECORD_LABEL]: 'revision', [PACKAGE_LABEL]: name },
  annotations: {
    [PLAN_ANNOTATION]: `capstan-plan-${plan}`,
    [CHARTS_ANNOTATION]: JSON.stringify([
      { unit: 'u', name, version: '1.0.0', digest: `sha256:${digest}`, standIn: false },
    ]),
  },
});
const payload = (digest: string, plan = 'none'): Metadata => ({
  name: `capstan-payload-${digest}`,
  labels: { [RECORD_LABEL]: 'payload' },
  annotations: { [PLAN_ANNOTATION]: `capstan-plan-${plan}` },
});
const plan = (id: string): Metadata => ({ name: `capstan-plan-${id}`, labels: { [RECORD_LABEL]: 'plan' } });
const journal = (subject: string, of: string): Metadata => ({
  name: `capstan-journal-${subject}`,
  labels: { [RECORD_LABEL]: 'journal', [PACKAGE_LABEL]: subject },
  annotations: { [PLAN_ANNOTATION]: `capstan-plan-${of}` },
});
const locked = (revisionNumber: number, planDigest: string) =>
  ({ revision: revisionNumber, planDigest: `sha256:${planDigest}` }) as LockedPackage;
const lockOf = (packages: Record<string, LockedPackage>): ClusterLock => ({ packages, removed: {} });
const names = (records: readonly Metadata[], lock: ClusterLock) => garbageOf(records, lock).map(({ name }) => name);

test('of a package the last five revisions stay, with their plans and charts', () => {
  const records = [1, 2, 3, 4, 5, 6, 7].flatMap((number) => [
    revision('keda', number, `p${number}`, `c${Math.ceil(number / 2)}`),
    plan(`p${number}`),
  ]);
  const charts = ['c1', 'c2', 'c3', 'c4'].map((digest) => payload(digest));
  expect(names([...records, ...charts, payload('c1.1')], lockOf({ keda: locked(7, 'p7') }))).toEqual([
    'capstan-payload-c1',
    'capstan-payload-c1.1',
    'capstan-plan-p1',
    'capstan-plan-p2',
    'capstan-revision-keda-1',
    'capstan-revision-keda-2',
  ]);
});

test('a chart that two packages have stays as long as one of them has it', () => {
  const records = [revision('a', 1, 'p', 'c'), revision('b', 1, 'p', 'c'), payload('c'), plan('p')];
  expect(names(records, lockOf({ b: locked(1, 'p') }))).toEqual(['capstan-revision-a-1']);
});

test('what an unfinished operation wrote stays, with what it fetched; of what is gone nothing does', () => {
  const records = [
    revision('begun', 1, 'open', 'new'),
    revision('gone', 3, 'old', 'old'),
    payload('new', 'open'),
    payload('fetched', 'open'),
    payload('old', 'old'),
    plan('open'),
    plan('old'),
    journal('begun', 'open'),
  ];
  expect(names(records, lockOf({}))).toEqual(['capstan-payload-old', 'capstan-plan-old', 'capstan-revision-gone-3']);
});
