// `pnpm upstream-charts`: the life of every package with the charts of CAPSTAN_CHARTS, on both engines. With --docs it
// writes docs/upstream-charts.md. With --record FILE each life is written down as soon as it has ended, and what is in the
// file already is not tried again: so an interrupted run can go on.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createHelm } from '../packages/helm-ts/src/index.ts';
import { compareWorlds } from './upstream/compare-worlds.ts';
import { DOCUMENT, upstreamDocument } from './upstream/document.ts';
import { type Life, liveThrough } from './upstream/lifecycle.ts';
import { planLives } from './upstream/plan.ts';
import { upstreamCharts } from './upstream/sources.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', multiple: true, default: ['embedded', 'real'] },
    docs: { type: 'boolean', default: false },
    record: { type: 'string' },
  },
});
const charts = upstreamCharts();
if (charts === undefined) {
  process.stderr.write('CAPSTAN_CHARTS must name a folder of unpacked charts, <chart>/<version>/\n');
  process.exit(2);
}
const engines = (['embedded', 'real'] as const).filter((one) => values.engine.includes(one));
const { requests, missing } = await planLives(charts, engines, positionals);
for (const path of missing) process.stderr.write(`there is no chart in ${path}\n`);
const recorded = recordedLives(values.record);
const lives: Life[] = [];
for (const request of requests) {
  const known = recorded.find(({ name, engine }) => name === request.name && engine === request.engine);
  const life = known ?? (await liveThrough(request));
  lives.push(life);
  if (known === undefined && values.record) appendFileSync(values.record, `${JSON.stringify(life)}\n`);
  for (const { step, passed, seconds, detail } of life.results) {
    const what = `${life.name} on ${life.engine}: ${step}`;
    process.stdout.write(`${passed ? 'ok  ' : 'FAIL'} ${what} (${seconds.toFixed(1)} s) ${detail}\n`);
  }
}
const comparisons = await compareWorlds(await createHelm(), charts, positionals.length > 0 ? positionals : undefined);
for (const { world, judged, refused, facts, asked, laxer } of comparisons) {
  process.stdout.write(`${world}: ${judged} objects, ${asked} variations\n`);
  for (const line of [...refused, ...facts, ...laxer]) process.stdout.write(`FAIL ${line}\n`);
}
if (values.docs) {
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(DOCUMENT, upstreamDocument({ date, lives, missing, comparisons }));
  process.stderr.write(`wrote ${DOCUMENT}\n`);
}
const sound = lives.every(({ results }) => results.every(({ passed }) => passed));
const alike = comparisons.every(({ refused, facts, laxer }) =>
  [refused, facts, laxer].every((all) => all.length === 0),
);
if (!sound || !alike || missing.length > 0) process.exitCode = 1;

function recordedLives(file: string | undefined): Life[] {
  if (file === undefined || !existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Life);
}
