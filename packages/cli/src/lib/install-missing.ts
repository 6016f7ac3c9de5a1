import { CapstanError, EXIT, isCapstanError } from '@capstan/base';
import type { InstallerContext, InstallPlan, InstallResult, MissingReport } from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import { installProgress } from '../render/install-progress.ts';
import type { Progress } from '../render/progress.ts';
import { executeInstall, followJournal, INSTALLER_CODES } from '../services/on-demand.ts';

/** What installing and waiting take. */
export interface InstallMissingOptions {
  readonly context: InstallerContext;
  readonly progress: Progress;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  readonly timeoutMs?: number | undefined;
  /** The command that goes on after Ctrl-C: the one that is running. */
  readonly again: string;
}

/**
 * Carries the plan of missing packages out and waits until they are ready. Where another process works it is followed,
 * and nothing is answered: what is missing then has to be looked at again. Rejects as `executeInstall`.
 */
export async function installMissing(
  plan: InstallPlan,
  { context, progress, signal, timeoutMs, again }: InstallMissingOptions,
): Promise<InstallResult | undefined> {
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  try {
    return await executeInstall(context, plan, { onProgress: installProgress(progress), signal, ...limit });
  } catch (error) {
    if (isCapstanError(error, INSTALLER_CODES.busy)) {
      progress.note(`${error.message} Following it.`);
      await follow(
        plan.goals.map((goal) => goal.package),
        { context, progress, signal },
      );
      return undefined;
    }
    throw isCapstanError(error) && error.exit === EXIT.interrupted ? goingOnWith(again, error) : error;
  } finally {
    context.client.discovery.invalidate();
  }
}

/** Waits for packages that another process installs right now; nothing is proposed again meanwhile. */
export async function waitForInstalling(
  { missing }: MissingReport,
  options: Pick<InstallMissingOptions, 'context' | 'progress' | 'signal'>,
): Promise<void> {
  const installing = missing.filter(({ state }) => state === 'installing').flatMap(({ provider }) => provider ?? []);
  const names = [...new Set(installing.map((provider) => provider.package))];
  options.progress.note(`${names.join(', ')}: being installed already. Following it.`);
  await follow(names, options);
  options.context.client.discovery.invalidate();
}

async function follow(
  names: readonly string[],
  { context, progress, signal }: Pick<InstallMissingOptions, 'context' | 'progress' | 'signal'>,
): Promise<void> {
  for (const name of names) {
    await followJournal(context.client, {
      package: name,
      signal,
      onEntry: ({ kind, seq, package: of }) =>
        progress.update(`journal/${name}/${seq}`, [of ?? name, kind].join(': '), 'done'),
    });
  }
}

/** `keda 2.20.2: Ready`, for each package that was installed or changed. */
export function installedLines({ packages }: InstallResult): string[] {
  return packages
    .filter(({ action }) => action !== 'none')
    .map((one) => `${one.name} ${versionLabel(one)}: ${one.summary}`);
}

function goingOnWith(again: string, error: CapstanError): CapstanError {
  const { code, message, hint, next, fields, exit, cause } = error;
  return new CapstanError(code, message, {
    next: [again, ...next],
    fields,
    exit,
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}
