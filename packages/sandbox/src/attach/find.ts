import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { KubeClient } from '@capstan/kube';
import type { SandboxPaths } from '../lifecycle/paths.ts';
import type { Attachment } from './attachment.ts';
import { readAttachments } from './attachments.ts';

/** Finds the attachment of the address that the API server wants to reach. */
export type FindAttachment = (address: string) => Promise<Attachment | undefined>;

/** `name.namespace.svc:port`, or an IP address with a port. */
const NAMED = /^([^.]+)\.([^.]+)\.svc(?:\.[^:]*)?$/;

/**
 * Looks up attachments as they are recorded now. The real API server asks for the Service's cluster address, the embedded
 * one for its name.
 */
export function attachmentFinder(paths: SandboxPaths, client: KubeClient): FindAttachment {
  return async (address) => {
    const all = await readAttachments(paths);
    if (all.length === 0) return undefined;
    const colon = address.lastIndexOf(':');
    const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
    const port = Number(address.slice(colon + 1));
    const candidates = all.filter((one) => one.port === undefined || one.port === port);
    const [, service, namespace] = NAMED.exec(host) ?? [];
    if (service !== undefined) {
      return candidates.find((one) => one.service === service && one.namespace === namespace);
    }
    for (const candidate of candidates) {
      if ((await clusterAddresses(client, candidate)).includes(host)) return candidate;
    }
    return undefined;
  };
}

async function clusterAddresses(client: KubeClient, { namespace, service }: Attachment): Promise<readonly string[]> {
  const found = await client.get({ apiVersion: 'v1', kind: 'Service', namespace, name: service });
  const spec = found?.['spec'] as { clusterIP?: string; clusterIPs?: string[] } | undefined;
  return [...(spec?.clusterIPs ?? []), ...(spec?.clusterIP === undefined ? [] : [spec.clusterIP])];
}

/** Calls `onChange` after every change of the record, until the signal is aborted. */
export function watchAttachments(paths: SandboxPaths, onChange: () => void, signal: AbortSignal): void {
  const name = basename(paths.attachments);
  watch(dirname(paths.attachments), { signal, persistent: false }, (_event, file) => {
    if (file === name) onChange();
  });
}
