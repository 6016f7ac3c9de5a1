import { spawnSync } from 'node:child_process';

/** Seconds of processor time (user and system, children included) and of wall clock that a command took. */
export interface Sample {
  readonly cpu: number;
  readonly wall: number;
}

const TIMED = 'TIMEFORMAT="%R %U %S"; { time "$@" >/dev/null 2>&1 3>&-; } 3>&2';

/** Runs a command once and measures it; a command that fails is an error, or the figure would mean nothing. */
export function measure(command: readonly string[], env: Readonly<Record<string, string>> = {}): Sample {
  const result = spawnSync('bash', ['-c', `${TIMED}; exit $?`, 'measure', ...command], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', ...env },
  });
  if (result.status !== 0) throw new Error(`${command.join(' ')} ended with exit ${result.status}`);
  const [wall, user, system] = (result.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  if (wall === undefined || user === undefined || system === undefined) throw new Error('no times were printed');
  return { cpu: user + system, wall };
}

/** Measures several commands in turn, round after round, so that a busy moment hits all of them; the first round warms up. */
export function measureInTurn(
  commands: Readonly<Record<string, readonly string[]>>,
  rounds: number,
  env?: Readonly<Record<string, string>>,
): Record<string, Sample> {
  const samples = new Map<string, Sample[]>(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const sample = measure(command, env);
      if (round > 0) samples.get(name)?.push(sample);
    }
  }
  return Object.fromEntries([...samples].map(([name, all]) => [name, medians(all)]));
}

function medians(samples: readonly Sample[]): Sample {
  return { cpu: median(samples.map((sample) => sample.cpu)), wall: median(samples.map((sample) => sample.wall)) };
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
