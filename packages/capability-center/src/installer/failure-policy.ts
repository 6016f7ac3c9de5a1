import { CapstanError, isCapstanError, messageOf } from '@capstan/base';
import { CAPSTAN_KINDS, type CapabilityInstall } from '@capstan/capability-model';
import type { InstallPlan } from '../plan/types.ts';
import { INSTALLER_CODES } from './codes.ts';
import type { ExecuteOptions, FailurePolicy } from './context.ts';
import { readLock } from './lock.ts';
import type { Run } from './run.ts';
import type { JournalKind } from './steps.ts';
import { takenBackError } from './stop-errors.ts';
import { describeState, takeBack } from './take-back.ts';

const OVERHEAD_MS = 180_000;

/** Errors after which nothing may be taken back: somebody else decides, or the work is somebody else's. */
const NEVER: readonly string[] = [
  INSTALLER_CODES.fenced,
  INSTALLER_CODES.interrupted,
  INSTALLER_CODES.cancelled,
  INSTALLER_CODES.busy,
];

/** What failed, and under which plan and wishes. */
export interface Failure {
  readonly plan: InstallPlan;
  readonly options: ExecuteOptions;
  readonly error: unknown;
}

/**
 * Decides what becomes of a run that failed for good, does it, and throws the error that the run ends with: after
 * `rollback` everything is as it was before and the error says so; with `stall` it stays as it is for a person.
 */
export async function failWithPolicy(run: Run, failure: Failure): Promise<never> {
  const { plan, error } = failure;
  if (!(await goesBack(run, failure))) throw error;
  const reason = isCapstanError(error)
    ? error
    : new CapstanError(INSTALLER_CODES.notReady, messageOf(error), { cause: error });
  const packages = plan.packages.filter(({ action }) => action !== 'none');
  const limits = packages.flatMap(({ units }) => units).reduce((sum, unit) => sum + unit.timeoutSeconds * 1000, 0);
  const back = run.turnBack(OVERHEAD_MS + limits);
  const state = await takeBack(back, { packages, planDigest: plan.digest }, reason.message);
  throw takenBackError(reason, describeState(state));
}

async function goesBack(run: Run, { plan, options, error }: Failure): Promise<boolean> {
  if (run.isStopped() || (isCapstanError(error) && NEVER.includes(error.code))) return false;
  const steps = run.journal.current.entries.filter(({ fence }) => fence === run.fence).map(({ kind }) => kind);
  if (!hasChanged(steps)) return false;
  const lock = await readLock(run.context.client);
  if (plan.packages.some(({ name }) => lock.packages[name]?.planDigest === plan.digest)) return false;
  const policy = options.onFailure ?? (await declaredPolicy(run, plan)) ?? defaultPolicy(plan);
  return policy === 'rollback' && stillPossible(plan, steps);
}

/** Up to the new revisions nothing but records has been written. */
function hasChanged(steps: readonly JournalKind[]): boolean {
  return steps.includes('crd') || steps.includes('namespace') || steps.includes('withdraw');
}

/** An upgrade goes back by itself; a first installation stays for a look, and a rollback is never rolled back. */
function defaultPolicy({ operation }: InstallPlan): FailurePolicy {
  return operation === 'upgrade' ? 'rollback' : 'stall';
}

async function declaredPolicy({ context }: Run, { goals }: InstallPlan): Promise<FailurePolicy | undefined> {
  for (const { package: name } of goals) {
    const live = (await context.client.get({ ...CAPSTAN_KINDS.install, name })) as CapabilityInstall | undefined;
    if (live?.spec.onFailure !== undefined) return live.spec.onFailure;
  }
  return undefined;
}

/** The certificate of the plan holds: there is a way back, and the step that ends it has not begun. */
function stillPossible({ certificate, packages }: InstallPlan, steps: readonly JournalKind[]): boolean {
  const installsOnly = packages.every(({ action }) => action === 'install' || action === 'none');
  if (certificate.rollback === 'possible' || installsOnly) return true;
  if (certificate.rollback === 'impossible') return false;
  const { until } = certificate;
  return until !== undefined && !steps.some((step) => step === until);
}
