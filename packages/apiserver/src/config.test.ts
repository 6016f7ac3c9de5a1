import { expect, test } from 'vitest';
import { parseTokens, readConfig } from './config.ts';

test('a token table is read as kube-apiserver reads it', () => {
  const users = parseTokens('t1,ada,1,"devs,ops"\nt2,bob,,\n\nt3,"a ""b""",3,one\n');
  expect(Object.fromEntries(users)).toEqual({
    t1: { username: 'ada', uid: '1', groups: ['devs', 'ops'] },
    t2: { username: 'bob', groups: [] },
    t3: { username: 'a "b"', uid: '3', groups: ['one'] },
  });
  expect(() => parseTokens('only-a-token')).toThrow('without a token or a user');
});

test.each([
  [null, 'not an object'],
  [{ prot: 1 }, 'unknown fields: prot'],
  [{ clientCa: '/does/not/exist' }, 'ENOENT'],
])('%j is refused', async (config, message) => {
  await expect(readConfig(config)).rejects.toThrow(message);
});
