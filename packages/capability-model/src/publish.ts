import type { JsonObject, KubernetesObject } from '@capstan/base';
import { digestOf } from './canonical.ts';
import { MODEL_CODES } from './codes.ts';
import type { CapabilityContract } from './contract.ts';
import { claimProblems, demandProblems } from './contract-rules.ts';
import type { DefinitionOffer, DefinitionRole } from './package.ts';
import type { CrdOffer } from './package-install.ts';
import type { CrdSource, DefinitionSource, PackageSource } from './package-source.ts';
import {
  type DocumentOrigin,
  type FieldPath,
  type FieldProblem,
  invalidDocument,
  parsePackage,
  parsePackageSource,
} from './package-validation.ts';
import { schemaProblem } from './values.ts';

/** What a plugin's folder holds. */
export interface PublishInput {
  /** capability.yaml as it was read. */
  readonly source: unknown;
  readonly origin?: DocumentOrigin;
  /** The objects of definitions/*.yaml. */
  readonly definitions: readonly KubernetesObject[];
  /** The objects of crds/*.yaml. */
  readonly crds: readonly KubernetesObject[];
  /** The contracts that there are. Without them, what the package claims and asks of contracts is not checked. */
  readonly contracts?: readonly CapabilityContract[];
}

/**
 * Package metadata as a registry keeps it: what the author wrote, with the objects embedded. Defaults are filled in when
 * it is read, not here: else a new field with a default would change what is published already.
 */
export interface PackageDocument {
  readonly name: string;
  readonly version: string;
  readonly release?: number;
  readonly [field: string]: unknown;
}

const ROLES: Readonly<Record<string, DefinitionRole>> = {
  WorkloadDefinition: 'workload',
  TraitDefinition: 'trait',
  ScopeDefinition: 'scope',
};

/**
 * The published form of a package: complete without its folder. Every file must be named in capability.yaml and every
 * name must have its file; throws CAPSTAN_PACKAGE_INVALID otherwise, and CAPSTAN_CONTRACT_INVALID for a claim or a
 * requirement that its contract does not have.
 */
export function publishPackage(input: PublishInput): PackageDocument {
  const { source, origin, definitions, crds, contracts } = input;
  const parsed = parsePackageSource(source, origin ? { origin } : {});
  const { install, provides } = parsed;
  const claims = contracts
    ? [...claimProblems(provides.capabilities, contracts), ...demandProblems(parsed.requires, contracts)]
    : [];
  if (claims.length > 0) throw invalidDocument(MODEL_CODES.contractInvalid, 'The package', claims, origin);
  const crdOffers = install.crds.map((crd, index) => crdOffer(crd, crds, ['install', 'crds', index]));
  const definitionOffers = provides.definitions.map((definition, index) =>
    definitionOffer(definition, definitions, crdOffers, ['provides', 'definitions', index]),
  );
  const own = install.crds.filter(({ from }) => from === 'package');
  const problems = [
    ...[...crdOffers, ...definitionOffers].flatMap((offer) => ('problem' in offer ? [offer.problem] : [])),
    ...unnamed(crds, own, 'crds', ['install', 'crds']),
    ...unnamed(definitions, provides.definitions, 'definitions', ['provides', 'definitions']),
  ];
  if (problems.length > 0) throw invalidDocument(MODEL_CODES.packageInvalid, 'The package', problems, origin);
  const document = withObjects(
    source as WrittenPackage,
    parsed,
    crdOffers.flatMap(offered),
    definitionOffers.flatMap(offered),
  );
  const { config } = parsePackage(document, { strict: true, ...(origin ? { origin } : {}) });
  const message = config.schema && schemaProblem(config.schema);
  if (message !== undefined) {
    const problem = { path: ['config', 'schema'], message: `is not a JSON Schema: ${message}` };
    throw invalidDocument(MODEL_CODES.packageInvalid, 'The package', [problem], origin);
  }
  return document;
}

interface WrittenPackage {
  readonly install: JsonObject & { readonly crds?: readonly JsonObject[] };
  readonly provides?: JsonObject;
}

/** What the author wrote, with the objects of the folder in it. */
function withObjects(
  written: WrittenPackage,
  { name, version }: Pick<PackageSource, 'name' | 'version'>,
  crds: readonly CrdOffer[],
  definitions: readonly DefinitionOffer[],
): PackageDocument {
  const writtenCrds = crds.map((offer, index) =>
    offer.from === 'package' ? offer : { ...written.install.crds?.[index], singular: offer.singular },
  );
  return {
    ...written,
    name,
    version,
    install: { ...written.install, ...(crds.length > 0 ? { crds: writtenCrds } : {}) },
    ...(written.provides
      ? { provides: { ...written.provides, ...(definitions.length > 0 ? { definitions } : {}) } }
      : {}),
  };
}

/** An offer, or why there is none. */
type Found<Offer> = { readonly offer: Offer } | { readonly problem: FieldProblem };

const offered = <Offer>(found: Found<Offer>): Offer[] => ('offer' in found ? [found.offer] : []);

function crdOffer(crd: CrdSource, objects: readonly KubernetesObject[], path: FieldPath): Found<CrdOffer> {
  if (crd.from !== 'package') return { offer: { ...crd, singular: crd.singular ?? crd.kind.toLowerCase() } };
  const object = objects.find(({ metadata }) => metadata.name === crd.name);
  if (!object) return wrong([...path, 'name'], `names ${crd.name}, but no file in crds/ holds it`);
  const { spec } = object;
  if (!isCrdSpec(spec)) return wrong([...path, 'name'], `names ${crd.name}, which is no CustomResourceDefinition`);
  const { kind, singular = kind.toLowerCase(), shortNames = [] } = spec.names;
  const offer: CrdOffer = {
    name: crd.name,
    from: 'package',
    kind,
    singular,
    shortNames,
    scope: spec.scope,
    served: spec.versions.filter(({ served }) => served).map(({ name }) => name),
    storage: spec.versions.find(({ storage }) => storage)?.name ?? '',
    digest: digestOf(object),
    object,
  };
  return { offer };
}

function definitionOffer(
  definition: DefinitionSource,
  objects: readonly KubernetesObject[],
  crds: readonly Found<CrdOffer>[],
  path: FieldPath,
): Found<DefinitionOffer> {
  const { name } = definition;
  const object = objects.find(({ metadata }) => metadata.name === name);
  if (!object) return wrong([...path, 'name'], `names ${name}, but no file in definitions/ holds it`);
  const role = ROLES[object.kind];
  if (!role)
    return wrong([...path, 'name'], `names a ${object.kind}; Definitions are ${Object.keys(ROLES).join(', ')}`);
  const refersTo = ((object['spec'] as JsonObject | undefined)?.['definitionRef'] as JsonObject | undefined)?.['name'];
  if (refersTo !== name) {
    return wrong(
      [...path, 'name'],
      `names a Definition that refers to the CRD ${String(refersTo)}; both have one name`,
    );
  }
  const crd = crds.flatMap(offered).find((offer) => offer.name === name);
  if (!crd) return wrong([...path, 'name'], 'has no CRD of that name in install.crds');
  return {
    offer: { ...definition, role, shortName: crd.singular, kind: crd.kind, digest: digestOf(object), object },
  };
}

const wrong = (path: FieldPath, message: string) => ({ problem: { path, message } });

function unnamed(
  objects: readonly KubernetesObject[],
  named: readonly { readonly name: string }[],
  folder: string,
  path: FieldPath,
): FieldProblem[] {
  return objects
    .filter(({ metadata }) => !named.some(({ name }) => name === metadata.name))
    .map(({ metadata }) => ({ path, message: `does not name ${metadata.name}, which ${folder}/ holds` }));
}

/** The API server checks the rest; this is what is read here. */
function isCrdSpec(spec: unknown): spec is CrdSpec {
  const { scope, names, versions } = (spec ?? {}) as Partial<CrdSpec>;
  const known = typeof names === 'object' && typeof names?.kind === 'string' && typeof scope === 'string';
  return known && Array.isArray(versions) && versions.every((one) => typeof one === 'object' && one !== null);
}

interface CrdSpec {
  readonly scope: CrdOffer['scope'];
  readonly names: { readonly kind: string; readonly singular?: string; readonly shortNames?: readonly string[] };
  readonly versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[];
}
