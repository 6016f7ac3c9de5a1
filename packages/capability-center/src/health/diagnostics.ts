import { channel } from 'node:diagnostics_channel';
import type { InstallPhase, ProbeStatus } from '@capstan/capability-model';
import type { Operation } from '../installer/steps.ts';

/** What the operator sees of capabilities, for metrics. */
export type CapabilityTrace =
  /** A package as its status says; `gone`: it is not installed any more. */
  | {
      readonly event: 'health';
      readonly package: string;
      readonly phase: InstallPhase;
      readonly probes: readonly Pick<ProbeStatus, 'result'>[];
    }
  | { readonly event: 'gone'; readonly package: string }
  /** An operation that has ended, of whatever process, by its journal. */
  | { readonly event: 'operation'; readonly operation: Operation; readonly outcome: string; readonly seconds: number };

/** Capabilities as the operator of this process sees them; what has no subscriber costs nothing. */
export const capabilityChannel = channel('capstan.capability');

/** Tells the channel, if anybody listens. */
export function tellCapability(trace: () => CapabilityTrace): void {
  if (capabilityChannel.hasSubscribers) capabilityChannel.publish(trace());
}
