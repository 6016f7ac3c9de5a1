// `pnpm upstream-charts`: the life of every package with the charts of CAPSTAN_CHARTS, on both engines. With --docs it
// writes docs/upstream-charts.md.
import { writeFileSync } from 'node:fs';
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
const lives: Life[] = [];
for (const request of requests) {
  const life = await liveThrough(request);
  lives.push(life);
  for (const { step, passed, seconds, detail } of life.results) {
    const what = `${request.name} on ${request.engine}: ${step}`;
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
