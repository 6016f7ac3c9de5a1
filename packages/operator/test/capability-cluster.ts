import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@capstan/base';
import {
  executeInstall,
  type InstallerContext,
  type InstallGoal,
  openCenter,
  planInstall,
  recordCenter,
} from '@capstan/capability-center';
import { TEST_REPOSITORY, type TestCenterSpec, writeTestCenter } from '@capstan/capability-center/testing';
import { aTrait } from '@capstan/capability-model/testing';
import { createHelm } from '@capstan/helm-ts';
import { connect, type KubeClient } from '@capstan/kube';
import { startControlPlane } from '@capstan/sandbox/testing';
import { installSystem, type OperatorOptions } from '../src/index.ts';
import { type RunningOperator, startOperator } from './support.ts';

/** A cluster of the test's own with an operator that has a center of small packages. */
export interface CapabilityCluster {
  readonly client: KubeClient;
  readonly kubeconfig: string;
  readonly operator: RunningOperator;
  /** Opens the center as a command does. */
  open(): Promise<InstallerContext>;
  /** Installs as `cap install` does. */
  install(...goals: InstallGoal[]): Promise<void>;
  /** Adds packages to the center. */
  publish(packages: TestCenterSpec['packages']): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it. */
export async function capabilityCluster(
  packages: TestCenterSpec['packages'],
  options: Partial<OperatorOptions> = {},
): Promise<CapabilityCluster> {
  const [plane, directory] = await Promise.all([startControlPlane(), mkdtemp(join(tmpdir(), 'capstan-center-'))]);
  const { kubeconfig } = plane;
  const client = await connect({ kubeconfig });
  const [{ record }, helm] = await Promise.all([
    writeTestCenter(join(directory, 'center'), { packages }),
    createHelm({ kubeconfig }),
    installSystem(client),
  ]);
  await recordCenter(client, record);
  const cacheDirectory = join(directory, 'cache');
  const openWith = (as: KubeClient) =>
    openCenter({ client: as, helm, bundledRegistry: join(directory, 'center'), cacheDirectory });
  const operator = startOperator(client, [], { openCenter: openWith, ...options });
  await operator.running;
  return {
    client,
    kubeconfig,
    operator,
    open: () => openWith(client),
    async install(...goals) {
      const context = await openWith(client);
      await executeInstall(context, await planInstall(context, { goals }));
    },
    async publish(more) {
      await writeTestCenter(join(directory, 'center'), { packages: more });
    },
    async stop() {
      await operator.stop();
      client.close();
      await plane.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Fields of a test package that offers a contract through a trait of its own. */
export function offering(name: string, contract: string, singular: string): JsonObject {
  const trait = aTrait(singular);
  return {
    provides: {
      capabilities: [{ id: contract, version: '1.2.0', features: ['ink', 'paper'], exclusive: false }],
      definitions: [{ ...trait.definitionOffer, needs: contract }],
    },
    install: {
      namespace: name,
      units: [
        {
          id: name,
          type: 'helm',
          chart: { repository: TEST_REPOSITORY, name, version: '1.0.0' },
          release: name,
          valuesFrom: [{ from: 'message', to: 'message' }],
        },
      ],
      crds: [trait.crdOffer],
      images: [{ ref: `registry.example.org/${name}:1.0.0` }],
    },
  } as unknown as JsonObject;
}
