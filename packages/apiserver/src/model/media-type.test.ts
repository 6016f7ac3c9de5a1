import { describe, expect, test } from 'vitest';
import { negotiate, parseAccept } from './media-type.ts';

const OFFERS = ['application/json', 'application/yaml'];
const none = (transform: unknown) => transform === undefined;

describe('the clauses of an Accept header', () => {
  test('are ordered by quality, then by how much they say', () => {
    const ranges = parseAccept('*/*, text/*, a/b;q=0.5, c/d;q=0.9, e/f, , nonsense, x/y/z, *;q=0.1');
    expect(ranges.map(({ type, subtype }) => `${type}/${subtype}`)).toEqual([
      'e/f',
      'text/*',
      '*/*',
      'c/d',
      'a/b',
      '*/*',
    ]);
  });
});

describe('negotiation', () => {
  test.each([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['application/yaml', 'application/yaml'],
    ['application/json;q=0.5, application/yaml', 'application/yaml'],
    ['application/vnd.kubernetes.protobuf,application/json', 'application/json'],
    ['application/json;stream=watch', 'application/json'],
    ['application/json;as=Table;g=meta.k8s.io;v=v1,application/json', 'application/json'],
    ['text/html', undefined],
    ['application/json;as=Table;g=meta.k8s.io;v=v1', undefined],
    ['application/json;stream=other', undefined],
    ['application/json;sv=v1', undefined],
  ])('%s gives %s', (accept, mediaType) => {
    expect(negotiate(accept, OFFERS, none)?.mediaType).toBe(mediaType);
  });

  test('the first transformation that the endpoint allows is taken', () => {
    const accept = 'application/json;as=Foo;g=a;v=v1,application/json;as=Table;v=v1;g=meta.k8s.io;pretty=1';
    const found = negotiate(accept, OFFERS, (transform) => transform?.kind === 'Table');
    const transform = { kind: 'Table', group: 'meta.k8s.io', version: 'v1' };
    expect(found).toEqual({ mediaType: 'application/json', pretty: true, transform });
  });
});
