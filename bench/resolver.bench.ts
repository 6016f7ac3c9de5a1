import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Comparison, report, reportFigures } from './lib/report.ts';
import { candidatesOf } from './resolver/candidates.ts';
import { sweepEveryVersion } from './resolver/every-version.ts';
import { measureFailure, measureGoals } from './resolver/goals.ts';
import { buildPeer, type Peer } from './resolver/peer.ts';
import { type Universe, universesOf } from './resolver/universes.ts';

const FORMS = [
  { form: 'semver', peer: 'pubgrub 0.4.0', goal: 1 },
  { form: 'bits', peer: 'pubgrub 0.4.0, bit masks', goal: 2 },
] as const;
const ROUNDS = 3;

/**
 * The resolver: goals over registries of two sizes, a failure with its ways out, and three universes solved for every
 * version as root beside the Rust crate pubgrub. Processor time, minimum of several rounds. CAPSTAN_BENCH_SEED makes other
 * universes.
 */
export async function run(): Promise<void> {
  const seed = Number(process.env['CAPSTAN_BENCH_SEED'] ?? 1);
  const small = measureGoals(seed, { packages: 100, versions: 20 });
  const large = measureGoals(seed, { packages: 2000, versions: 10 });
  reportFigures('resolver-goals', {
    'seed of the universes': seed,
    '100 packages x 20 versions: index, ms': small.index,
    '100 packages x 20 versions: a goal, p50, ms': small.p50,
    '100 packages x 20 versions: a goal, p99, ms (goal: < 20)': small.p99,
    '2,000 packages x 10 versions: index, ms': large.index,
    '2,000 packages x 10 versions: a goal, p50, ms': large.p50,
    '2,000 packages x 10 versions: a goal, p99, ms (goal: < 300)': large.p99,
    '2,000 packages x 10 versions: all wanted at once, ms (goal: < 300)': large.all,
    'explanation and ways out, 100 packages, ms (goal: < 500)': measureFailure(seed, { packages: 100, versions: 20 }),
  });
  const peer = buildPeer();
  if (typeof peer === 'string') console.log(peer);
  const comparisons = universesOf(seed).flatMap((universe) => everyVersion(universe, peer));
  if (comparisons.length > 0) report('resolver', 'CPU s', comparisons);
}

function everyVersion(universe: Universe, peer: Peer | string): Comparison[] {
  const candidates = candidatesOf(universe);
  const edges = candidates.reduce((sum, { requires }) => sum + requires.length, 0);
  const ours = sweepEveryVersion(candidates, ROUNDS + 1);
  const what = `${universe.name}: ${universe.packages.length} packages, ${candidates.length} versions`;
  const solved = ours.verdicts.split('1').length - 1;
  console.log(
    `${what}, ${edges} edges, ${solved} can be installed; compiled in ${ours.load.toFixed(3)} s, all solved in ${Math.min(...ours.cpu).toFixed(3)} s`,
  );
  if (typeof peer === 'string') return [];
  const folder = mkdtempSync(join(tmpdir(), 'capstan-bench-resolver-'));
  try {
    const file = join(folder, 'universe.json');
    writeFileSync(file, JSON.stringify(universe));
    return FORMS.map(({ form, peer: name, goal }) => {
      const theirs = peer(file, form, ROUNDS);
      if (theirs.verdicts !== ours.verdicts) throw new Error(`${name} answers otherwise for ${what}`);
      return { what, ours: Math.min(...ours.cpu), peer: name, theirs: Math.min(...theirs.cpu), goal };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
