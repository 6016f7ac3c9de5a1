import { groupOf, isCapstanError, type KubernetesObject } from '@capstan/base';
import { KUBE_CODES, type ServedResource } from '@capstan/kube';
import { mapLimit } from '../plan/parallel.ts';
import type { CrdPlan } from '../plan/types.ts';
import type { Journal } from './journal.ts';
import type { Run } from './run.ts';

const PAGE = 200;
const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;

interface Page {
  readonly items: readonly KubernetesObject[];
  readonly metadata?: { readonly continue?: string };
}

/**
 * Rewrites every stored object of a CRD, page by page, so that all are stored in its present storage version; then takes
 * the former versions out of the CRD's status. Each page has its entry in the journal, with which an interrupted run
 * goes on. Rewriting an object again changes nothing.
 */
export async function migrateObjects(run: Run, packageName: string, { name, migrate }: CrdPlan): Promise<void> {
  if (!migrate) return;
  const { client } = run.context;
  const resource = await resourceOf(run, name, migrate.to);
  if (!resource) return;
  let from = continueOf(run.journal.current, name);
  for (let page = 1; ; page += 1) {
    const detail = { crd: name, from: [...migrate.from], to: migrate.to, page, ...(from ? { continue: from } : {}) };
    const text = `objects of ${name} are stored as ${migrate.to}, page ${page}`;
    const at = from;
    const next = await run.step({ kind: 'migrate', package: packageName, text, detail }, () =>
      rewritePage(run, resource, at),
    );
    if (next === undefined) break;
    from = next;
  }
  await client.patch({ ...CRD, name }, { status: { storedVersions: [migrate.to] } }, { subresource: 'status' });
}

/** Rewrites one page; answers where the next one begins. A position that is too old leads back to the first page. */
async function rewritePage(run: Run, resource: ServedResource, from: string | undefined): Promise<string | undefined> {
  const { client } = run.context;
  const query = new URLSearchParams({ limit: String(PAGE), ...(from === undefined ? {} : { continue: from }) });
  const path = `/apis/${resource.group}/${resource.version}/${resource.resource}?${query}`;
  let page: Page;
  try {
    page = (await client.raw(path, { signal: run.signal })) as Page;
  } catch (error) {
    if (from !== undefined && isCapstanError(error, KUBE_CODES.expired)) return '';
    throw error;
  }
  await mapLimit(page.items, 8, (item) => rewrite(run, resource, item));
  return page.metadata?.continue || undefined;
}

/** An empty change makes the API server store the object anew where it is stored in another version. */
async function rewrite(run: Run, { apiVersion, kind }: ServedResource, { metadata }: KubernetesObject): Promise<void> {
  const { name, namespace } = metadata;
  const reference = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  try {
    await run.context.client.patch(reference, {}, { signal: run.signal });
  } catch (error) {
    // Gone, or written by somebody else in this moment: both leave nothing in the former version.
    if (!isCapstanError(error, KUBE_CODES.notFound) && !isCapstanError(error, KUBE_CODES.conflict)) throw error;
  }
}

async function resourceOf({ context }: Run, name: string, version: string): Promise<ServedResource | undefined> {
  const served = await context.client.discovery.findByName(name);
  if (!served) return undefined;
  return context.client.discovery.find({ apiVersion: `${groupOf(served.apiVersion)}/${version}`, kind: served.kind });
}

/** Where an interrupted run of this operation was. */
function continueOf({ entries }: Journal, crd: string): string | undefined {
  const last = entries.findLast(({ kind, detail }) => kind === 'migrate' && detail?.['crd'] === crd);
  const position = last?.detail?.['continue'];
  return typeof position === 'string' && position !== '' ? position : undefined;
}
