import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type CapabilityTrace, capabilityChannel } from '@capstan/capability-center';
import { Gauge, Histogram, type Registry } from 'prom-client';

/** An installation of a few charts takes seconds, a large one minutes. */
const OPERATION_SECONDS = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200];

/** Measures installed capabilities, their probes, and operations of whatever process. Returns its end. */
export function measureCapabilities(registers: Registry[]): () => void {
  const phase = new Gauge({
    name: 'capstan_capability_install_phase',
    help: 'Installed packages and their phase: 1 for the one that each is in',
    labelNames: ['package', 'phase'],
    registers,
  });
  const probes = new Gauge({
    name: 'capstan_capability_probes',
    help: 'Probes of installed packages by result',
    labelNames: ['package', 'result'],
    registers,
  });
  const seconds = new Histogram({
    name: 'capstan_capability_operation_duration_seconds',
    help: 'Duration of installations, upgrades, rollbacks and removals by outcome',
    labelNames: ['operation', 'outcome'],
    buckets: OPERATION_SECONDS,
    registers,
  });
  const last = new Map<string, string>();
  const forget = (name: string) => {
    const known = last.get(name);
    if (known !== undefined) phase.remove({ package: name, phase: known });
    for (const result of RESULTS) probes.remove({ package: name, result });
    last.delete(name);
  };
  const listener = (message: unknown) => {
    const trace = message as CapabilityTrace;
    if (trace.event === 'operation') {
      const { operation, outcome } = trace;
      return seconds.observe({ operation, outcome }, trace.seconds);
    }
    forget(trace.package);
    if (trace.event === 'gone') return;
    last.set(trace.package, trace.phase);
    phase.set({ package: trace.package, phase: trace.phase }, 1);
    for (const result of RESULTS) {
      probes.set({ package: trace.package, result }, trace.probes.filter((probe) => probe.result === result).length);
    }
  };
  const { name } = capabilityChannel;
  subscribe(name, listener);
  return () => void unsubscribe(name, listener);
}

const RESULTS = ['ok', 'failed', 'unverifiable'] as const;
