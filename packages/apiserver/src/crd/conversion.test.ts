import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../model/object.ts';
import type { JsonMap } from '../schema/json.ts';
import { type ConversionCaller, convertByWebhook } from './conversion.ts';

const old = (name: string): KubeObject => ({
  apiVersion: 'a.b/v1',
  kind: 'Thing',
  metadata: { name, uid: `uid-${name}`, labels: { a: 'b' } },
  spec: {},
});

/** A webhook whose answer is made from the review by `answer`. */
function convert(answer: (request: { uid: string; objects: KubeObject[] }) => unknown, objects = [old('x')]) {
  const caller: ConversionCaller = (_config, review: JsonMap) =>
    Promise.resolve(answer(review['request'] as { uid: string; objects: KubeObject[] }));
  return convertByWebhook(objects, 'v2', {
    group: 'a.b',
    kind: 'Thing',
    clientConfig: {},
    reviewVersions: ['v1'],
    caller,
  });
}

const respond = (uid: string, convertedObjects: unknown, result: unknown = { status: 'Success' }) => ({
  kind: 'ConversionReview',
  apiVersion: 'apiextensions.k8s.io/v1',
  response: { uid, convertedObjects, result },
});
const upgraded = (object: KubeObject, more: object = {}) => ({ ...object, apiVersion: 'a.b/v2', ...more });

test('objects are converted in order; those of the version asked for are not sent', async () => {
  const current = { ...old('y'), apiVersion: 'a.b/v2' };
  const result = await convert(
    ({ uid, objects }) =>
      respond(
        uid,
        objects.map((one) => upgraded(one, { spec: { new: true } })),
      ),
    [old('x'), current, old('z')],
  );
  expect(result.map((one) => [one.metadata.name, one.apiVersion, one['spec']])).toEqual([
    ['x', 'a.b/v2', { new: true }],
    ['y', 'a.b/v2', {}],
    ['z', 'a.b/v2', { new: true }],
  ]);
});

test('of metadata only labels and annotations may change', async () => {
  const [result] = await convert(({ uid, objects }) =>
    respond(uid, [
      upgraded(objects[0]!, { metadata: { name: 'x', uid: 'uid-x', finalizers: ['a/b'], annotations: { c: 'd' } } }),
    ]),
  );
  expect(result?.metadata).toEqual({ name: 'x', uid: 'uid-x', annotations: { c: 'd' } });
});

const failed = 'conversion webhook for a.b/v1, Kind=Thing failed: ';
const returned = 'conversion webhook for a.b/v1, Kind=Thing returned ';

describe('answers that are refused', () => {
  test.each<[string, Parameters<typeof convert>[0]]>([
    [
      `${failed}expected apiextensions.k8s.io/v1, Kind=ConversionReview, got v1, Kind=Status`,
      () => ({ kind: 'Status', apiVersion: 'v1' }),
    ],
    [`${failed}no response provided`, () => ({ kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1' })],
    [`${failed}broken`, ({ uid }) => respond(uid, [], { status: 'Failed', message: 'broken' })],
    [`${returned}0 objects, expected 1`, ({ uid }) => respond(uid, [])],
    [
      `${returned}invalid converted object at index 0: invalid groupVersion (expected a.b/v2, received a.b/v1)`,
      ({ uid, objects }) => respond(uid, objects),
    ],
    [
      `${returned}invalid converted object at index 0: invalid kind (expected Thing, received Other)`,
      ({ uid, objects }) => respond(uid, [upgraded(objects[0]!, { kind: 'Other' })]),
    ],
    [
      `${returned}invalid metadata in object at index 0: must have the same name: x != y`,
      ({ uid, objects }) => respond(uid, [upgraded(objects[0]!, { metadata: { name: 'y', uid: 'uid-x' } })]),
    ],
    [
      `${returned}invalid metadata in object at index 0: missing metadata in converted object`,
      ({ uid, objects }) => respond(uid, [upgraded(objects[0]!, { metadata: null })]),
    ],
  ])('%s', async (message, answer) => {
    await expect(convert(answer)).rejects.toMatchObject({ code: 500, message });
  });

  test('another uid', async () => {
    await expect(convert(() => respond('other', []))).rejects.toThrow(
      /expected response\.uid="[0-9a-f-]+", got "other"/,
    );
  });

  test('a call that fails, and no way to call', async () => {
    await expect(convert(() => Promise.reject(new Error('refused')))).rejects.toThrow(`${failed}refused`);
    const conversion = { group: 'a.b', kind: 'Thing', clientConfig: {}, reviewVersions: ['v1'], caller: undefined };
    await expect(convertByWebhook([old('x')], 'v2', conversion)).rejects.toThrow(failed);
  });
});
