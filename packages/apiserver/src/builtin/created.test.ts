import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ApiError, StatusCause } from '../model/api-error.ts';
import { type KubeObject, parseApiVersion } from '../model/object.ts';
import type { ApiResource, StrategyContext } from '../model/resource.ts';
import { builtinResources } from './resources.ts';
import { asFields, ensure, type Fields, fields, list, strings, text } from './values.ts';

/** An object and what a real API server made of it (generate/record.go). */
interface Creation {
  readonly name: string;
  readonly object: KubeObject;
  readonly code: number;
  readonly body?: KubeObject;
  readonly causes?: readonly StatusCause[];
  readonly message?: string;
  readonly warnings?: readonly string[];
}

interface Outcome {
  readonly code: number;
  readonly body?: unknown;
  readonly causes?: readonly string[];
  readonly message?: string | undefined;
  readonly warnings?: readonly string[];
}

const NOW = '2026-01-01T00:00:00Z';
const UID = '11111111-1111-4111-8111-111111111111';
const CONTEXT: StrategyContext = { subresource: undefined, now: NOW, find: () => undefined, list: () => [] };

function recorded(): readonly Creation[] {
  const file = new URL('./testdata/created.json.gz', import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
}

function resourceOf(object: KubeObject): ApiResource {
  const { group, version } = parseApiVersion(object.apiVersion);
  const found = builtinResources().find(
    (one) => one.group === group && one.version === version && one.kind === object.kind,
  );
  if (!found) throw new Error(`${object.apiVersion} ${object.kind} is not served`);
  return found;
}

/** What happens to a new object between its decoding and the store, without admission. */
async function create(source: KubeObject): Promise<Outcome> {
  const resource = resourceOf(source);
  const { strategy } = resource;
  let next = structuredClone(source);
  next.metadata ??= {};
  if (resource.namespaced) next.metadata.namespace = 'default';
  try {
    strategy.defaults(next);
  } catch (error) {
    return { code: (error as ApiError).code, message: (error as ApiError).message };
  }
  next.metadata.uid = UID;
  next.metadata.name ??= `${next.metadata.generateName}abcde`;
  strategy.prepareForCreate(next, CONTEXT);
  const causes = strategy.validate(next, CONTEXT);
  if (causes.length > 0) return { code: 422, causes: causes.map(shown).sort() };
  const warnings = strategy.warnings(next, undefined).sort();
  const { convert } = resource;
  if (convert) next = (await convert.toThis(await convert.toStorage([next])))[0] ?? next;
  return { code: 201, body: comparable(next), warnings };
}

function shown(cause: StatusCause): string {
  return masked(`${cause.field} ${cause.reason} ${cause.message}`);
}

/** Without what is made up for every object. */
function masked(source: string): string {
  return source
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'UID')
    .replace(/aa-gen-\w+/g, 'GENERATED')
    .replace(/20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME');
}

const MADE_UP = ['uid', 'creationTimestamp', 'managedFields', 'resourceVersion', 'namespace'];

function comparable(object: KubeObject): unknown {
  const copy = structuredClone(object);
  for (const field of MADE_UP) delete (copy.metadata as Fields)[field];
  withoutAdmission(copy);
  if (copy.kind === 'Service') withoutAllocated(fields(copy['spec']));
  return JSON.parse(masked(JSON.stringify(copy)));
}

function withoutAllocated(spec: Fields): void {
  const mask = (target: Fields, field: string) => {
    if (target[field] !== undefined && target[field] !== 'None') target[field] = 'ALLOCATED';
  };
  mask(spec, 'clusterIP');
  mask(spec, 'healthCheckNodePort');
  for (const port of list(spec['ports'])) mask(port, 'nodePort');
  if (spec['clusterIPs'] !== undefined) spec['clusterIPs'] = strings(spec['clusterIPs']).map((ip) => ip === 'None');
}

/** Admission plugins are not part of strategies. */
function withoutAdmission(object: KubeObject): void {
  const finalizers = (object.metadata.finalizers ?? []).filter((name) => !/^kubernetes.io\/(pv|pvc|vac)-/.test(name));
  if (finalizers.length > 0) object.metadata.finalizers = finalizers;
  else delete object.metadata.finalizers;
  if (object.kind === 'Node') withoutTaint(ensure(object, 'spec'));
  if (object.kind === 'Pod') withoutPodDefaults(fields(object['spec']));
}

function withoutTaint(spec: Fields): void {
  const taints = list(spec['taints']).filter((taint) => taint['key'] !== 'node.kubernetes.io/not-ready');
  if (taints.length === 0) delete spec['taints'];
}

function withoutPodDefaults(spec: Fields): void {
  for (const field of ['tolerations', 'priority', 'preemptionPolicy', 'serviceAccount', 'serviceAccountName']) {
    delete spec[field];
  }
  const dropToken = (holder: Fields, field: string) => {
    const kept = list(holder[field]).filter((one) => !text(one['name']).startsWith('kube-api-access-'));
    if (kept.length === 0) delete holder[field];
    else holder[field] = kept;
  };
  dropToken(spec, 'volumes');
  for (const container of [...list(spec['containers']), ...list(spec['initContainers'])]) {
    if (asFields(container)) dropToken(container, 'volumeMounts');
  }
}

function expected(one: Creation): Outcome {
  const { code } = one;
  if (code === 422) return { code, causes: (one.causes ?? []).map(shown).sort() };
  if (code !== 201 || !one.body) return { code, message: one.message };
  const deprecated = resourceOf(one.object).deprecationWarning;
  const warnings = (one.warnings ?? []).filter((warning) => warning !== deprecated).sort();
  return { code, body: comparable(one.body), warnings };
}

// Told by rules of names that know the whole object upstream: the same words, told once.
const KNOWN_DIFFERENT = new Set(['APIService genname', 'IPAddress genname']);

describe('objects are created and refused as a real server did', () => {
  const cases = recorded()
    .map((one, at) => ({ title: `${one.object.kind} ${one.name}`, at, one }))
    .filter(({ title }) => !KNOWN_DIFFERENT.has(title));
  test.each(cases)('$title ($at)', async ({ one }) => {
    expect(await create(one.object)).toEqual(expected(one));
  });
});
