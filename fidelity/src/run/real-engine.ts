import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startControlPlane } from '@capstan/sandbox/testing';
import { Client } from './client.ts';
import { type Engine, endpointOf } from './engine.ts';

/**
 * What stands beside the API server inside the embedded server too. All other controllers, the scheduler and the node's
 * simulation would change objects while scripts run.
 */
const CONTROLLERS = 'garbage-collector-controller,namespace-controller,clusterrole-aggregation-controller';

/** Starts etcd and a real kube-apiserver with the garbage collector and the namespace controller, and nothing else. */
export async function startReal(): Promise<Engine> {
  const plane = await startControlPlane({ engine: 'real' });
  let controllers: ChildProcess | undefined;
  const stop = async () => {
    if (controllers !== undefined) await ended(controllers);
    await plane.stop();
  };
  try {
    const endpoint = await endpointOf(plane.kubeconfig);
    const others = ['kwok', 'kube-scheduler', 'kube-controller-manager'];
    const [command = '', ...args] = await commandLineOf(plane.directory, 'kube-controller-manager');
    for (const name of others) process.kill(await pidOf(plane.directory, name), 'SIGKILL');
    controllers = spawn(command, [...args, `--controllers=${CONTROLLERS}`], { stdio: 'ignore' });
    await removeFurniture(endpoint);
    return { name: 'real', endpoint, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The sandbox has a simulated Node and a default StorageClass; an API server alone has neither. */
async function removeFurniture(endpoint: Engine['endpoint']): Promise<void> {
  const client = new Client(endpoint);
  const headers = { authorization: `Bearer ${endpoint.token}` };
  for (const path of ['/api/v1/nodes', '/apis/storage.k8s.io/v1/storageclasses']) {
    await client.ask({ method: 'DELETE', path, headers });
  }
  client.close();
}

/** Of the processes that the control plane started; their names are in its `pids` folder. */
async function pidOf(directory: string, name: string): Promise<number> {
  const text = await readFile(join(directory, 'pids', `${name}.pid`), 'utf8').catch(async () => {
    throw new Error(`no process ${name}; there are ${(await readdir(join(directory, 'pids'))).join(', ')}`);
  });
  return Number(text.split('\n')[0]);
}

/** Linux only, as is recording. */
async function commandLineOf(directory: string, name: string): Promise<string[]> {
  const line = await readFile(`/proc/${await pidOf(directory, name)}/cmdline`, 'utf8');
  return line.split('\0').filter((part) => part !== '');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}
