import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fingerprint, readRecording, writeRecording } from '../recorded.ts';
import { caseId, caseOf } from '../script/cases.ts';
import { loadSuite } from '../suite.ts';

test('the scripts are the same every time, and every case belongs to one area', async () => {
  const [first, second] = await Promise.all([loadSuite(), loadSuite()]);
  expect(second.map(fingerprint)).toEqual(first.map(fingerprint));
  const cases = first.flatMap((script) => script.steps.flatMap((step) => caseOf(script, step) ?? []));
  expect(new Set(cases.map((key) => caseId('', key))).size).toBeGreaterThan(1500);
});

test('no variable is left that no step or script gives', async () => {
  for (const script of await loadSuite()) {
    const given = new Set([...Object.keys(script.variables), 'admin']);
    for (const step of script.steps)
      for (const name of Object.keys(('save' in step && step.save) || {})) given.add(name);
    const used = JSON.stringify(script.steps.map((step) => ('request' in step ? step.request : ''))).matchAll(
      /\$\(([\w-]+)\)/g,
    );
    expect(
      [...used].map(([, name]) => name).filter((name) => !given.has(name ?? '')),
      script.name,
    ).toEqual([]);
  }
});

test('a recording is written with the same bytes and read as it was', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'capstan-fidelity-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const answer = { status: 200, contentType: 'json', body: { b: 1, a: [2] } };
  const recording = new Map([['crud/x', { asked: 'f', answers: [null, answer] }]]);
  await writeRecording(recording, folder);
  const bytes = await readFile(join(folder, 'crud.json.gz'));
  await writeRecording(
    new Map([
      ['crud/x', { answers: [null, { body: { a: [2], b: 1 }, contentType: 'json', status: 200 }], asked: 'f' }],
    ]),
    folder,
  );
  expect(await readFile(join(folder, 'crud.json.gz'))).toEqual(bytes);
  expect(await readRecording(folder)).toEqual(recording);
});
