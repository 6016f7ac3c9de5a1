import { isCapstanError, type KubernetesObject, messageOf } from '@capstan/base';
import { type CrdOffer, PACKAGE_LABEL } from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { INSTALLER } from '../installer/labels.ts';
import type { Run } from '../installer/run.ts';
import type { PackageRemoval } from './types.ts';

const API_VERSION = 'admissionregistration.k8s.io/v1';
const POLICY = 'ValidatingAdmissionPolicy';
const BINDING = 'ValidatingAdmissionPolicyBinding';

/**
 * Keeps new objects of the packages' kinds out while these are removed, by a ValidatingAdmissionPolicy. Where none is
 * served, or none may be made, the removal goes on without it and says so: what appears meanwhile is found by the drain.
 */
export async function keepInstancesOut(run: Run, removals: readonly PackageRemoval[]): Promise<void> {
  const { client } = run.context;
  for (const removal of removals) {
    const { crds } = removal.planned.metadata.install;
    if (crds.length === 0 || removal.drain === 'keep') continue;
    try {
      await client.apply(policyOf(removal.name, crds), { fieldManager: INSTALLER, force: true });
      await client.apply(bindingOf(removal.name), { fieldManager: INSTALLER, force: true });
    } catch (error) {
      if (!isRefused(error)) throw error;
      const why = messageOf(error);
      run.note('guard', `new objects of its kinds cannot be kept out: ${why}`, removal.name);
    }
  }
}

/** Lets objects be made again of packages whose removal was given up for an installation. One request where there is none. */
export async function endGuards(client: KubeClient, packageNames: readonly string[]): Promise<void> {
  const { items } = await client.list({ apiVersion: API_VERSION, kind: POLICY }, { labelSelector: PACKAGE_LABEL });
  const guarded = new Set(items.map(({ metadata }) => metadata.name));
  for (const name of packageNames) if (guarded.has(guardName(name))) await letInstancesIn(client, name);
}

/** Lets objects of a package's kinds be made again. Nothing to lift is fine. */
export async function letInstancesIn(client: KubeClient, packageName: string): Promise<void> {
  const name = guardName(packageName);
  for (const kind of [BINDING, POLICY]) {
    if (!(await client.discovery.find({ apiVersion: API_VERSION, kind }))) continue;
    const reference = { apiVersion: API_VERSION, kind, name };
    if (await client.get(reference)) await client.delete(reference);
  }
}

function isRefused(error: unknown): boolean {
  return isCapstanError(error, KUBE_CODES.forbidden) || isCapstanError(error, KUBE_CODES.kindUnknown);
}

function guardName(packageName: string): string {
  return `capstan-removal-${packageName}`;
}

function policyOf(packageName: string, crds: readonly CrdOffer[]): KubernetesObject {
  const resourceRules = crds.map(({ name }) => ({
    apiGroups: [name.slice(name.indexOf('.') + 1)],
    apiVersions: ['*'],
    resources: [name.slice(0, name.indexOf('.'))],
    operations: ['CREATE'],
  }));
  return {
    apiVersion: API_VERSION,
    kind: POLICY,
    metadata: { name: guardName(packageName), labels: { [PACKAGE_LABEL]: packageName } },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { matchPolicy: 'Equivalent', resourceRules },
      validations: [
        {
          expression: 'false',
          message: `the capability package ${packageName} is being removed: its kinds take no new objects`,
          reason: 'Forbidden',
        },
      ],
    },
  };
}

function bindingOf(packageName: string): KubernetesObject {
  return {
    apiVersion: API_VERSION,
    kind: BINDING,
    metadata: { name: guardName(packageName), labels: { [PACKAGE_LABEL]: packageName } },
    spec: { policyName: guardName(packageName), validationActions: ['Deny'] },
  };
}
