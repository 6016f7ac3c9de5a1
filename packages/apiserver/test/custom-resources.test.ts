import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../src/testing/index.ts';
import { type Api, apiOf } from './clients/api.ts';

const MERGE = { 'content-type': 'application/merge-patch+json' };
const GROUP = 'custom.example.com';
const PATH = `/apis/${GROUP}/v1/namespaces/default/gauges`;

const CRD = {
  metadata: { name: `gauges.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'gauges', kind: 'Gauge' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { replicas: { type: 'integer', minimum: 0 } } } },
          },
        },
      },
    ],
  },
};

const gauge = (name: string, more: object = {}) => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'Gauge',
  metadata: { name },
  ...more,
});

describe('custom resources', () => {
  let server: TestServer;
  let api: Api;

  beforeAll(async () => {
    server = await startTestServer();
    api = apiOf(server);
    const { status } = await api.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', CRD);
    expect(status).toBe(201);
  });
  afterAll(async () => {
    api.close();
    await server.stop();
  });

  test('that say no replicas have no scale to read, but one to set', async () => {
    await api.call('POST', PATH, gauge('unset', { spec: {} }));
    expect((await api.call('GET', `${PATH}/unset/scale`)).body).toMatchObject({
      code: 500,
      message: 'Internal error occurred: the spec replicas field ".spec.replicas" does not exist',
    });
    const left = await api.call('PATCH', `${PATH}/unset/scale`, { metadata: { labels: { a: 'b' } } }, MERGE);
    expect(left.body).toMatchObject({ code: 400, message: 'the spec replicas field ".spec.replicas" cannot be empty' });
    expect((await api.call('PATCH', `${PATH}/unset/scale`, { spec: { replicas: 2 } }, MERGE)).status).toBe(200);
    expect((await api.call('GET', `${PATH}/unset/scale`)).body).toMatchObject({ spec: { replicas: 2 } });
  });

  test('are scaled by their own rules, and without a resourceVersion', async () => {
    await api.call('POST', PATH, gauge('a', { spec: { replicas: 2 } }));
    const refused = await api.call('PATCH', `${PATH}/a/scale`, { spec: { replicas: -7 } }, MERGE);
    expect(refused.body).toMatchObject({
      code: 422,
      message: `Gauge.${GROUP} "a" is invalid: [spec.replicas: Invalid value: -7: spec.replicas in body should be greater than or equal to 0, .spec.replicas: Invalid value: -7: should be a non-negative integer]`,
    });
    const scaled = await api.call('PUT', `${PATH}/a/scale`, { metadata: { name: 'a' }, spec: { replicas: 5 } });
    expect(scaled.body).toMatchObject({ kind: 'Scale', spec: { replicas: 5 } });
    expect((await api.call('GET', `${PATH}/a`)).body).toMatchObject({
      metadata: { generation: 2 },
      spec: { replicas: 5 },
    });
  });

  test('have numbers of replicas that can be reached', async () => {
    const { body } = await api.call('POST', PATH, gauge('b', { spec: 'x' }));
    expect(body).toMatchObject({
      code: 422,
      details: {
        causes: [
          { field: 'spec', reason: 'FieldValueTypeInvalid' },
          {
            field: '.spec.replicas',
            message:
              'Invalid value: 0: .spec.replicas accessor error: x is of the type string, expected map[string]interface{}',
          },
        ],
      },
    });
  });

  test('of another kind are refused as what they say they are', async () => {
    const { body } = await api.call('POST', PATH, { ...gauge('b'), kind: 'Gadget' });
    expect(body).toMatchObject({
      code: 422,
      message: `Gadget.${GROUP} "b" is invalid: kind: Invalid value: "Gadget": must be Gauge`,
      details: { name: 'b', group: GROUP, kind: 'Gadget' },
    });
  });

  test('are read but not written while their definition goes, says discovery', async () => {
    const crd = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${CRD.metadata.name}`;
    await api.call('POST', PATH, { ...gauge('held'), metadata: { name: 'held', finalizers: ['example.com/hold'] } });
    await api.call('DELETE', crd);
    const { body } = await api.call('GET', `/apis/${GROUP}/v1`);
    expect(body.resources[0].verbs).toEqual(['delete', 'deletecollection', 'get', 'list', 'watch']);
    const late = await api.call('POST', PATH, gauge('late'));
    expect(late.body).toMatchObject({
      code: 403,
      message: `gauges.${GROUP} "late" is forbidden: create not allowed while custom resource definition is terminating`,
    });
    const held = await api.call('PATCH', `${PATH}/held`, { metadata: { finalizers: null } }, MERGE);
    expect(held.status).toBe(200);
  });
});
