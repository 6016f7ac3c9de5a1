import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFixtures } from '../builtin/testdata/read.ts';
import { ApiError } from '../model/api-error.ts';
import { decodeProtobuf } from './decode.ts';

const SECRET = { group: '', version: 'v1', kind: 'Secret' };
const fixtures = readFixtures('protobuf');

describe('protobuf bodies', () => {
  test.each(fixtures.map((one, at) => ({ at, name: `${one.kind.group}/${one.kind.version} ${one.kind.kind}`, one })))(
    'a random $name ($at) is what Go reads',
    ({ one }) => {
      expect(decodeProtobuf(Buffer.from(one.protobuf, 'base64'), one.kind)).toEqual(one.json);
    },
  );

  test('a body without a kind is of the kind that the endpoint takes', () => {
    // runtime.Unknown with raw = Secret{type: "x"} (field 3).
    const body = Buffer.concat([Buffer.from('k8s\0'), Buffer.from([0x12, 3, 0x1a, 1, 0x78])]);
    expect(decodeProtobuf(body, SECRET)).toEqual({ apiVersion: 'v1', kind: 'Secret', metadata: {}, type: 'x' });
  });

  test.each([
    ['', 'the object provided is unrecognized (must be of type Secret): empty data (<empty>)'],
    [
      Buffer.from('{}').toString('base64'),
      'the object provided is unrecognized (must be of type Secret): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (7b7d)',
    ],
    [
      Buffer.from('k8s\0').toString('base64'),
      'the object provided is unrecognized (must be of type Secret): empty body (6b387300)',
    ],
    [
      Buffer.from('k8s\0\x12\x05').toString('base64'),
      'the object provided is unrecognized (must be of type Secret): unexpected EOF (6b3873001205)',
    ],
    [
      Buffer.from('k8s\0\x12\x01\x0a').toString('base64'),
      'Secret in version "v1" cannot be handled as a Secret: unexpected EOF',
    ],
    [
      Buffer.from('k8s\0\x12\x02\x08\x01').toString('base64'),
      'Secret in version "v1" cannot be handled as a Secret: proto: wrong wireType = 0 for field Metadata',
    ],
    [
      Buffer.from('k8s\0\x0a\x05\x12\x03Foo').toString('base64'),
      'Foo in version "v1" cannot be handled as a Secret: no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
  ])('%s is refused', (body, message) => {
    expect(() => decodeProtobuf(Buffer.from(body, 'base64'), SECRET)).toThrow(
      expect.objectContaining({ code: 400, reason: 'BadRequest', message }),
    );
  });

  test('damaged bytes are decoded or refused, never anything else', () => {
    const bodies = fixtures.map((one) => Buffer.from(one.protobuf, 'base64'));
    const damaged = fc
      .tuple(fc.constantFrom(...bodies), fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat(200))
      .map(([body, at, byte, cut]) => {
        const copy = Buffer.from(body.subarray(0, body.length - (cut % body.length)));
        copy[4 + (at % Math.max(1, copy.length - 4))] = byte;
        return copy;
      });
    fc.assert(
      fc.property(damaged, (body) => {
        try {
          decodeProtobuf(body, SECRET);
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
