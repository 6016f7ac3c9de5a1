import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holds, type Predicate, type PredicateContext, requirementsIn } from './predicate.ts';

const context: PredicateContext = {
  config: { web: true, tls: { mode: 'strict', port: 443 }, empty: null },
  facts: { kubernetes: 'v1.34.2+k3s1', arch: ['amd64', 'arm64'], os: ['linux'] },
};

describe('a predicate', () => {
  test.each<[Predicate, boolean]>([
    [{ config: 'web', equals: true }, true],
    [{ config: 'tls.mode', equals: 'lax' }, false],
    [{ config: 'tls.port', in: [80, 443] }, true],
    [{ config: 'tls.port', in: ['443'] }, false],
    [{ config: 'tls', exists: true }, true],
    [{ config: 'tls.none.deeper', exists: false }, true],
    [{ config: 'toString', exists: true }, false],
    [{ config: '__proto__.polluted', exists: true }, false],
    [{ config: 'gone', equals: 'x' }, false],
    [{ fact: 'kubernetes', range: '>=1.34 <1.35' }, true],
    [{ fact: 'kubernetes', range: '>=1.35' }, false],
    [{ fact: 'arch', in: ['arm64', 's390x'] }, true],
    [{ fact: 'os', in: ['windows'] }, false],
    [{ fact: 'distribution', in: ['openshift'] }, false],
    [{ not: { fact: 'distribution', in: ['openshift'] } }, true],
    [
      {
        all: [
          { config: 'web', equals: true },
          { fact: 'os', in: ['linux'] },
        ],
      },
      true,
    ],
    [
      {
        all: [
          { config: 'web', equals: true },
          { fact: 'os', in: ['windows'] },
        ],
      },
      false,
    ],
    [
      {
        any: [
          { config: 'web', equals: false },
          { fact: 'os', in: ['linux'] },
        ],
      },
      true,
    ],
  ])('%j is %s', (predicate, expected) => {
    expect(holds(predicate, context)).toBe(expected);
  });

  const leaf: fc.Arbitrary<Predicate> = fc.oneof(
    fc.record({ config: fc.constantFrom('web', 'tls.mode', 'gone'), equals: fc.constantFrom(true, 'strict', 1) }),
    fc.record({ fact: fc.constantFrom('arch' as const, 'os' as const), in: fc.subarray(['amd64', 'linux', 'x']) }),
  );
  const { predicate } = fc.letrec<{ predicate: Predicate }>((tie) => ({
    predicate: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.record({ not: tie('predicate') }),
      fc.record({ all: fc.array(tie('predicate'), { maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('predicate'), { maxLength: 3 }) }),
    ),
  }));

  test('obeys the laws of logic', () => {
    fc.assert(
      fc.property(predicate, predicate, (a, b) => {
        expect(holds({ not: { all: [a, b] } }, context)).toBe(holds({ any: [{ not: a }, { not: b }] }, context));
        expect(holds({ not: { not: a } }, context)).toBe(holds(a, context));
      }),
    );
  });
});

describe('the requirements that count', () => {
  const tls = { package: 'cert-manager', range: '>=1', when: { config: 'tls', exists: true } } as const;
  const lonely = { package: 'lonely', range: '*', when: { config: 'gone', exists: true } } as const;

  test('are those whose condition holds, alternatives included', () => {
    const plain = { package: 'base', range: '*' };
    const either = { anyOf: [lonely, plain] };
    expect(requirementsIn([plain, tls, lonely, either], context)).toEqual([plain, tls, { anyOf: [plain] }]);
  });

  test('alternatives of which none counts are no requirement', () => {
    expect(requirementsIn([{ anyOf: [lonely, { anyOf: [lonely] }] }], context)).toEqual([]);
  });
});
