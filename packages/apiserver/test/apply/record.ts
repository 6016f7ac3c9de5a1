/* Writes recorded.jsonl.gz anew: `node --conditions=@capstan/source test/apply/record.ts` where there is Go. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Oracle } from './oracle.ts';
import { makeScenario } from './scenarios.ts';

const COUNT = 2000;

const scenarios = Array.from({ length: COUNT }, (_, seed) => makeScenario(seed).scenario);
const oracle = new Oracle();
const lines: string[] = [];
for await (const answers of oracle.answer(scenarios)) {
  lines.push(JSON.stringify({ ...scenarios[lines.length], answers }));
}
oracle.close();
const file = join(import.meta.dirname, 'testdata/recorded.jsonl.gz');
writeFileSync(file, gzipSync(`${lines.join('\n')}\n`, { level: 9 }));
