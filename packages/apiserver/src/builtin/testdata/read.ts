import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { GroupVersionKind, KubeObject } from '../../model/object.ts';

/** A random object as Go wrote it (generate/fixtures.go). */
export interface Fixture {
  readonly kind: GroupVersionKind;
  /** As application/vnd.kubernetes.protobuf, base64. */
  readonly protobuf: string;
  readonly json: KubeObject;
  /** After Kubernetes' defaulting. */
  readonly defaulted: KubeObject;
}

/** The recorded objects: `protobuf` have their bytes, `defaulted` their defaults. */
export function readFixtures(name: 'protobuf' | 'defaulted'): readonly Fixture[] {
  const file = new URL(`./${name}.json.gz`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
}
