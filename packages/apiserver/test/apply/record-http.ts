/*
 * Writes testdata/http.json anew from a real API server in an empty cluster without controllers:
 * `node --conditions=@capstan/source test/apply/record-http.ts URL TOKEN CA_FILE`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replayHttpCases } from './http-replay.ts';

const [url = '', token = '', ca = ''] = process.argv.slice(2);
const results = await replayHttpCases({ url, token, ca: readFileSync(ca, 'utf8') });
writeFileSync(join(import.meta.dirname, 'testdata/http.json'), `${JSON.stringify(results, undefined, 1)}\n`);
