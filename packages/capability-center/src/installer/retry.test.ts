import { CapstanError, type Clock } from '@capstan/base';
import { HELM_CODES } from '@capstan/helm-ts';
import { KUBE_CODES } from '@capstan/kube';
import { describe, expect, test } from 'vitest';
import { INSTALLER_CODES } from './codes.ts';
import { isPassing, withRetries } from './retry.ts';

const status = (code: number) => new CapstanError(KUBE_CODES.failed, 'failed', { fields: { status: code } });
const helm = (output: string) => new CapstanError(HELM_CODES.failed, 'helm failed', { fields: { output } });

test.each([
  { what: 'a broken connection', error: new CapstanError(KUBE_CODES.unreachable, 'x'), passes: true },
  { what: 'a write at the same moment', error: new CapstanError(KUBE_CODES.conflict, 'x'), passes: true },
  { what: 'a position that is too old', error: new CapstanError(KUBE_CODES.expired, 'x'), passes: true },
  { what: 'a busy server', error: status(429), passes: true },
  { what: 'a server with an error', error: status(500), passes: true },
  { what: 'a wrong request', error: status(422), passes: false },
  { what: "Helm's broken connection", error: helm('read tcp: connection reset by peer'), passes: true },
  { what: "Helm's template error", error: helm('template: x: function "y" not defined'), passes: false },
  { what: 'what is not ready in time', error: new CapstanError(INSTALLER_CODES.notReady, 'x'), passes: false },
  { what: 'a refusal', error: new CapstanError(KUBE_CODES.forbidden, 'x'), passes: false },
  { what: 'a lost Lease', error: new CapstanError(KUBE_CODES.leaseLost, 'x'), passes: false },
  { what: 'a mistake of ours', error: new TypeError('x'), passes: false },
])('$what passes by itself: $passes', ({ error, passes }) => {
  expect(isPassing(error)).toBe(passes);
});

describe('an effect that fails in passing', () => {
  /** A clock on which every wait is over at once. */
  function hurriedClock(): Clock & { readonly waits: number[] } {
    const waits: number[] = [];
    return { waits, now: () => 0, sleep: async (ms) => void waits.push(ms) };
  }

  function failing(times: number, error: Error): () => Promise<string> {
    let left = times;
    return async () => {
      left -= 1;
      if (left >= 0) throw error;
      return 'done';
    };
  }

  test('is done again after growing waits', async () => {
    const clock = hurriedClock();
    const { signal } = new AbortController();
    expect(await withRetries(failing(2, status(500)), { retries: 3, signal, clock })).toBe('done');
    expect(clock.waits).toEqual([500, 1000]);
  });

  test('waits as long as the server says', async () => {
    const clock = hurriedClock();
    const busy = new CapstanError(KUBE_CODES.failed, 'x', { fields: { status: 429 }, retryAfterMs: 7000 });
    await withRetries(failing(1, busy), { retries: 1, signal: new AbortController().signal, clock });
    expect(clock.waits).toEqual([7000]);
  });

  test('is given up after so many times, and at once when the run is over', async () => {
    const clock = hurriedClock();
    const { signal } = new AbortController();
    await expect(withRetries(failing(3, status(500)), { retries: 2, signal, clock })).rejects.toThrow('failed');
    const aborted = AbortSignal.abort();
    await expect(withRetries(failing(1, status(500)), { retries: 2, signal: aborted, clock })).rejects.toThrow(
      'failed',
    );
    expect(clock.waits).toHaveLength(2);
  });
});
