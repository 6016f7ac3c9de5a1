import { CapstanError, EXIT, isCapstanError } from '@capstan/base';
import type { CatalogEntry } from '@capstan/capability-center';
import { CAPSTAN_KINDS, type CapabilityInstall } from '@capstan/capability-model';
import { COMPONENT_LABEL, CONTROLLER_REVISION, snapshotOf } from '@capstan/core';
import type { KubeClient } from '@capstan/kube';
import {
  type ApplicationConfiguration,
  type Component,
  type CustomResourceDefinition,
  type Definition,
  type DefinitionCatalog,
  OAM_API_VERSION,
  parseDocuments,
  type SourceDocument,
  type ValidationProblem,
  validateApplication,
} from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { orForbidden } from './forbidden.ts';
import { readInputs } from './input.ts';
import { offeredPackages, offerOf } from './offers.ts';
import { clusterCrds } from './types-catalog.ts';
import { count, enumerate } from './words.ts';

/** What the files of an application hold. */
export interface ApplicationFiles {
  readonly files: readonly string[];
  readonly documents: readonly SourceDocument[];
  readonly components: readonly Component[];
  readonly applications: readonly ApplicationConfiguration[];
}

/** Reads and parses files, and those of folders. Problems of syntax are thrown with their lines, exit 2. */
export async function loadApplicationFiles(paths: readonly string[]): Promise<ApplicationFiles> {
  const read = (await Promise.all(paths.map(readInputs))).flat();
  const files = read.map(({ file }) => file);
  const parsed = read.map(({ text, file }) => parseDocuments(text, file));
  throwProblems(
    parsed.flatMap(({ problems }) => problems),
    files,
  );
  const documents = parsed.flatMap((one) => one.documents);
  const ofKind = (kind: string) =>
    documents.map(({ object }) => object).filter((object) => object.kind === kind && isOam(object.apiVersion));
  return {
    files,
    documents,
    components: ofKind('Component') as Component[],
    applications: ofKind('ApplicationConfiguration') as ApplicationConfiguration[],
  };
}

/** What to check files against. */
export interface CheckOptions {
  readonly types: DefinitionCatalog;
  /** The cluster, where there is one: its components count, and its centers are asked for missing types. */
  readonly client?: KubeClient;
  readonly namespace?: string;
  readonly signal: AbortSignal;
}

/**
 * Fails with exit 2 and every problem at its place: fields, types, parameters, rules of traits. A type that is not
 * installed names the package that offers it.
 */
export async function checkApplicationFiles(loaded: ApplicationFiles, options: CheckOptions): Promise<void> {
  const { types, client, namespace, signal } = options;
  const components = client && namespace ? await existingComponents(client, namespace, signal) : undefined;
  const revisions = client && namespace ? await pinnedRevisions(client, loaded, namespace, signal) : undefined;
  const problems = validateApplication({
    documents: loaded.documents,
    definitions: types.definitions,
    crds: [...types.crds, ...(client ? await crdsOfFiles(client, loaded, types, signal) : [])],
    ...(components ? { components } : {}),
    ...(revisions ? { revisions } : {}),
  });
  throwProblems(await withOffers(problems, client), loaded.files);
}

function throwProblems(problems: readonly ValidationProblem[], files: readonly string[]): void {
  if (problems.length === 0) return;
  throw new CapstanError(
    CLI_CODES.invalidApplication,
    `${count(problems.length, 'problem')} in ${files.join(', ')}: nothing was changed`,
    {
      exit: EXIT.usage,
      fields: { problems },
    },
  );
}

async function existingComponents(client: KubeClient, namespace: string, signal: AbortSignal): Promise<Component[]> {
  const { items } = await client.list({ apiVersion: OAM_API_VERSION, kind: 'Component' }, { namespace, signal });
  return items as Component[];
}

/** The components that the revisions named in the files hold; nothing is read where none is named. */
async function pinnedRevisions(
  client: KubeClient,
  { applications }: ApplicationFiles,
  namespace: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Component>> {
  const entries = applications.flatMap(({ spec }) => (Array.isArray(spec?.components) ? spec.components : []));
  if (!entries.some((entry) => entry?.revisionName)) return new Map();
  const { items } = await client.list(CONTROLLER_REVISION, { namespace, labelSelector: COMPONENT_LABEL, signal });
  return new Map(
    items.flatMap((revision) => {
      const component = snapshotOf(revision);
      return component ? [[revision.metadata.name, component] as const] : [];
    }),
  );
}

/** The CRDs of the cluster that only Definitions in the files name. */
async function crdsOfFiles(
  client: KubeClient,
  { documents }: ApplicationFiles,
  types: DefinitionCatalog,
  signal: AbortSignal,
): Promise<readonly CustomResourceDefinition[]> {
  const known = new Set(types.crds.map(({ metadata }) => metadata.name));
  const names = documents
    .map(({ object }) => (object as Partial<Definition>).spec?.definitionRef?.name)
    .filter((name) => typeof name === 'string' && /^[a-z0-9][-a-z0-9.]*$/.test(name) && !known.has(name));
  return (await orForbidden(clusterCrds(client, names as string[], signal))) ?? [];
}

/** Adds to problems about unknown types which package brings the type, where a center can be read. */
async function withOffers(
  problems: readonly ValidationProblem[],
  client: KubeClient | undefined,
): Promise<ValidationProblem[]> {
  if (!problems.some((problem) => problem.unknown)) return [...problems];
  const [entries, installed] = await Promise.all([
    offeredPackages(client).catch((error: unknown) => {
      // The file's problem is what matters here; a damaged registry shows with the cap commands.
      if (isCapstanError(error)) return [];
      throw error;
    }),
    client ? installedVersions(client) : new Map<string, string>(),
  ]);
  return problems.map((problem) => withOffer(problem, entries, installed));
}

/** Packages that are installed, or on the way, with their versions; none for who may not see them. */
async function installedVersions(client: KubeClient): Promise<ReadonlyMap<string, string>> {
  const { items } = (await orForbidden(client.list(CAPSTAN_KINDS.install))) ?? { items: [] };
  const installs = items as readonly CapabilityInstall[];
  return new Map(installs.map(({ metadata, status }) => [metadata.name, status?.version ?? '']));
}

function withOffer(
  problem: ValidationProblem,
  entries: readonly CatalogEntry[],
  installed: ReadonlyMap<string, string>,
): ValidationProblem {
  const { unknown, hint } = problem;
  if (!unknown) return problem;
  const { capability } = unknown;
  const offer = offerOf(unknown, entries);
  if (offer && (offer.exact || capability === undefined)) {
    const { package: name, version, shortName, alternatives } = offer;
    const there = installed.get(name);
    const state = there === undefined ? 'which is not installed' : `which is here in version ${there || 'none yet'}`;
    const from = `"${shortName}" comes from capability ${name} ${version}, ${state}.`;
    const also = alternatives.length > 0 ? `${enumerate(alternatives)} would bring it too.` : '';
    const way = there === undefined || there === '' ? `capstan cap install ${name}` : `capstan cap status ${name}`;
    return {
      ...problem,
      hint: [offer.exact ? '' : hint, from, also].filter(Boolean).join(' '),
      next: [way, ...problem.next],
    };
  }
  if (capability === undefined) return problem;
  const related = entries.find(({ metadata }) => metadata.name === capability);
  const brought = related?.metadata.provides.definitions.map(({ shortName }) => shortName).join(', ');
  const state = related
    ? `But ${capability} ${related.metadata.version} brings only ${brought || 'no types'}.`
    : 'No center that can be read offers it.';
  return { ...problem, hint: [hint, state].filter(Boolean).join(' ') };
}

function isOam(apiVersion: string): boolean {
  return apiVersion.startsWith('core.oam.dev/');
}
