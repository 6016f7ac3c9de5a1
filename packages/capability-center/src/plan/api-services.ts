import type { ObjectReference } from '@capstan/base';
import { helmUnits } from '@capstan/capability-model';
import { INSTALLER_CODES } from '../installer/codes.ts';
import type { InstallerContext } from '../installer/context.ts';
import { describeOwner, helmOwnerOf, packageOf } from '../installer/labels.ts';
import { mapLimit } from './parallel.ts';
import type { PlanBlocker } from './types.ts';

/** What a package claims, and whose marks its own objects carry. */
type Claimant = Parameters<typeof helmUnits>[0] & {
  readonly name: string;
  readonly install: { readonly namespace: string };
  readonly provides: { readonly apiServices?: readonly string[] };
};

/**
 * APIServices that the package serves and that somebody else has registered, with the owner's name: the API server asks
 * one program only. Also those that no chart shows, because they are made at run time.
 */
export async function apiServiceBlockers(
  { client }: Pick<InstallerContext, 'client'>,
  metadata: Claimant,
): Promise<PlanBlocker[]> {
  const { name, install, provides } = metadata;
  const releases = helmUnits(metadata).map(({ namespace, release }) => `${namespace ?? install.namespace}/${release}`);
  const found = await mapLimit(provides.apiServices ?? [], 4, async (service): Promise<PlanBlocker[]> => {
    const reference: ObjectReference = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name: service };
    const live = await client.get(reference);
    if (!live || packageOf(live) === name || releases.includes(helmOwnerOf(live) ?? '')) return [];
    const owner = describeOwner(live);
    return [
      {
        code: INSTALLER_CODES.objectConflict,
        message: `APIService ${service} belongs to ${owner}, and ${name} serves it too.`,
        hint: `Only one program can serve it. Remove the other, or do without ${name}.`,
        object: reference,
        owner,
      },
    ];
  });
  return found.flat();
}

/** One blocker for an object, whoever found it. */
export function oncePerObject(blockers: readonly PlanBlocker[]): PlanBlocker[] {
  const told = new Set<string>();
  return blockers.filter(({ object }) => {
    if (!object) return true;
    const key = [object.kind, object.namespace ?? '', object.name].join('/');
    return !told.has(key) && told.add(key);
  });
}
