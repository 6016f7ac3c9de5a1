import { CAPSTAN_KINDS, type CapabilityInstall } from '@capstan/capability-model';
import type { InstallerContext } from './context.ts';

/**
 * Leaves a package as it is until `resumeOperation`: plans do not change it and the operator does not heal it. Answers
 * the goal as it is then. Rejects with NOT_FOUND when the package is not wanted.
 */
export async function pauseInstall(
  { client }: Pick<InstallerContext, 'client'>,
  name: string,
): Promise<CapabilityInstall> {
  const patched = await client.patch({ ...CAPSTAN_KINDS.install, name }, { spec: { paused: true } });
  return patched as CapabilityInstall;
}

/** Ends the pause of one package, or of all of them; answers their names. */
export async function unpause(
  { client }: Pick<InstallerContext, 'client'>,
  name: string | undefined,
): Promise<readonly string[]> {
  const { items } = await client.list(CAPSTAN_KINDS.install);
  const paused = (items as CapabilityInstall[]).filter(
    ({ spec, metadata }) => spec.paused === true && (name === undefined || metadata.name === name),
  );
  for (const { metadata } of paused) {
    await client.patch({ ...CAPSTAN_KINDS.install, name: metadata.name }, { spec: { paused: null } });
  }
  return paused.map(({ metadata }) => metadata.name);
}
