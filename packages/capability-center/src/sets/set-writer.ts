import { isDeepStrictEqual } from 'node:util';
import { isCapstanError, type KubernetesObject, referenceTo } from '@capstan/base';
import {
  CAPSTAN_KINDS,
  type CapabilityInstall,
  type CapabilitySet,
  type CapabilitySetStatus,
  INSTALL_CONDITIONS,
} from '@capstan/capability-model';
import { findCondition, type Informer, KUBE_CODES, type KubeClient, recordEvent } from '@capstan/kube';
import type { SetProblem } from './goals.ts';
import { entryStatus, type SetOutcome, type SetRemark, setStatus } from './set-status.ts';
import type { WorkResult } from './set-work.ts';

const COMPONENT = 'capstan-operator';
/** The status of sets is written under this name alone. */
const FIELD_MANAGER = 'capstan-sets';

/** What a `SetWriter` is made of. */
export interface SetWriterOptions {
  readonly client: KubeClient;
  readonly sets: Informer;
  readonly installs: Informer;
  readonly now: () => number;
}

/** Writes what became of sets: their status, and Events. */
export class SetWriter {
  readonly #options: SetWriterOptions;

  constructor(options: SetWriterOptions) {
    this.#options = options;
  }

  /** How a set stands after a pass; absent `result`: as it stood before it. */
  outcome(set: CapabilitySet, problems: readonly SetProblem[] = [], result?: WorkResult): SetOutcome {
    const failures = result?.failures ?? new Map<string, SetRemark>();
    const stalls = new Map<string, SetRemark>([...failures, ...problems.map((one) => [one.package, one] as const)]);
    const installs = set.spec.capabilities.map(({ package: name }) => {
      const status = entryStatus(name, this.#options.installs.get(name) as CapabilityInstall | undefined);
      const stalled = stalls.get(name);
      return stalled ? { ...status, phase: 'Stalled' as const, ...remarkOnly(stalled) } : status;
    });
    const [first] = [...problems, ...failures.values()];
    const { planDigest, waits, unneeded = set.status?.unneeded ?? [] } = result ?? {};
    return {
      installs,
      unneeded,
      ...(planDigest === undefined ? {} : { planDigest }),
      ...(first ? { stalled: remarkOnly(first) } : waits ? { work: waits } : {}),
    };
  }

  /** Writes the status where it differs, with one Event when readiness or its reason changes. */
  async write(set: CapabilitySet, outcome: SetOutcome, signal: AbortSignal): Promise<void> {
    const { client, sets, now } = this.#options;
    const { name } = set.metadata;
    const before = ((sets.get(name) as CapabilitySet | undefined) ?? set).status ?? {};
    const status = setStatus(before, outcome, { generation: set.metadata.generation, now: now() });
    if (isDeepStrictEqual(comparable(before), comparable(status))) return;
    const object = { ...CAPSTAN_KINDS.set, metadata: { name }, status };
    // Forced: the status of a set is Capstan's alone.
    const write = { fieldManager: FIELD_MANAGER, subresource: 'status', force: true, signal } as const;
    const written = await client.apply(object, write).catch((error: unknown) => {
      if (isCapstanError(error, KUBE_CODES.notFound)) return undefined;
      throw error;
    });
    if (!written) return;
    sets.learn(written);
    const [old, ready] = [before, status].map(({ conditions = [] }) =>
      findCondition(conditions, INSTALL_CONDITIONS.ready),
    );
    if (!ready || (old?.reason === ready.reason && old.status === ready.status)) return;
    await this.tell(written, { type: outcome.stalled ? 'Warning' : 'Normal', ...remarkOnly(ready) }, signal);
  }

  /** Writes an Event. */
  tell(
    subject: KubernetesObject,
    event: SetRemark & { readonly type: 'Normal' | 'Warning' },
    signal: AbortSignal,
  ): Promise<void> {
    const { client, now } = this.#options;
    const about = { ...referenceTo(subject), ...(subject.metadata.uid ? { uid: subject.metadata.uid } : {}) };
    return recordEvent(client, about, event, { component: COMPONENT, now: now(), signal });
  }
}

function remarkOnly({ reason, message }: SetRemark): SetRemark {
  return { reason, message };
}

/** The API server leaves out lists that are empty, and JSON what is undefined. */
function comparable({ installs = [], unneeded = [], ...rest }: CapabilitySetStatus): unknown {
  return JSON.parse(JSON.stringify({ ...rest, installs, unneeded }));
}
