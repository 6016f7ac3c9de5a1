import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordCenter } from '@capstan/capability-center';
import { type TestCenter, writeTestCenter } from '@capstan/capability-center/testing';
import { createHelm } from '@capstan/helm-ts';
import { connect } from '@capstan/kube';
import { capstan, withSandbox } from './lib/cluster.ts';
import { measure, type Sample } from './lib/measure.ts';
import { report } from './lib/report.ts';

const PACKAGES = Number(process.env['CAPSTAN_BENCH_PACKAGES'] ?? 100);
/** Helm processes that the peer runs at a time: as many as Capstan does. */
const TOGETHER = 2;

/**
 * Capabilities of one small chart each, installed by one `cap install`, against the same charts installed by hand with
 * `helm install --wait`: one after the other, and two at a time. Each on a sandbox of its own. The peer is Helm as its
 * users have it: with its garbage collector on, and with validation by OpenAPI in the client. Capstan switches both off,
 * since the process is short and the API server validates strictly; that pays for plan, journal and records.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-bench-'));
  try {
    const names = Array.from({ length: PACKAGES }, (_, index) => `small-${String(index + 1).padStart(3, '0')}`);
    const center = await writeTestCenter(folder, { packages: names.map((name) => ({ name })) });
    const ours = await installed(center, names);
    const alone = await byHand(center, names, 1, folder);
    const together = await byHand(center, names, TOGETHER, folder);
    const what = `cap install of ${PACKAGES} packages`;
    const figures = ({ wall, cpu }: Sample) => ({ 'wall s': wall, 'CPU s': cpu });
    for (const unit of ['wall s', 'CPU s'] as const) {
      report(`install-${unit.startsWith('wall') ? 'wall' : 'cpu'}`, unit, [
        { what, ours: figures(ours)[unit], peer: 'helm install --wait', theirs: figures(alone)[unit], goal: 1.1 },
        {
          what,
          ours: figures(ours)[unit],
          peer: `helm install --wait, ${TOGETHER} at a time`,
          theirs: figures(together)[unit],
          goal: 1.1,
        },
      ]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function installed({ record }: TestCenter, names: readonly string[]): Promise<Sample> {
  let sample: Sample = { cpu: Number.NaN, wall: Number.NaN };
  await withSandbox(async (kubeconfig, env) => {
    const client = await connect({ kubeconfig });
    await recordCenter(client, record);
    client.close();
    sample = measure([capstan, 'cap', 'install', ...names, '--yes', '--context', 'sandbox'], env);
  });
  return sample;
}

async function byHand(
  { charts }: TestCenter,
  names: readonly string[],
  together: number,
  folder: string,
): Promise<Sample> {
  const { binary } = await createHelm();
  let sample: Sample = { cpu: Number.NaN, wall: Number.NaN };
  await withSandbox(async (kubeconfig) => {
    const target = `--kubeconfig ${kubeconfig} --create-namespace --wait`;
    const list = join(folder, 'names');
    writeFileSync(list, names.join('\n'));
    const install = `${binary.path} install {} ${charts}/{}/1.0.0 --namespace {} ${target}`;
    sample = measure(['xargs', '-a', list, '-P', String(together), '-I', '{}', 'sh', '-c', install]);
  });
  return sample;
}
