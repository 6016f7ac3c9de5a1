import type { KubeClient } from '@capstan/kube';
import type { DefinitionRole } from '@capstan/oam-model';
import { findType } from './explain.ts';
import { rowOf, type TypeRow } from './type-rows.ts';
import { clusterTypes } from './types-catalog.ts';

/** One type of the cluster by its short or full name; errors as `findType`. */
export async function showType(
  name: string,
  role: DefinitionRole,
  client: KubeClient,
  signal: AbortSignal,
): Promise<TypeRow> {
  const types = await clusterTypes(client, signal);
  return rowOf(await findType(name, types, client, role), types);
}
