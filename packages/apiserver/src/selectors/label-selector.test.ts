import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLabelSelector } from './label-selector.ts';

const NAME_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

// Recorded from a kube-apiserver v1.35.4.
test.each([
  ['a===b', "unable to parse requirement: found '=', expected: identifier"],
  ['a in', "unable to parse requirement: found '' expected: '('"],
  ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['!!a', "unable to parse requirement: found '!', expected: identifier"],
  ['!', "unable to parse requirement: found '', expected: identifier"],
  [',', "found ',', expected: !, identifier, or 'end of string'"],
  ['-a', `unable to parse requirement: <nil>: Invalid value: "-a": ${NAME_RULE}`],
  ['a=-b', `unable to parse requirement: values[0][a]: Invalid value: "-b": ${VALUE_RULE}`],
  ['a in (a,+b)', `unable to parse requirement: values[0][a]: Invalid value: "+b": ${VALUE_RULE}`],
  ['a=b,', "found '', expected: identifier after ','"],
  ['a,,b', "found ',', expected: identifier after ','"],
  [
    'a>x',
    "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
  ['a foo b', "unable to parse requirement: found 'foo', expected: in, notin, =, ==, !=, gt, lt"],
  ['a!', "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"],
  ['a notin ', "unable to parse requirement: found '' expected: '('"],
  ['a=b=c', "found '=', expected: ',' or 'end of string'"],
  ['a=>b', "unable to parse requirement: found '>', expected: identifier"],
  ['=b', "found '=', expected: !, identifier, or 'end of string'"],
  ['a in (b)c', "found 'c', expected: ',' or 'end of string'"],
  ['(a)', "found '(', expected: !, identifier, or 'end of string'"],
  ['a in (b,=)', "unable to parse requirement: found '=', expected: ',', or identifier"],
  ['a in b)', "unable to parse requirement: found 'b' expected: '('"],
])('%s is refused as by the real server', (text, message) => {
  expect(() => parseLabelSelector(text)).toThrow(expect.objectContaining({ code: 400, reason: 'BadRequest', message }));
});

test('a key with two slashes and one with a bad prefix are refused', () => {
  expect(() => parseLabelSelector('A/b/c')).toThrow("with an optional DNS subdomain prefix and '/'");
  expect(() => parseLabelSelector('A/b')).toThrow('"A/b": prefix part a lowercase RFC 1123 subdomain must');
  expect(() => parseLabelSelector('/b')).toThrow('"/b": prefix part must be non-empty');
  expect(() => parseLabelSelector(`${'x'.repeat(64)}`)).toThrow('name part must be no more than 63 bytes');
});

test.each([
  ['', {}, true],
  ['  ', {}, true],
  ['a', { a: '' }, true],
  ['a', {}, false],
  ['!a', {}, true],
  ['! a', { a: 'x' }, false],
  ['a=b', { a: 'b' }, true],
  ['a = b', { a: 'b' }, true],
  ['a==b', { a: 'c' }, false],
  ['a=', { a: '' }, true],
  ['a=', {}, false],
  ['a=,b', { a: '', b: '' }, true],
  ['a!=b', {}, true],
  ['a!=b', { a: 'b' }, false],
  ['a in (b, c)', { a: 'c' }, true],
  ['a in (b,c)', {}, false],
  ['a in ()', { a: '' }, true],
  ['a in (b,,c)', { a: '' }, true],
  ['a in (,b)', { a: '' }, true],
  ['a in (b,)', { a: '' }, true],
  ['a notin (b,c)', {}, true],
  ['a notin (b,c)', { a: 'b' }, false],
  ['in in (in,notin)', { in: 'notin' }, true],
  ['notin=in', { notin: 'in' }, true],
  ['a>1', { a: '2' }, true],
  ['a>1', { a: '1' }, false],
  ['a<2', { a: '-2' }, true],
  ['a>1', { a: 'x' }, false],
  ['a>1', {}, false],
  ['a=b,c!=d,e', { a: 'b', e: '' }, true],
  ['example.com/a=b', { 'example.com/a': 'b' }, true],
  ['toString', {}, false],
  ['constructor', {}, false],
])('%j of %j is %j', (text, labels, expected) => {
  expect(parseLabelSelector(text).matches(labels)).toBe(expected);
});

test('objects without labels are matched by what they lack', () => {
  expect(parseLabelSelector('!a,b!=c,d notin (e)').matches(undefined)).toBe(true);
});

test('any text is either a selector or a bad request', () => {
  const piece = fc.constantFrom('a', 'in', 'notin', '(', ')', ',', '=', '!', '==', '<', '>', ' ', '\0', 'é', '/', '-');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        parseLabelSelector(pieces.join('')).matches({ a: '1' });
      } catch (error) {
        expect(error).toMatchObject({ code: 400 });
      }
    }),
  );
});
