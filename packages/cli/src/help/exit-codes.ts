import { EXIT } from '@capstan/base';

/** What `capstan help exit-codes` prints. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.done, 'done'],
  [EXIT.failed, 'failed'],
  [EXIT.usage, 'wrong usage, or an invalid file'],
  [EXIT.unreachable, 'the cluster cannot be reached, or does not accept the login'],
  [EXIT.forbidden, 'forbidden by the access rules of the cluster'],
  [EXIT.blocked, 'blocked: a conflict, something in use, or an unmet need'],
  [EXIT.timedOut, 'timed out; the same command may be run again'],
  [EXIT.degraded, 'not healthy (status --exit-code), or degraded for good (up)'],
  [EXIT.unknownCommand, 'there is no such command'],
  [EXIT.interrupted, 'interrupted; the same command goes on'],
];
