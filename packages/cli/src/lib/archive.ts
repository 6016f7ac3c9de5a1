import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';

/** One file of an archive. */
export interface PackedFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** The bytes of a gzipped tar archive; every file only for its owner, without times and names of this machine. */
export async function gzipArchive(files: readonly PackedFile[]): Promise<Buffer> {
  const archive = pack();
  const chunks: Buffer[] = [];
  const done = pipeline(archive, createGzip(), async (compressed: AsyncIterable<Buffer>) => {
    for await (const chunk of compressed) chunks.push(chunk);
  });
  for (const { path, bytes } of files) archive.entry({ name: path, mode: 0o600, mtime: new Date(0) }, bytes);
  archive.finalize();
  await done;
  return Buffer.concat(chunks);
}
