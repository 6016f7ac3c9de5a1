import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { SANDBOX_CODES } from '../codes.ts';
import { choosePort } from './ports.ts';

async function aBusyPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('a free port that was asked for or remembered is taken', async () => {
  const { port } = await choosePort({});
  expect(await choosePort({ asked: port })).toEqual({ port });
  expect(await choosePort({ remembered: port })).toEqual({ port });
});

test('a busy port that was asked for is an error that names it', async () => {
  const port = await aBusyPort();
  await expect(choosePort({ asked: port })).rejects.toMatchObject({
    code: SANDBOX_CODES.portBusy,
    message: expect.stringContaining(String(port)),
  });
});

test('a busy port that was remembered is replaced, and the choice says so', async () => {
  const port = await aBusyPort();
  const choice = await choosePort({ remembered: port });
  expect(choice.insteadOf).toBe(port);
  expect(choice.port).not.toBe(port);
});
