import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fillTree } from '../script/fill.ts';
import { defineScript } from '../script/load.ts';
import type { Json, JsonMap, Script, Step } from '../script/types.ts';
import type { BuiltinType } from './builtin.ts';

const FILE = fileURLToPath(new URL('protobuf-bodies.json.gz', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../protobuf/', import.meta.url));
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** Scripts that create objects from protobuf bodies, as typed Go clients do. The bytes are committed. */
export async function protobufScripts(types: readonly BuiltinType[]): Promise<Script[]> {
  const bytes = JSON.parse(gunzipSync(await readFile(FILE)).toString('utf8')) as Record<string, string>;
  return types.flatMap((type) => {
    const steps = Object.keys(bodiesOf(type)).flatMap((feature): Step[] => {
      const base64 = bytes[keyOf(type, feature)];
      if (base64 === undefined) return [];
      return [{ request: `POST ${type.collection}?dryRun=All`, base64, contentType: PROTOBUF, case: feature }];
    });
    if (steps.length === 0) return [];
    return [defineScript(nameOf(type), { namespace: !type.template.cluster, steps: [...type.prepare(), ...steps] })];
  });
}

/** Makes the committed bytes with the Go program. Types that Go clients do not know by default are left out. */
export async function encodeProtobufBodies(types: readonly BuiltinType[]): Promise<void> {
  const bodies = Object.fromEntries(
    types.flatMap((type) => {
      const { variables } = defineScript(nameOf(type), { steps: [] });
      const filled = new Map(Object.entries(variables));
      return Object.entries(bodiesOf(type)).map(([feature, body]): [string, Json] => [
        keyOf(type, feature),
        fillTree(body, filled),
      ]);
    }),
  );
  const running = promisify(execFile)('go', ['run', '.'], {
    cwd: PROGRAM,
    maxBuffer: 1e8,
    env: { ...process.env, GOWORK: 'off' },
  });
  running.child.stdin?.end(JSON.stringify(bodies));
  const { stdout, stderr } = await running;
  process.stderr.write(stderr);
  const zipped = gzipSync(stdout, { level: 9 });
  zipped[9] = 255;
  await writeFile(FILE, zipped);
}

function bodiesOf(type: BuiltinType): Record<string, JsonMap> {
  const { full, variants = {}, change } = type.template;
  const changed = { changed: type.body(0, change) };
  const varied = Object.entries({ ...(full && { 'many fields': full }), ...variants });
  return {
    minimal: type.body(0),
    ...changed,
    ...Object.fromEntries(varied.map(([name, body]) => [name, type.body(0, body)])),
  };
}

function nameOf(type: BuiltinType): string {
  return `protobuf/${type.label}`;
}

function keyOf(type: BuiltinType, feature: string): string {
  return `${type.label} ${feature}`;
}
