import type { JournalKind, Operation } from './steps.ts';

/** Where in a step a process can end: before its record, between the record and the effect, or after the effect. */
export type KillMoment = 'before' | 'between' | 'after';

/** Called at each moment of each step of a run. */
export type KillSwitch = (kind: JournalKind, moment: KillMoment) => void;

const FORM = /^(install|upgrade|rollback|uninstall|revert):([a-z]+)(?::(before|between|after))?(?::(\d+))?$/;

/**
 * The kill switch of tests: with `CAPSTAN_TEST_KILL_AT=<operation>:<step>[:before|between|after][:n]` the process ends
 * itself by SIGKILL at that moment of the n-th such step of a run (`between` and 1 when absent). Without the variable it
 * does nothing. Text of another form is ignored, so that a typing error shows as a test that was not killed.
 */
export function killSwitch(
  operation: Operation | 'revert',
  env: Readonly<Record<string, string | undefined>> = process.env,
): KillSwitch {
  const match = FORM.exec(env['CAPSTAN_TEST_KILL_AT'] ?? '');
  if (!match || match[1] !== operation) return () => {};
  const [, , step, moment = 'between', ordinal = '1'] = match;
  let left = Number(ordinal);
  return (kind, at) => {
    if (kind !== step || at !== moment) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
