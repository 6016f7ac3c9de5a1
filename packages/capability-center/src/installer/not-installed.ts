import { CapstanError, EXIT } from '@capstan/base';
import { nearest } from '@capstan/oam-model';
import { INSTALLER_CODES } from './codes.ts';
import { commandLine, type InstallerContext } from './context.ts';
import type { InstallerState } from './state.ts';

/** NOT_INSTALLED for a name of which there is no trace, with the nearest installed names. */
export function notInstalled(
  context: Pick<InstallerContext, 'client' | 'command'>,
  { lock }: Pick<InstallerState, 'lock'>,
  name: string,
): CapstanError {
  const installed = Object.keys(lock.packages).sort();
  const near = nearest(name, installed);
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : installed.length > 0
        ? `Installed are: ${installed.join(', ')}.`
        : 'No capability is installed in this cluster.';
  return new CapstanError(INSTALLER_CODES.notInstalled, `The capability package ${name} is not installed.`, {
    hint,
    next: [commandLine(context, 'cap list')],
    exit: EXIT.failed,
    fields: { package: name, installed },
  });
}

/** Throws `notInstalled` for a name that is neither installed nor wanted, and of which no operation was begun. */
export function requireTrace(
  context: Pick<InstallerContext, 'client' | 'command'>,
  state: InstallerState,
  name: string | undefined,
): void {
  const { lock, installs, journals } = state;
  if (name === undefined || lock.packages[name] || installs.has(name) || journals.has(name)) return;
  throw notInstalled(context, state, name);
}
