import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sweep } from './every-version.ts';

/** Forms of the peer: as its users get it, and with its sets as bit masks. */
export type PeerForm = 'semver' | 'bits';

/** Solves a universe's file for every version as root. */
export type Peer = (file: string, form: PeerForm, rounds: number) => Sweep;

const MANIFEST = fileURLToPath(new URL('./peer/Cargo.toml', import.meta.url));

/**
 * The Rust crate pubgrub, built into the user's cache folder. A sentence instead, where it cannot be had: without cargo,
 * or without the crates.
 */
export function buildPeer(): Peer | string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const target = join(cache, 'capstan', 'bench-resolver-peer');
  const build = spawnSync(
    'cargo',
    ['build', '--release', '--locked', '--manifest-path', MANIFEST, '--target-dir', target],
    {
      encoding: 'utf8',
    },
  );
  if (build.error) return 'skipped: there is no cargo, so the crate pubgrub cannot be built';
  if (build.status !== 0)
    return `skipped: the crate pubgrub cannot be built: ${build.stderr.trim().split('\n').at(-1)}`;
  return (file, form, rounds) => {
    const program = join(target, 'release', 'resolver-peer');
    const run = spawnSync(program, [file, form, String(rounds)], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    if (run.status !== 0) throw new Error(`the peer ended with exit ${run.status}\n${run.stderr}`);
    return JSON.parse(run.stdout) as Sweep;
  };
}
