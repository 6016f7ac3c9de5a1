import { readFile, rename, writeFile } from 'node:fs/promises';
import { withFileLock } from '../lifecycle/lock.ts';
import { type SandboxLocation, type SandboxPaths, sandboxDirectory, sandboxPaths } from '../lifecycle/paths.ts';
import type { Attachment } from './attachment.ts';

type ServicePort = Pick<Attachment, 'namespace' | 'service' | 'port'>;

/** The attachments of a sandbox; reads only. None where there is no sandbox. */
export function listAttachments(location: SandboxLocation = {}): Promise<readonly Attachment[]> {
  return readAttachments(sandboxPaths(sandboxDirectory(location)));
}

/** Records an attachment, in place of an earlier one of the same Service and port. It holds until `detachService` or a reset. */
export async function attachService(attachment: Attachment, location: SandboxLocation = {}): Promise<void> {
  await change(location, (all) => [...all.filter((one) => !isSame(one, attachment)), attachment]);
}

/** Forgets an attachment; returns whether there was one. */
export async function detachService(service: ServicePort, location: SandboxLocation = {}): Promise<boolean> {
  let found = false;
  await change(location, (all) => {
    const left = all.filter((one) => !isSame(one, service));
    found = left.length < all.length;
    return left;
  });
  return found;
}

/** Reads the record of a sandbox. */
export async function readAttachments(paths: SandboxPaths): Promise<readonly Attachment[]> {
  try {
    return JSON.parse(await readFile(paths.attachments, 'utf8')) as Attachment[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function change(
  location: SandboxLocation,
  edit: (attachments: readonly Attachment[]) => readonly Attachment[],
): Promise<void> {
  const paths = sandboxPaths(sandboxDirectory(location));
  await withFileLock(`${paths.attachments}.lock`, async () => {
    const draft = `${paths.attachments}.${process.pid}`;
    await writeFile(draft, JSON.stringify(edit(await readAttachments(paths))), { mode: 0o600 });
    await rename(draft, paths.attachments);
  });
}

function isSame(one: ServicePort, other: ServicePort): boolean {
  return one.namespace === other.namespace && one.service === other.service && one.port === other.port;
}
