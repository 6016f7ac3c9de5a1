import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

/** A folder that is served over HTTP on loopback. */
export interface ServedFolder {
  readonly url: string;
  /** Also ends the connections that clients keep. */
  close(): Promise<void>;
}

/** Serves a folder's files. */
export async function serveFolder(folder: string): Promise<ServedFolder> {
  const server = createServer((request, response) => {
    readFile(join(folder, normalize(request.url ?? '/'))).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  server.keepAliveTimeout = 1;
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await new Promise((done) => server.close(done));
    },
  };
}
