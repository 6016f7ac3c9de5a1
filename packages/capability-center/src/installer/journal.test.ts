import { describe, expect, test } from 'vitest';
import { announcesRelease, appendEntry, earlierRunEnded, isDone, type Journal, stoppedAt } from './journal.ts';
import type { JournalKind } from './steps.ts';

const AT = '2026-01-01T00:00:00Z';

function aJournal(...runs: readonly (readonly JournalKind[])[]): Journal {
  const entries = runs.flatMap((kinds, run) => kinds.map((kind) => ({ kind, at: AT, fence: run + 1 })));
  const empty: Journal = { operation: 'install', subject: 'keda', planDigest: 'sha256:1', command: 'x', entries: [] };
  return entries.reduce((journal, entry) => appendEntry(journal, entry).journal, empty);
}

describe('where a run stopped', () => {
  test.each([
    { runs: [], stopped: undefined },
    { runs: [['begin']], stopped: 'begin' },
    { runs: [['begin', 'fetch', 'unit']], stopped: 'unit' },
    { runs: [['begin', 'unit', 'failed']], stopped: 'unit' },
    { runs: [['begin', 'crd', 'interrupted']], stopped: 'crd' },
    { runs: [['begin', 'commit', 'done']], stopped: undefined },
    {
      runs: [
        ['begin', 'unit'],
        ['begin', 'fetch'],
      ],
      stopped: 'fetch',
    },
  ] satisfies { runs: JournalKind[][]; stopped: JournalKind | undefined }[])('$runs: $stopped', ({ runs, stopped }) => {
    const journal = aJournal(...runs);
    expect(stoppedAt(journal)?.kind).toBe(stopped);
    expect(isDone(journal)).toBe(runs.flat().at(-1) === 'done');
  });
});

test('a run after one that ended well starts afresh, but its entries go on counting', () => {
  const journal = aJournal(['begin', 'unit', 'done'], ['begin']);
  expect(journal.entries.map(({ kind, seq }) => [kind, seq])).toEqual([['begin', 4]]);
});

test('a run after one that did not end keeps its entries as evidence', () => {
  const journal = aJournal(['begin', 'unit'], ['begin']);
  expect(journal.entries.map(({ kind }) => kind)).toEqual(['begin', 'unit', 'begin']);
});

describe('a pending release', () => {
  const detail = { release: 'keda', namespace: 'keda' };
  const announced = appendEntry(aJournal(['begin']), { kind: 'unit', at: AT, fence: 1, detail }).journal;

  test.each([
    { journal: announced, release: 'keda', namespace: 'keda', ours: true },
    { journal: announced, release: 'other', namespace: 'keda', ours: false },
    { journal: announced, release: 'keda', namespace: 'elsewhere', ours: false },
    { journal: aJournal(['begin']), release: 'keda', namespace: 'keda', ours: false },
    {
      journal: appendEntry(announced, { kind: 'done', at: AT, fence: 1 }).journal,
      release: 'keda',
      namespace: 'keda',
      ours: false,
    },
  ])('is ours: $ours', ({ journal, release, namespace, ours }) => {
    expect(announcesRelease(journal, release, namespace)).toBe(ours);
  });
});

test.each([
  { runs: [['begin']], ended: true },
  { runs: [['begin', 'unit'], ['begin']], ended: false },
  { runs: [['begin', 'unit', 'interrupted'], ['begin']], ended: true },
  { runs: [['begin', 'unit', 'failed'], ['begin']], ended: true },
] satisfies { runs: JournalKind[][]; ended: boolean }[])(
  'the run before the last of $runs ended: $ended',
  ({ runs, ended }) => {
    expect(earlierRunEnded(aJournal(...runs), runs.length)).toBe(ended);
  },
);
