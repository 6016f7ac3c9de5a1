import { PACKAGE_LABEL } from '@capstan/capability-model';
import type { InstallerContext } from '../installer/context.ts';
import type { PackagePlan, UnitPlan } from '../plan/types.ts';
import { finalizerServers } from './finalizers.ts';
import type { InstalledPackagePlan } from './installed-package.ts';
import { countInstances, findInstances, type IsOwn } from './instances.ts';
import { foreignContents } from './namespace-contents.ts';
import { withOtherCrds } from './other-crds.ts';
import type { RemovalMember } from './removal-set.ts';
import type { DrainMode, NamespaceRemoval, PackageRemoval, UninstallRequest, UnitRemoval } from './types.ts';
import { removalOrder } from './unit-order.ts';

/** What the removal of one package would do. It changes nothing. */
export async function planPackage(
  context: InstallerContext,
  member: RemovalMember,
  installed: InstalledPackagePlan,
  more: { readonly request: UninstallRequest; readonly isOwn: IsOwn; readonly simulated: boolean },
): Promise<PackageRemoval> {
  const { client } = context;
  const { planDigest } = installed;
  const planned = await withOtherCrds(client, installed.planned);
  const { metadata } = planned;
  const deleteCrds = deletesCrds(planned, more.request);
  const [found, servers, namespaces] = await Promise.all([
    findInstances(client, metadata, more.isOwn),
    finalizerServers(client, planned, more.simulated),
    Promise.all(namespacesOf(planned).map((name) => planNamespace(context, planned, name))),
  ]);
  const { external } = metadata.uninstall;
  return {
    name: planned.name,
    version: planned.version,
    release: planned.release,
    why: member.why,
    definitions: metadata.provides.definitions.map(({ name, shortName, role }) => ({ name, shortName, role })),
    instances: countInstances(found, metadata, servers),
    drain: drainMode(planned, more.request, deleteCrds),
    units: removalOrder(planned.units).map(unitRemoval),
    crds: crdNames(planned).map((name) => ({ name, action: deleteCrds ? 'delete' : 'keep' })),
    leftovers: metadata.uninstall.leftovers,
    namespaces,
    ...(external === undefined ? {} : { external }),
    planned,
    planDigest,
  };
}

/** Whether the CRDs of a package go: as asked, or as its authors say. */
function deletesCrds({ metadata }: PackagePlan, request: UninstallRequest): boolean {
  return request.deleteCrds === true || metadata.uninstall.crds === 'delete';
}

/** The CRDs of a package, whoever applied them: Capstan, its charts, or its programs at run time. */
function crdNames({ crds, metadata }: PackagePlan): string[] {
  return [...new Set([...crds, ...metadata.install.crds].map(({ name }) => name))];
}

function drainMode({ metadata }: PackagePlan, request: UninstallRequest, deleteCrds: boolean): DrainMode {
  const policy = metadata.uninstall.instances;
  if (request.archive !== undefined || policy === 'delete') return 'all';
  return policy === 'keep' && !deleteCrds ? 'keep' : 'leaving';
}

function unitRemoval(unit: UnitPlan): UnitRemoval {
  const { id, type, namespace, objects } = unit;
  const release = unit.type === 'helm' ? { release: unit.release } : {};
  return { id, type, namespace, ...release, objects: objects.length };
}

/** The namespaces that a package uses, its own first. */
export function namespacesOf(planned: PackagePlan): string[] {
  return [...new Set([planned.namespace.name, ...planned.units.map(({ namespace }) => namespace)])];
}

async function planNamespace(context: InstallerContext, planned: PackagePlan, name: string): Promise<NamespaceRemoval> {
  const live = await context.client.get({ apiVersion: 'v1', kind: 'Namespace', name });
  if (!live) return { name, action: 'keep', reason: 'it does not exist' };
  if (live.metadata.labels?.[PACKAGE_LABEL] !== planned.name) {
    return { name, action: 'keep', reason: 'Capstan did not create it' };
  }
  const foreign = await foreignContents(context.client, planned, name);
  if (foreign.length === 0) return { name, action: 'delete' };
  return { name, action: 'keep', reason: `it holds things of others: ${foreign.slice(0, 5).join(', ')}` };
}
