import { describe, expect, test } from 'vitest';
import { definitionNode } from '../builtin/schemas.ts';
import type { ApiError } from '../model/api-error.ts';
import { type DecodedType, decodeStrict, typeProblem } from './decode.ts';

const DEPLOYMENT: DecodedType = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  source: 'built-in',
  schema: definitionNode('io.k8s.api.apps.v1.Deployment'),
};
const text = { type: 'string' } as const;
const CUSTOM: DecodedType = {
  group: 'a.b',
  version: 'v1',
  kind: 'He',
  source: 'crd',
  schema: {
    type: 'object',
    properties: {
      metadata: definitionNode('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'),
      spec: {
        type: 'object',
        properties: {
          a: { type: 'integer' },
          pod: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
          list: { type: 'array', items: { type: 'object', properties: { n: text } } },
          m: { type: 'object', additionalProperties: { type: 'object', properties: { x: text } } },
        },
      },
    },
  },
};

function refusal(body: string, type: DecodedType): string {
  try {
    decodeStrict(body, type, 'Strict');
  } catch (error) {
    expect((error as ApiError).code).toBe(400);
    return (error as ApiError).message;
  }
  return 'accepted';
}

const unparsable = (problem: string, summary: string) =>
  `the object provided is unrecognized (must be of type Deployment): couldn't get version/kind; json parse error: ${problem} (${summary})`;
const START = '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x"},"spec":';
const wrong = (problem: string) => `Deployment in version "v1" cannot be handled as a Deployment: ${problem}`;
const into = (what: string, place: string) => wrong(`json: cannot unmarshal ${what} into Go struct field ${place}`);

// All answers are those of a real server of version 1.35.
describe('bodies of built-in types that a real server refuses', () => {
  test.each([
    ['{bad', unparsable("invalid character 'b' looking for beginning of object key string", '{bad')],
    ['', unparsable('unexpected end of JSON input', '<empty>')],
    ['{"a":1', unparsable('unexpected end of JSON input', '{"a":1')],
    [
      '{"apiVersion":"apps/v1","kind":"Deployment",}',
      unparsable(
        "invalid character '}' looking for beginning of object key string",
        '{"apiVersion":"apps/v1","kind" ...',
      ),
    ],
    [
      '[]',
      unparsable(
        'json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
        '5b5d',
      ),
    ],
    ['{"kind":5}', unparsable('json: cannot unmarshal number into Go struct field .kind of type string', '{"kind":5}')],
    [`${START}{"replicas":"3"}}`, into('string', 'DeploymentSpec.spec.replicas of type int32')],
    [`${START}{"replicas":1.5}}`, into('number 1.5', 'DeploymentSpec.spec.replicas of type int32')],
    [`${START}{"replicas":99999999999}}`, into('number 99999999999', 'DeploymentSpec.spec.replicas of type int32')],
    [
      `${START}{"template":{"spec":{"containers":[{"name":5,"env":"x","foo":1}]}}}}`,
      into('number', 'Container.spec.template.spec.containers.name of type string'),
    ],
    [`${START}{"template":5}}`, into('number', 'DeploymentSpec.spec.template of type v1.PodTemplateSpec')],
    [
      `${START}{"selector":{"matchLabels":[1]}}}`,
      into('array', 'LabelSelector.spec.selector.matchLabels of type map[string]string'),
    ],
    [
      `${START}{"strategy":{"rollingUpdate":{"maxSurge":true}}}}`,
      into('bool', 'RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge of type int32'),
    ],
    [
      `${START}{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"x"}}}]}}}}`,
      wrong("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
    ],
    [
      '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"creationTimestamp":"yesterday"}}',
      wrong('parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"'),
    ],
    [
      `${START}{"template":{"spec":{"containers":[{"name":"a","foo":1,"bar":2,"name":"b"}],"x":1}},"foo":{"a":1}}}`,
      wrong(
        'strict decoding error: unknown field "spec.template.spec.containers[0].foo", unknown field "spec.template.spec.containers[0].bar", duplicate field "spec.template.spec.containers[0].name", unknown field "spec.template.spec.x", unknown field "spec.foo"',
      ),
    ],
  ])('%s', (body, message) => {
    expect(refusal(body, DEPLOYMENT)).toBe(message);
  });
});

const customStart = '{"apiVersion":"a.b/v1","kind":"He","metadata":';
const wrongCustom = (problem: string) => `He in version "v1" cannot be handled as a He: ${problem}`;

describe('bodies of custom resources', () => {
  test.each([
    [
      `${customStart}{"name":"x"},"spec":{"b":1,"list":[{"z":1}],"m":{"k":{"y":1}}},"foo":1}`,
      wrongCustom(
        'strict decoding error: unknown field "foo", unknown field "spec.b", unknown field "spec.list[0].z", unknown field "spec.m.k.y"',
      ),
    ],
    [
      `${customStart}{"name":"x","foo":1,"name":"y"},"spec":{"zz":1,"a":1,"a":2}}`,
      wrongCustom(
        'strict decoding error: duplicate field "metadata.name", duplicate field "spec.a", unknown field "metadata.foo", unknown field "spec.zz"',
      ),
    ],
    [
      `${customStart}{"labels":{"a":1}}}`,
      wrongCustom('json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string'),
    ],
    [`${customStart}5}`, wrongCustom('json: cannot unmarshal number into Go value of type v1.ObjectMeta')],
    [
      '{"apiVersion":"a.b/v1"}',
      `the object provided is unrecognized (must be of type He): Object 'Kind' is missing in '{"apiVersion":"a.b/v1"}' ({"apiVersion":"a.b/v1"})`,
    ],
  ])('%s', (body, message) => {
    expect(refusal(body, CUSTOM)).toBe(message);
  });

  test('the metadata of an embedded object has only its own fields', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', nam: 'b' }, spec: { any: 1 } };
    const body = JSON.stringify({ apiVersion: 'a.b/v1', kind: 'He', spec: { pod } });
    expect(refusal(body, CUSTOM)).toContain('strict decoding error: unknown field "spec.pod.metadata.nam"');
  });

  test('unknown fields are pruned, and told where that is asked for', () => {
    const body = `${customStart}{"name":"x"},"spec":{"a":1,"b":2}}`;
    expect(decodeStrict(body, CUSTOM, 'Ignore')).toMatchObject({ object: { spec: { a: 1 } }, warnings: [] });
    expect(decodeStrict(body, CUSTOM, 'Warn').warnings).toEqual(['unknown field "spec.b"']);
  });
});

describe('text that is no JSON', () => {
  test.each([
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 2}', "invalid character '2' after object key:value pair"],
    ['{"a":[1 2]}', "invalid character '2' after array element"],
    ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
    ['{"a":"\n"}', "invalid character '\\n' in string literal"],
    ['{"a":"\\x"}', "invalid character 'x' in string escape code"],
    ['{"a":"\\u12g4"}', "invalid character 'g' in \\u hexadecimal character escape"],
    ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
    ['{"a":1e}', "invalid character '}' in exponent of numeric literal"],
    ['{"a":-}', "invalid character '}' in numeric literal"],
    ['{} x', "invalid character 'x' after top-level value"],
    ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
    ['{"a":}', "invalid character '}' looking for beginning of value"],
  ])('%s', (body, problem) => {
    expect(refusal(body, DEPLOYMENT)).toContain(`json parse error: ${problem} (`);
  });
});

test('depth is limited', () => {
  const deep = `${START}${'['.repeat(5000)}${']'.repeat(5000)}}`;
  expect(refusal(deep, DEPLOYMENT)).toContain('exceeded max depth');
});

test('names of prototypes are data', () => {
  const { object } = decodeStrict(
    `${customStart}{"annotations":{"__proto__":"x","constructor":"y"}}}`,
    CUSTOM,
    'Strict',
  );
  expect(JSON.stringify(object['metadata'])).toBe('{"annotations":{"__proto__":"x","constructor":"y"}}');
  expect(typeProblem(object, CUSTOM)).toBeUndefined();
});
