import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJsonPath } from './json-path.ts';

const document = {
  metadata: { name: 'n', annotations: { 'a.b/c': 'dotted', plain: 'p' } },
  spec: { replicas: 3, ports: [{ name: 'a', port: 80 }, { name: 'b', port: 443 }, { port: 8080 }] },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Synced', status: 'False', reason: ')]' },
    ],
  },
};

describe('paths', () => {
  test.each([
    ['.metadata.name', ['n']],
    ['metadata.name', ['n']],
    ['$.metadata.name', ['n']],
    ['.', [document]],
    ['.spec.missing', []],
    ['.spec.replicas.more', []],
    ["['metadata']['name']", ['n']],
    ['.metadata.annotations.a\\.b/c', ['dotted']],
    [".metadata.annotations['a.b/c']", ['dotted']],
    ['.spec.ports[0].name', ['a']],
    ['.spec.ports[-1].port', [8080]],
    ['.spec.ports[9].port', []],
    ['.spec.ports[1:].port', [443, 8080]],
    ['.spec.ports[:2].port', [80, 443]],
    ['.spec.ports[0:3:2].port', [80, 8080]],
    ['.spec.ports[0,2].port', [80, 8080]],
    ['.spec.ports[*].name', ['a', 'b']],
    ['..port', [80, 443, 8080]],
    ['.metadata.annotations.*', ['dotted', 'p']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type == 'Synced')].status", ['False']],
    ['.status.conditions[?(@.reason==")]")].type', ['Synced']],
    ['.status.conditions[?(@.reason)].type', ['Synced']],
    ['.status.conditions[?(@.type!="Ready")].type', ['Synced']],
    ['.spec.ports[?(@.port>=443)].port', [443, 8080]],
    ['.spec.ports[?(@.port<443)].port', [80]],
    ['.spec.ports[?(@.name>1)].port', []],
  ])('%s', (path, found) => {
    expect(parseJsonPath(path)(document)).toEqual(found);
  });

  test.each(['.spec[', '.status.conditions[?(@.type=="Ready"', '.a{b}', '.spec.ports[]'])(
    '%s cannot be read',
    (path) => {
      expect(() => parseJsonPath(path)).toThrow(RangeError);
    },
  );

  test('whatever the text, reading ends, with a path or a RangeError', () => {
    const pieces = fc.constantFrom(
      '.',
      '..',
      '[',
      ']',
      '[?(',
      ')',
      '@',
      '*',
      "'",
      '"',
      'a',
      '1',
      '-',
      ':',
      ',',
      '\\',
      '==',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        try {
          expect(Array.isArray(parseJsonPath(parts.join(''))(document))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
