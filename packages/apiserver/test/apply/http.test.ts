import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { startTestServer } from '../../src/testing/index.ts';
import { HTTP_CASES } from './http-cases.ts';
import { type HttpAnswer, replayHttpCases } from './http-replay.ts';

type Answers = Record<string, HttpAnswer[]>;

/** Cases that are answered otherwise, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'clients edit managed fields': 'an empty list of managed fields is lost when the body of a built-in type is decoded',
};

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'testdata/http.json'), 'utf8')) as Answers;

describe('writes are answered as by a real API server, managed fields included', () => {
  let answers: Answers;

  beforeAll(async () => {
    const server = await startTestServer();
    try {
      answers = await replayHttpCases(server);
    } finally {
      await server.stop();
    }
  });

  for (const { name } of HTTP_CASES) {
    test(name, ({ skip }) => {
      skip(DIFFERENT[name] !== undefined, DIFFERENT[name]);
      expect(answers[name]).toEqual(recorded[name]);
    });
  }
});
