import type { KubernetesObject } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { extractFields, fieldOwners } from '../changes/managed-fields.ts';
import { USER_MANAGER } from '../lib/apply-application.ts';
import type { Rollback } from './rollback.ts';

/** How the change was written, which says who else must know of it. */
export interface WrittenRollback {
  readonly application: KubernetesObject;
  /** Other tools that apply this application's spec: what they write next time undoes the rollback. */
  readonly otherManagers: readonly string[];
}

/**
 * Points the application at the revision. Where `capstan up` applied it, as another apply of the same file, so that the
 * next `up` goes forward without a conflict; else as a change of the list of components alone, guarded against a change
 * meanwhile (CAPSTAN_KUBE_INVALID).
 */
export async function writeRollback(
  client: KubeClient,
  application: ApplicationConfiguration,
  { components }: Rollback,
  options: { readonly dryRun: boolean; readonly signal: AbortSignal },
): Promise<WrittenRollback> {
  const { apiVersion, kind, metadata } = application;
  const { name, namespace = '' } = metadata;
  const write = { fieldManager: USER_MANAGER, ...options };
  const { own } = fieldOwners(application, USER_MANAGER);
  const otherManagers = managersOfSpec(application);
  if (own && 'f:spec' in own) {
    const applied = extractFields(application as unknown as Record<string, unknown>, own) as Partial<KubernetesObject>;
    const object = {
      ...applied,
      apiVersion,
      kind,
      metadata: { ...applied.metadata, name, namespace },
      spec: { ...(applied['spec'] as object), components },
    };
    return { application: await client.apply(object, write), otherManagers };
  }
  const patch = [
    // Only the spec counts: the controller writes the status all the time.
    { op: 'test', path: '/metadata/generation', value: metadata.generation },
    { op: 'replace', path: '/spec/components', value: components },
  ];
  const reference = { apiVersion, kind, name, namespace };
  return { application: await client.patch(reference, patch, { ...write, type: 'json' }), otherManagers };
}

function managersOfSpec({ metadata }: KubernetesObject): string[] {
  const managers = (metadata.managedFields ?? []).flatMap(({ manager, fieldsV1 }) =>
    manager !== USER_MANAGER && 'f:spec' in ((fieldsV1 ?? {}) as object) ? [String(manager)] : [],
  );
  return [...new Set(managers)];
}
