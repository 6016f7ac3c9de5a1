import { describe, expect, test } from 'vitest';
import { CapstanError, EXIT, isCapstanError, messageOf, redact } from './errors.ts';

describe('CapstanError', () => {
  test('defaults to exit 1, retried, nothing to do next', () => {
    const error = new CapstanError('CAPSTAN_TEST_FAILED', 'it failed');
    expect(error).toMatchObject({ exit: EXIT.failed, terminal: false, next: [], fields: {}, hint: undefined });
  });

  test('takes credentials out of message and hint', () => {
    const error = new CapstanError('CAPSTAN_TEST_FAILED', 'GET https://ann:s3cret@example.org/x', {
      hint: 'sent Authorization: Bearer abcdefgh12345678',
    });
    expect(`${error.message} ${error.hint}`).not.toMatch(/s3cret|abcdefgh/);
    expect(error.message).toContain('https://***@example.org/x');
  });

  test('is told by name and code, so that two copies of the package understand one another', () => {
    const foreign = Object.assign(new Error('x'), { name: 'CapstanError', code: 'CAPSTAN_A_B' });
    expect(isCapstanError(foreign, 'CAPSTAN_A_B')).toBe(true);
    expect(isCapstanError(foreign, 'CAPSTAN_A_C')).toBe(false);
    expect(isCapstanError(new Error('x'))).toBe(false);
    expect(isCapstanError('x')).toBe(false);
  });

  test('keeps its cause', () => {
    const cause = new Error('inner');
    expect(new CapstanError('CAPSTAN_TEST_FAILED', 'outer', { cause }).cause).toBe(cause);
  });
});

test.each([
  [new Error('a'), 'a'],
  ['b', 'b'],
  [undefined, 'undefined'],
])('messageOf(%s)', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});

test.each([
  ['oci://user@host/chart', 'oci://***@host/chart'],
  ['no credentials at https://example.org/a@b', 'no credentials at https://example.org/a@b'],
  ['Basic dXNlcjpwYXNzd29yZA==', 'Basic ***'],
])('redact(%s)', (text, expected) => {
  expect(redact(text)).toBe(expected);
});
