import { CapstanError, EXIT, type KindReference } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import {
  type DefinitionCatalog,
  type DefinitionMatch,
  didYouMean,
  explainSchema,
  listDefinitions,
  matchDefinitions,
  type Schema,
  type SchemaField,
} from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { offeredPackages, offerOfName } from './offers.ts';
import { descriptionOf, providerOf } from './types-catalog.ts';
import { enumerate } from './words.ts';

/** What a type or one of its fields is. */
export interface Explanation {
  /** Short name of the type. */
  readonly type: string;
  readonly role: string;
  readonly registers: KindReference;
  readonly definition: string;
  readonly provider: string;
  readonly summary: string;
  /** Path of what is explained; `spec` unless a field was asked for. */
  readonly path: string;
  readonly fieldType: string;
  readonly required: boolean;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly fields: readonly SchemaField[];
}

/** The one type that a word means, or an error: ambiguous, or unknown with the nearest name and the package that offers it. */
export async function findType(
  word: string,
  types: DefinitionCatalog,
  client: KubeClient,
  role?: DefinitionMatch['role'],
): Promise<DefinitionMatch> {
  const matches = matchDefinitions(word, types).filter((match) => role === undefined || match.role === role);
  const [match, ...others] = matches;
  if (match && others.length === 0) return match;
  if (match) throw ambiguous(word, matches);
  throw await unknownType(word, types, client, role);
}

/** Explains `TYPE[.PATH]`; a path may leave out `spec`. Fails with exit 2 and the nearest names. */
export async function explain(expression: string, types: DefinitionCatalog, client: KubeClient): Promise<Explanation> {
  const { word, path } = splitExpression(expression, types);
  const match = await findType(word, types, client);
  const { definition, crd, role, shortName } = match;
  const version = crd?.spec.versions.find(({ storage }) => storage) ?? crd?.spec.versions[0];
  const schema = version?.schema?.openAPIV3Schema;
  if (!crd || !version || !schema) throw withoutSchema(shortName, definition.spec.definitionRef.name);
  const at = path === '' ? 'spec' : hasField(schema, path) ? path : `spec.${path}`;
  const { type, ...found } = explainSchema(schema, at);
  return {
    type: shortName,
    role,
    registers: { apiVersion: `${crd.spec.group}/${version.name}`, kind: crd.spec.names.kind },
    definition: definition.metadata.name,
    provider: providerOf(definition),
    summary: descriptionOf(definition),
    path: at,
    fieldType: type,
    ...found,
  };
}

/** Full names have dots themselves, so a full name at the beginning is looked for first. */
function splitExpression(expression: string, types: DefinitionCatalog): { word: string; path: string } {
  const full = types.definitions
    .map(({ metadata }) => metadata.name)
    .find((name) => expression === name || expression.startsWith(`${name}.`));
  const word = full ?? expression.split('.')[0] ?? '';
  return { word, path: expression.slice(word.length + 1) };
}

function hasField(schema: Schema, path: string): boolean {
  const [first = ''] = path.split('.');
  return Object.hasOwn(schema.properties ?? {}, first);
}

function ambiguous(word: string, matches: readonly DefinitionMatch[]): CapstanError {
  const names = matches.map(({ definition }) => definition.metadata.name);
  return new CapstanError(CLI_CODES.usage, `"${word}" may mean ${enumerate(names, 'or')}`, {
    hint: 'Give the full name.',
    next: names.map((name) => `capstan explain ${name}`),
    exit: EXIT.usage,
  });
}

async function unknownType(
  word: string,
  types: DefinitionCatalog,
  client: KubeClient,
  role?: string,
): Promise<CapstanError> {
  const known = listDefinitions(types).filter((match) => role === undefined || match.role === role);
  const offer = offerOfName(word, await offeredPackages(client));
  const names = [...new Set(known.map(({ shortName }) => shortName))];
  const longer = names.find((name) => word.length > 2 && name.startsWith(word.toLowerCase()));
  const hint = offer
    ? `It comes from capability ${offer.package} ${offer.version}, which is not installed.`
    : longer !== undefined
      ? `Did you mean "${longer}"?`
      : (didYouMean(word, names) ?? `There are: ${names.join(', ') || 'none'}.`);
  return new CapstanError(
    CLI_CODES.notFound,
    `no installed ${role ?? 'workload, trait or scope'} is called "${word}"`,
    {
      hint,
      next: offer ? [`capstan cap install ${offer.package}`] : [`capstan ${role ?? 'trait'} list`],
      exit: EXIT.usage,
    },
  );
}

function withoutSchema(shortName: string, crd: string): CapstanError {
  return new CapstanError(CLI_CODES.notFound, `the fields of ${shortName} are not known: there is no CRD ${crd}`, {
    hint: 'It is a kind of Kubernetes itself, which kubectl explains.',
    next: [`kubectl explain ${crd.split('.')[0]}`],
    exit: EXIT.failed,
  });
}
