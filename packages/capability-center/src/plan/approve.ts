import { CapstanError, EXIT } from '@capstan/base';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { isPlanDigest, movedParts } from './plan-digest.ts';
import type { PlanDrift } from './plan-inputs.ts';
import type { InstallPlan } from './types.ts';

const WORDS: Readonly<Record<PlanDrift['what'], string>> = {
  values: 'what is asked for (goals or values)',
  catalog: 'what the centers or charts offer',
  cluster: 'the cluster',
};

/** Where no part of the digest is the same, it is most likely of a plan for something else, or of a mistyped one. */
function difference(moved: readonly PlanDrift['what'][], known: readonly string[]): string {
  if (moved.length === Object.keys(WORDS).length && known.length === 0) {
    return 'No plan with this digest fits here: it is of another question, for another cluster, or mistyped.';
  }
  if (moved.length === 0)
    return 'No plan with this digest fits here: parts of it are those of the plan, and others not.';
  return `The approved plan is not today's plan: ${moved.map((part) => WORDS[part]).join(' and ')} changed since.`;
}

/** What an approval is held against, of a plan of any operation. */
export type ApprovablePlan = Pick<InstallPlan, 'digest' | 'carriedOut'> & {
  readonly resumes?: Pick<NonNullable<InstallPlan['resumes']>, 'planDigest'>;
};

/** An unfinished run of the approved plan changed the cluster itself; what was asked for and is on offer must be the same. */
function completes({ resumes, digest: today }: ApprovablePlan, digest: string): boolean {
  return resumes?.planDigest === digest && movedParts(digest, today).every((part) => part === 'cluster');
}

/** The approved plan brought what is in force, and the same is asked for: the command was given twice. */
function isDone({ carriedOut = [], digest: today }: ApprovablePlan, digest: string): boolean {
  return carriedOut.includes(digest) && !movedParts(digest, today).includes('values');
}

/**
 * Throws PLAN_STALE (exit 5) unless `digest` is the digest of this plan, of one that it completes, or of one after which
 * nothing is left to do. The error says what moved since: the digests alone tell goals and values, catalog and cluster
 * apart; whoever has the approved plan at hand gives what `comparePlans` finds, and it is named. Text that is no digest
 * of a plan at all is a usage error (exit 2).
 */
export function assertApproved(plan: ApprovablePlan, digest: string, differences: readonly PlanDrift[] = []): void {
  if (plan.digest === digest || completes(plan, digest) || isDone(plan, digest)) return;
  if (!isPlanDigest(digest)) {
    throw new CapstanError(INSTALLER_CODES.planStale, `"${digest}" is no digest of a plan.`, {
      hint: 'A plan prints its digest: sha256: and 64 hexadecimal digits.',
      exit: EXIT.usage,
    });
  }
  const moved = movedParts(digest, plan.digest);
  const known = differences.map(({ text }) => text);
  throw new CapstanError(INSTALLER_CODES.planStale, difference(moved, known), {
    hint: [...known.slice(0, 5), `Today's plan has the digest ${plan.digest}: look at it and approve that one.`].join(
      ' ',
    ),
    exit: EXIT.blocked,
    fields: { approved: digest, digest: plan.digest, moved, differences: known },
  });
}
