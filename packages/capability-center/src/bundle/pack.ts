import type { ArchiveFile } from '../registry/archive.ts';

/**
 * A tar archive of files in the given order: the same files make the same bytes, on every machine and at any time.
 * It is not compressed, because compressors differ.
 */
export async function packArchive(files: readonly ArchiveFile[]): Promise<Buffer> {
  const { pack } = await import('../registry/tar.ts');
  const archive = pack();
  const chunks: Buffer[] = [];
  archive.on('data', (chunk) => void chunks.push(chunk as Buffer));
  const ended = new Promise<void>((resolve, reject) => {
    archive.once('end', () => resolve());
    archive.once('error', reject);
  });
  const common = { mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), uname: '', gname: '' };
  for (const { path, bytes } of files) archive.entry({ ...common, name: path, size: bytes.length }, bytes);
  archive.finalize();
  await ended;
  return Buffer.concat(chunks);
}
