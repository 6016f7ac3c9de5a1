import { describe, expect, test } from 'vitest';
import { structOfKind } from '../go-types.ts';
import { readFixtures } from '../testdata/read.ts';
import { goDecode } from '../typed.ts';
import { applyBuiltinDefaults } from './walk.ts';

describe('defaults of random objects are those that Kubernetes sets', () => {
  const fixtures = readFixtures('defaulted').map((one, at) => ({
    at,
    kind: `${one.kind.kind} ${one.kind.version}`,
    one,
  }));
  test.each(fixtures)('$kind ($at)', ({ one }) => {
    const object = structuredClone(one.json);
    goDecode(object, one.kind);
    expect(object, 'decoding changes nothing but empty lists').toEqual(canonical(one.json, one.kind));
    const struct = structOfKind(one.kind.group, one.kind.version, one.kind.kind);
    if (struct) applyBuiltinDefaults(struct, object);
    expect(object).toEqual(canonical(one.defaulted, one.kind));
  });
});

/** What Go wrote, without the difference between empty and absent that Kubernetes' storage does not keep. */
function canonical(object: (typeof fixture)['json'], kind: (typeof fixture)['kind']): unknown {
  const copy = structuredClone(object);
  goDecode(copy, kind);
  return copy;
}

declare const fixture: ReturnType<typeof readFixtures>[number];
