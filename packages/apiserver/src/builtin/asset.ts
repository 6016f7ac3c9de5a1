import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One part of the package's data (assets/README.md), parsed. Takes milliseconds: call it once and keep the result. */
export function readAsset(name: 'defaults' | 'rbac' | 'resources' | 'schemas' | 'types'): unknown {
  // src/builtin and dist/builtin are equally deep.
  const file = new URL(`../../assets/${name}.json.gz`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
}
