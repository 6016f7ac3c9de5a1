import type { Condition } from '@capstan/base';
import {
  type CapabilityInstall,
  type CapabilitySetStatus,
  INSTALL_CONDITIONS,
  type SetInstallStatus,
} from '@capstan/capability-model';
import { findCondition, type NewCondition, setCondition } from '@capstan/kube';

/** Why something does not go on, or what it waits for. */
export interface SetRemark {
  /** CamelCase and stable. */
  readonly reason: string;
  readonly message: string;
}

/** What became of a set in one pass. */
export interface SetOutcome {
  readonly installs: readonly SetInstallStatus[];
  /** Work goes on, or waits for something that will come. */
  readonly work?: SetRemark;
  /** Nothing goes on until somebody changes something. */
  readonly stalled?: SetRemark;
  readonly unneeded: readonly string[];
  /** What was said in other words: `istio means istio-route`. */
  readonly aliases?: readonly string[];
  readonly planDigest?: string;
}

/**
 * The status of a set: Ready, Reconciling and Stalled as kstatus, Flux and Argo CD read them. Ready is True when every
 * package is ready and nothing is left to do. Pure.
 */
export function setStatus(
  before: CapabilitySetStatus,
  outcome: SetOutcome,
  stamp: { readonly generation: number | undefined; readonly now: number },
): CapabilitySetStatus {
  const { installs, unneeded, planDigest = before.planDigest } = outcome;
  const conditions = conditionsFor(outcome).reduce<Condition[]>(
    (list, condition) => setCondition(list, condition, stamp),
    [...(before.conditions ?? [])],
  );
  return {
    ...(stamp.generation === undefined ? {} : { observedGeneration: stamp.generation }),
    conditions,
    installs: [...installs],
    ...(unneeded.length > 0 ? { unneeded: [...unneeded] } : {}),
    ...(planDigest === undefined ? {} : { planDigest }),
  };
}

function conditionsFor(outcome: SetOutcome): NewCondition[] {
  const { ready, reconciling, stalled } = INSTALL_CONDITIONS;
  const idle = { status: 'False', reason: 'Idle', message: '' } as const;
  return [
    { type: ready, ...withAliases(readiness(outcome), outcome.aliases) },
    { type: reconciling, ...(outcome.work ? { status: 'True', ...outcome.work } : idle) },
    { type: stalled, ...(outcome.stalled ? { status: 'True', ...outcome.stalled } : idle) },
  ];
}

function readiness({ installs, work, stalled, unneeded }: SetOutcome): Omit<NewCondition, 'type'> {
  const remark = stalled ?? work;
  if (remark) return { status: 'False', ...remark };
  const wanting = installs.filter(({ phase }) => phase !== 'Ready');
  const [first] = wanting;
  if (first) {
    const more = wanting.length > 1 ? `, and ${wanting.length - 1} more` : '';
    const why = first.message ? `: ${first.message}` : '';
    return {
      status: 'False',
      reason: first.reason ?? first.phase,
      message: `${first.package} is ${first.phase}${why}${more}`,
    };
  }
  const stay = unneeded.length > 0 ? `; nobody asks any more for ${unneeded.join(', ')}` : '';
  const count = installs.length === 1 ? '1 package is' : `${installs.length} packages are`;
  return { status: 'True', reason: 'Reconciled', message: `${count} ready${stay}` };
}

/** The packages that are meant are named in the condition that people look at first. */
function withAliases<T extends { readonly message: string }>(remark: T, aliases: readonly string[] = []): T {
  return { ...remark, message: [remark.message, ...aliases].join('; ') };
}

/** How an entry stands by the status of its installation. */
export function entryStatus(name: string, install: CapabilityInstall | undefined): SetInstallStatus {
  const { phase = 'Pending', version, conditions = [] } = install?.status ?? {};
  const ready = findCondition(conditions, INSTALL_CONDITIONS.ready);
  return {
    package: name,
    phase,
    ...(ready ? { reason: ready.reason } : {}),
    ...(version === undefined ? {} : { version }),
    ...(ready?.message ? { message: ready.message } : {}),
  };
}
