import { type Candidate, createVersionCheck } from '@capstan/capability-center';

/** Processor seconds of each round, and one character per version: 1 where it can be installed. */
export interface Sweep {
  readonly cpu: readonly number[];
  readonly verdicts: string;
}

const UNLIMITED = { policy: { maxSteps: Number.POSITIVE_INFINITY } };

/** Solves a universe for every version as root, some rounds over; compiling it is measured by itself. */
export function sweepEveryVersion(universe: readonly Candidate[], rounds: number): Sweep & { readonly load: number } {
  const facts = { kubernetes: '1.35.0', arch: [] };
  const start = process.cpuUsage();
  const { check } = createVersionCheck({ universe, installed: [], facts, ...UNLIMITED });
  const load = secondsSince(start);
  const cpu: number[] = [];
  let verdicts = '';
  for (let round = 0; round < rounds; round++) {
    const from = process.cpuUsage();
    verdicts = universe.map((candidate) => (check(candidate) === 'solved' ? '1' : '0')).join('');
    cpu.push(secondsSince(from));
  }
  return { cpu, verdicts, load };
}

/** Processor time of this process since a moment. */
export function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}
