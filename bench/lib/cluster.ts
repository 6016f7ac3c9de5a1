import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command under measurement. */
export const capstan = fileURLToPath(new URL('../../capstan', import.meta.url));

/** Runs the work on a sandbox of its own, with Capstan's kinds unless it is bare, and leaves nothing behind. */
export async function withSandbox(
  work: (kubeconfig: string, env: Record<string, string>) => Promise<void>,
  { start = [] }: { readonly start?: readonly string[] } = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-bench-'));
  const env = { CAPSTAN_SANDBOX_DIR: join(folder, 'sandbox') };
  const run = (...args: string[]) => {
    const result = spawnSync(capstan, args, { encoding: 'utf8', env: { ...process.env, ...env } });
    if (result.status !== 0)
      throw new Error(`capstan ${args.join(' ')} ended with exit ${result.status}\n${result.stderr}`);
    return result.stdout.trim();
  };
  try {
    run('sandbox', 'start', ...start);
    if (!start.includes('--bare')) run('system', 'install', '--yes', '--context', 'sandbox');
    await work(run('sandbox', 'kubeconfig', '--path'), env);
  } finally {
    run('sandbox', 'reset', '--yes');
    rmSync(folder, { recursive: true, force: true });
  }
}
