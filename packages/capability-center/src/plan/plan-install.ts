import type { InstallerContext } from '../installer/context.ts';
import { readState } from '../installer/state.ts';
import { buildPlan } from './build-plan.ts';
import { pausedBlockers } from './paused.ts';
import type { InstallPlan, PlanRequest } from './types.ts';

/**
 * What an installation would do. It reads the cluster, renders charts and makes server-side dry runs, but changes
 * nothing. What forbids the installation is reported as `blockers`, so that a plan can show all of it. Throws
 * CAPSTAN_CAP_UNKNOWN (nearest names), CAPSTAN_CAP_UNSATISFIABLE (who asked for what), CAPSTAN_CAP_VALUES_INVALID and
 * CAPSTAN_CAP_SYSTEM_MISSING, for there is no plan then.
 */
export async function planInstall(context: InstallerContext, request: PlanRequest): Promise<InstallPlan> {
  const state = await readState(context);
  const { goals, allowStandIns = false, adopt = false, allowDowngrade = false } = request;
  return buildPlan(context, state, {
    operation: 'install',
    goals,
    policy: allowDowngrade ? { allowDowngrade } : {},
    ...(request.besides ? { besides: request.besides } : {}),
    allowStandIns,
    adopt,
    blockers: pausedBlockers(context, state, goals),
  });
}
