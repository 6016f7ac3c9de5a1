import { CapstanError, EXIT, groupOf, type KindReference } from '@capstan/base';
import { versionLabel } from '@capstan/capability-model';
import type { AccessRequest } from '@capstan/kube';
import type { ProbeFacts } from '../health/probes.ts';
import { movedCrds } from '../plan/crd-drift.ts';
import { readFacts } from '../plan/facts.ts';
import { mapLimit } from '../plan/parallel.ts';
import type { InstallPlan, PackagePlan } from '../plan/types.ts';
import { INSTALLER_CODES } from './codes.ts';
import type { InstallerContext } from './context.ts';
import { type ClusterLock, readLock } from './lock.ts';
import { staleError } from './prepared.ts';
import { DEFINITION_KINDS } from './publish-definitions.ts';

/**
 * Checks, with the Lease held and before anything is changed, that the plan is still one for this cluster: same cluster,
 * same Kubernetes version, same versions in force. Throws PLAN_STALE with what moved. Answers what checks need to know.
 */
export async function checkFacts(context: InstallerContext, plan: InstallPlan): Promise<ProbeFacts> {
  const [{ cluster, reason }, lock] = await Promise.all([readFacts(context.client), readLock(context.client)]);
  const name = plan.packages[0]?.name ?? '';
  if (cluster.uid !== plan.cluster.uid) throw staleError(context, name, 'It is another cluster.');
  if (cluster.version !== plan.cluster.version) {
    throw staleError(context, name, `The cluster now runs Kubernetes ${cluster.version}.`);
  }
  for (const planned of plan.packages) {
    const moved = whatMoved(planned, plan, lock);
    if (moved !== undefined) throw staleError(context, planned.name, moved);
  }
  const changing = plan.packages.filter(({ action }) => action !== 'none');
  const [crd] = await movedCrds(context.client, changing);
  if (crd !== undefined) throw staleError(context, name, crd);
  return { simulated: cluster.simulated, reason };
}

/** How the lock differs from what a package was planned on; a run of this very plan may have committed it already. */
export function whatMoved(
  { name, action, from, metadataDigest }: PackagePlan,
  plan: Pick<InstallPlan, 'digest'>,
  { packages }: ClusterLock,
): string | undefined {
  const locked = packages[name];
  const now = locked && `${name} ${versionLabel(locked)}`;
  if (locked?.planDigest === plan.digest) return undefined;
  if (action === 'install' || action === 'adopt') {
    return now ? `${now} has been installed in the meantime.` : undefined;
  }
  if (!locked) return `${name} has been removed in the meantime.`;
  if (from !== undefined && from !== versionLabel(locked)) return `${now} is in force by now, not ${from}.`;
  const same = locked.packageDigest === metadataDigest;
  return action === 'repair' && !same ? `${now} is in force by now.` : undefined;
}

/** What must be allowed for objects of a kind. */
const VERBS = ['get', 'create', 'patch', 'delete'] as const;

/**
 * Asks the API server whether the caller may do what the plan needs; throws FORBIDDEN (exit 4) with every right that is
 * missing, before anything is changed. One question answers for an administrator.
 */
export async function checkRights({ client }: InstallerContext, packages: readonly PackagePlan[]): Promise<void> {
  const everything = await client.mayI({ verb: '*', group: '*', resource: '*' });
  if (everything.allowed) return;
  const requests = new Map<string, AccessRequest>();
  for (const { kind, namespace } of packages.flatMap(kindsOf)) {
    const served = await client.discovery.find(kind);
    // A kind that a CRD of this very plan brings is named after it; its rights are those on the CRD's group.
    if (!served) continue;
    const { resource } = served;
    const group = groupOf(kind.apiVersion);
    const place = served.namespaced && namespace !== undefined ? { namespace } : {};
    for (const verb of VERBS)
      requests.set(`${verb} ${group} ${resource} ${namespace}`, { verb, group, resource, ...place });
  }
  const answers = await mapLimit([...requests.values()], 8, async (request) => ({
    request,
    answer: await client.mayI(request),
  }));
  const missing = answers.filter(({ answer }) => !answer.allowed).map(({ request }) => inWords(request));
  if (missing.length === 0) return;
  throw new CapstanError(
    INSTALLER_CODES.forbidden,
    `You may not do what the plan needs: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? `, and ${missing.length - 5} more` : ''}.`,
    {
      hint: 'Nothing was changed. Ask for these rights, or let somebody who has them carry the plan out.',
      exit: EXIT.forbidden,
      fields: { missing },
    },
  );
}

interface PlacedKind {
  readonly kind: KindReference;
  readonly namespace?: string;
}

function kindsOf({ units, crds, definitions, namespace }: PackagePlan): PlacedKind[] {
  const objects = units.flatMap((unit) => unit.objects.map(({ object }) => ({ object, unit })));
  const secrets = units.map((unit) => ({ kind: { apiVersion: 'v1', kind: 'Secret' }, namespace: unit.namespace }));
  return [
    ...objects.map(({ object, unit }) => ({ kind: object, namespace: object.namespace ?? unit.namespace })),
    ...secrets,
    ...(crds.length > 0 ? [{ kind: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } }] : []),
    ...definitions.map(({ role }) => ({ kind: { apiVersion: 'core.oam.dev/v1alpha2', kind: DEFINITION_KINDS[role] } })),
    ...(namespace.action === 'create' ? [{ kind: { apiVersion: 'v1', kind: 'Namespace' } }] : []),
  ];
}

function inWords({ verb, group, resource, namespace }: AccessRequest): string {
  const what = group === '' ? resource : `${resource}.${group}`;
  return `${verb} ${what}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
