import { expect, test } from 'vitest';
import { aJob } from '../testing/builders.ts';
import { jobPod, parseIndexes, writeIndexes } from './job-indexes.ts';

test.each([
  ['', []],
  ['0', [0]],
  ['0,1', [0, 1]],
  ['0-2,5', [0, 1, 2, 5]],
  ['1,3,7-9', [1, 3, 7, 8, 9]],
])('%s', (text, indexes) => {
  expect(parseIndexes(text)).toEqual(indexes);
  expect(writeIndexes(new Set(indexes.toReversed()))).toBe(text);
});

test('a Pod is told its index in every way there is', () => {
  const key = 'batch.kubernetes.io/job-completion-index';
  const pod = jobPod(aJob({ completionMode: 'Indexed' }), 3);
  expect(pod).toMatchObject({
    metadata: { generateName: 'job-3-', labels: { [key]: '3' }, annotations: { [key]: '3' } },
    spec: { hostname: 'job-3', containers: [{ env: [{ name: 'JOB_COMPLETION_INDEX' }] }] },
  });
  expect(pod.metadata.name).toMatch(/^job-3-[a-z0-9]{5}$/);
});
