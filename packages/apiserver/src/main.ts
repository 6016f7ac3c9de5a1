import { readFile } from 'node:fs/promises';
import { readConfig } from './config.ts';
import { startApiServer } from './server.ts';

/*
 * The server as a process of its own: the argument is the path of a JSON file (config.ts). Logs are lines of JSON on
 * standard output; SIGTERM and SIGINT end it after running requests got a moment to finish.
 */

const EXIT_WRONG_USE = 2;

function log(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
}

async function main(path: string | undefined): Promise<void> {
  if (path === undefined) {
    process.stderr.write('usage: main CONFIG.json\n');
    process.exitCode = EXIT_WRONG_USE;
    return;
  }
  const options = await readConfig(JSON.parse(await readFile(path, 'utf8')));
  const server = await startApiServer({ ...options, log });
  log({ level: 'info', message: 'serving', url: server.url });
  const stop = (signal: string) => {
    log({ level: 'info', message: 'stopping', signal });
    server.close().then(
      () => log({ level: 'info', message: 'stopped' }),
      (error: unknown) => fail(error),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function fail(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  log({ level: 'error', message: 'cannot serve', error: text });
  process.exitCode = 1;
}

await main(process.argv[2]).catch(fail);
