import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { crdCases, crdOf } from '../../test/crd/crd-cases.ts';
import { objectCases } from '../../test/crd/object-cases.ts';
import type { Recorded, RecordedAnswer } from '../../test/crd/recorded.ts';
import type { StatusCause } from '../model/api-error.ts';
import { ApiError } from '../model/api-error.ts';
import type { KubeObject } from '../model/object.ts';
import type { StrategyContext } from '../model/resource.ts';
import { copyJson } from '../schema/json.ts';
import { crdStrategy } from './crd-strategy.ts';
import type { Crd } from './definition.ts';
import { customResources } from './resources.ts';

const recorded = JSON.parse(
  readFileSync(new URL('../../test/crd/testdata/recorded.json', import.meta.url), 'utf8'),
) as Recorded;
const CONTEXT: StrategyContext = {
  subresource: undefined,
  now: '2024-01-01T00:00:00Z',
  find: () => undefined,
  list: () => [],
};
const strategy = crdStrategy();

/** A CRD as the server keeps it after it was accepted. */
function prepared(source: unknown): Crd {
  const crd = JSON.parse(JSON.stringify(source)) as Crd;
  strategy.defaults(crd);
  strategy.prepareForCreate(crd, CONTEXT);
  return crd;
}

/** Causes in an order of their own, as the real server's is random for fields of objects. */
function sorted(causes: readonly StatusCause[]): string[] {
  return [...new Set(causes.map(({ field, reason, message }) => `${field}: ${reason}: ${message}`))].sort();
}

function answerOf(causes: readonly StatusCause[], object: KubeObject): unknown {
  return causes.length > 0 ? sorted(causes) : object['spec'];
}

function expectedOf(answer: RecordedAnswer): unknown {
  return answer.causes ? sorted(answer.causes) : (answer.message ?? answer.spec);
}

describe('CRDs are accepted and refused as by a real server', () => {
  test.each(Object.entries(recorded.crds))('%s', (name, answer) => {
    const crd = prepared(crdCases[name]);
    const causes = strategy.validate(crd, CONTEXT);
    expect(sorted(causes)).toEqual(sorted(answer.causes ?? []));
  });
});

function thing(spec: unknown): KubeObject {
  return {
    apiVersion: 'cases.capstan.example/v1',
    kind: 'Thing',
    metadata: { name: 'one', namespace: 'default', resourceVersion: '1', generation: 1 },
    ...(spec !== undefined && { spec: copyJson(spec) }),
  };
}

function versionOf(source: unknown) {
  const crd = prepared(source);
  const [resource] = customResources({ ...crd, status: { acceptedNames: crd.spec.names } });
  if (!resource) throw new Error('no version is served');
  return resource.strategy;
}

describe.each(Object.entries(objectCases))('objects: %s', (feature, { crd, specs, before }) => {
  const { defaults, validate, validateUpdate } = versionOf(crd);
  const earlier = versionOf(before ? crdOf(before) : crd);
  test.each(Object.entries(specs))('%s', (name, { spec, next: changed }) => {
    const answer = recorded.objects[feature]?.[name];
    const next = thing(changed === undefined ? spec : changed);
    const live = thing(spec);
    let actual: unknown;
    try {
      defaults(next);
      if (changed !== undefined) earlier.defaults(live);
      actual = answerOf(changed === undefined ? validate(next, CONTEXT) : validateUpdate(next, live, CONTEXT), next);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      actual = error.message;
    }
    expect(actual).toEqual(answer && expectedOf(answer));
  });
});
