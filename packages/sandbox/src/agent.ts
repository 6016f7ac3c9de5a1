import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { readAgentConfig } from './agent-config.ts';
import { frontSocket } from './engine/files.ts';
import { sandboxPaths } from './lifecycle/paths.ts';

const config = await readAgentConfig(process.argv[2] ?? '');
const paths = sandboxPaths(config.directory);
const socket = frontSocket(paths);
await rm(socket, { force: true });
createServer().listen(socket);
