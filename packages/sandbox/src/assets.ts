import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files of this package that programs need as files. A bundle, which has no package around it, names them. */
export interface SandboxAssets {
  /** Entry file of the background process; beside this module when absent. */
  readonly agentEntry?: string;
  /** Folder that holds `control-plane/` (the Go modules) and `stages/`; this package's own folder when absent. */
  readonly assetDirectory?: string;
}

/** The folder that holds `control-plane/` and `stages/`. */
export function assetDirectory(assets: SandboxAssets = {}): string {
  return assets.assetDirectory ?? fileURLToPath(new URL('..', import.meta.url));
}

/** How the background process is started: with this Node, and from TypeScript sources where we run from them. */
export function agentCommand(assets: SandboxAssets = {}): {
  readonly command: string;
  readonly args: readonly string[];
} {
  const self = fileURLToPath(import.meta.url);
  const entry = assets.agentEntry ?? join(self, '..', `agent${extname(self)}`);
  const flags = extname(entry) === '.ts' ? ['--conditions=@capstan/source'] : [];
  return { command: process.execPath, args: [...flags, entry] };
}
