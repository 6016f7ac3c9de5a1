import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files of this package that programs need as files. A bundle, which has no package around it, names them. */
export interface SandboxAssets {
  /** Entry file of the background process; beside this module when absent. */
  readonly agentEntry?: string;
  /** Entry file of the embedded engine's API server; beside this module when absent. */
  readonly apiServerEntry?: string;
  /** Folder that holds `control-plane/` (the Go modules) and `stages/`; this package's own folder when absent. */
  readonly assetDirectory?: string;
}

/** The folder that holds `control-plane/` and `stages/`. */
export function assetDirectory(assets: SandboxAssets = {}): string {
  return assets.assetDirectory ?? fileURLToPath(new URL('..', import.meta.url));
}

/** A program to run with this Node. */
export interface NodeCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** How the agent is started: from TypeScript sources where we run from them. */
export function agentCommand(assets: SandboxAssets = {}): NodeCommand {
  return nodeCommand(assets.agentEntry ?? besideThis('agent'));
}

/** How the embedded engine's API server is started. */
export function apiServerCommand(assets: SandboxAssets = {}): NodeCommand {
  return nodeCommand(assets.apiServerEntry ?? besideThis('apiserver'));
}

function besideThis(name: string): string {
  const self = fileURLToPath(import.meta.url);
  return join(self, '..', `${name}${extname(self)}`);
}

/** Megabytes for new objects, three times: with V8's own limit a busy process keeps 100 MB of garbage, and is no faster. */
const NEW_SPACE = '--max-semi-space-size=8';

function nodeCommand(entry: string): NodeCommand {
  const flags = extname(entry) === '.ts' ? ['--conditions=@capstan/source'] : [];
  return { command: process.execPath, args: [NEW_SPACE, ...flags, entry] };
}
