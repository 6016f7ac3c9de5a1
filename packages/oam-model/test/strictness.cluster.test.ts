import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import '@capstan/sandbox/testing';
import type { JsonObject } from '@capstan/base';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  type CustomResourceDefinition,
  OAM_CODES,
  oamCustomResourceDefinitions,
  parseDocuments,
  type Schema,
  type SourceDocument,
  validateAgainstSchema,
  validateApplication,
} from '../src/index.ts';
import { corpus, soundManifests } from './corpus.ts';
import { ruleSchema, schemaCases } from './schema-cases.ts';
import { ApiServer } from './server.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
/** A group of this run's own, so that other tests' CRDs are left alone. */
const group = `t${randomUUID().slice(0, 8)}.oam.dev`;
const server = new ApiServer(inject('kubeconfig'));
const crds = [...oamCustomResourceDefinitions().map(inOwnGroup), ruleCrd()];

function inOwnGroup(crd: CustomResourceDefinition): CustomResourceDefinition {
  return { ...crd, metadata: { name: `${crd.spec.names.plural}.${group}` }, spec: { ...crd.spec, group } };
}

function ruleCrd(): CustomResourceDefinition {
  const version = { name: 'v1alpha2', served: true, storage: true, schema: { openAPIV3Schema: ruleSchema } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `rules.${group}` },
    spec: { group, scope: 'Namespaced', names: { kind: 'Rule', plural: 'rules' }, versions: [version] },
  };
}

beforeAll(async () => {
  for (const crd of crds) expect(await server.send('POST', CRDS, crd)).toMatchObject({ status: 201 });
});

afterAll(async () => {
  for (const crd of crds) await server.send('DELETE', `${CRDS}/${crd.metadata.name}`);
});

/** Both judgements of an object of one of our kinds: true means accepted. */
async function judge(kind: string, content: object): Promise<{ server: boolean; ours: boolean; why: string }> {
  const crd = crds.find(({ spec }) => spec.names.kind === kind)!;
  const { plural } = crd.spec.names;
  const folder = crd.spec.scope === 'Cluster' ? plural : `namespaces/default/${plural}`;
  const object = { metadata: { name: 'x' }, ...content, apiVersion: `${group}/v1alpha2`, kind };
  const answer = await server.judge(`/apis/${group}/v1alpha2/${folder}`, object);
  const schema: Schema = crd.spec.versions[0]!.schema!.openAPIV3Schema!;
  const problems = validateAgainstSchema(object, schema);
  const why = `${JSON.stringify(content)}\nserver: ${answer.status} ${answer.message}\nours: ${JSON.stringify(problems)}`;
  return { server: answer.status === 201, ours: problems.length === 0, why };
}

describe('what this package refuses, the API server refuses, and nothing else', () => {
  test('case by case', async () => {
    for (const [spec, path] of schemaCases) {
      const verdict = await judge('Rule', { spec });
      expect(verdict, verdict.why).toMatchObject({ server: path === undefined, ours: path === undefined });
    }
  });

  test('for any values in any field', async () => {
    // A pattern that JavaScript does not know is left to the server: the one known difference.
    const fields = Object.keys(ruleSchema.properties?.['spec']?.properties ?? {}).filter(
      (each) => each !== 'goPattern',
    );
    const scalar = fc.constantFrom<unknown>('a', 'abc', 'red', 'yes', '', 0, 1, 3, 0.5, true, null);
    const inner = fc.dictionary(fc.constantFrom('a', 'b', 'name', 'port', 'known', 'apiVersion', 'kind'), scalar, {
      maxKeys: 3,
    });
    const value = fc.oneof(scalar, inner, fc.array(fc.oneof(scalar, inner), { maxLength: 3 }));
    const spec = fc.dictionary(fc.constantFrom(...fields, 'other'), value, { maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(spec, async (more) => {
        const verdict = await judge('Rule', { spec: { size: 1, ...more } });
        expect(verdict.ours, verdict.why).toBe(verdict.server);
      }),
      { numRuns: Number(process.env['CAPSTAN_PROPERTY_RUNS'] ?? 300) },
    );
  });
});

/** Objects of kinds of OAM in a text, with a name that every kind may have, and without what only controllers write. */
function oamObjects(text: string): SourceDocument[] {
  const { documents } = parseDocuments(text, 'f');
  return documents.filter(({ object }) => crds.some(({ spec }) => spec.names.kind === object.kind));
}

/** Whether the API server refuses the object: everything but names, and rules that look at other objects. */
function isRefusedByOurs(document: SourceDocument): boolean {
  const problems = validateApplication({ documents: [document], definitions: [], crds: [] });
  return problems.some(
    ({ code, path }) =>
      (code === OAM_CODES.nameInvalid && path !== 'metadata.name') ||
      (code === OAM_CODES.componentAmbiguous && path.endsWith('revisionName')),
  );
}

describe('the CRDs of OAM', () => {
  test.each(['helloworld', 'stateful-app', 'stateless-app', 'serverless-app'])(
    'take %s of the talks, but for the Component with the misprint',
    async (name) => {
      const text = readFileSync(new URL(`../src/testdata/${name}.yaml`, import.meta.url), 'utf8');
      for (const { object } of oamObjects(text)) {
        const verdict = await judge(object.kind, object);
        const accepted = object.kind !== 'Component';
        expect(verdict, verdict.why).toMatchObject({ server: accepted, ours: accepted });
      }
    },
  );

  test('take everything that an application may state, and what Go clients write for fields they leave out', async () => {
    for (const { object } of oamObjects(soundManifests)) {
      const { version: _version, description: _description, ...metadata } = object.metadata as unknown as JsonObject;
      const verdict = await judge(object.kind, { ...object, metadata });
      expect(verdict, verdict.why).toMatchObject({ server: true, ours: true });
    }
  });

  test('refuse of the malformed manifests what the command line refuses', async () => {
    const seen = new Set<string>();
    for (const [name, text] of corpus) {
      for (const document of oamObjects(text)) {
        const { status: _status, ...object } = document.object;
        const content = { ...object, metadata: { ...object.metadata, name: 'x' } };
        if (seen.has(JSON.stringify(content))) continue;
        seen.add(JSON.stringify(content));
        const verdict = await judge(object.kind, content);
        expect(verdict.ours && !isRefusedByOurs(document), `${name}: ${verdict.why}`).toBe(verdict.server);
      }
    }
  });

  test('state in CEL that a component is named by one of its names', async () => {
    const both = { componentName: 'web', revisionName: 'web-v1' };
    const { why } = await judge('ApplicationConfiguration', { spec: { components: [both] } });
    expect(why).toContain('mutually exclusive, you can only specify one');
    const zero = { componentName: 'web', revisionName: '' };
    const verdict = await judge('ApplicationConfiguration', { spec: { components: [zero] } });
    expect(verdict, verdict.why).toMatchObject({ server: true });
  });
});
