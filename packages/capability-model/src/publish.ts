import { CapstanError, EXIT, type JsonObject, type KubernetesObject } from '@capstan/base';
import { digestOf } from './canonical.ts';
import { MODEL_CODES } from './codes.ts';
import type { CapabilityContract } from './contract.ts';
import { claimProblems } from './contract-rules.ts';
import type { CrdOffer, DefinitionOffer, DefinitionRole } from './package.ts';
import type { CrdSource, DefinitionSource } from './package-source.ts';
import { type DocumentOrigin, invalidDocument, parsePackage, parsePackageSource } from './package-validation.ts';
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
  /** The contracts that there are. Without them, what the package claims of contracts is not checked. */
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
 * name must have its file; throws CAPSTAN_PACKAGE_INVALID otherwise, and CAPSTAN_CONTRACT_INVALID for a claim that its
 * contract does not have.
 */
export function publishPackage({ source, origin, definitions, crds, contracts }: PublishInput): PackageDocument {
  const parsed = parsePackageSource(source, origin ? { origin } : {});
  const { install, provides } = parsed;
  const claims = contracts ? claimProblems(provides.capabilities, contracts) : [];
  if (claims.length > 0) throw invalidDocument(MODEL_CODES.contractInvalid, 'The package', claims, origin);
  const own = new Set(install.crds.filter(({ from }) => from === 'package').map(({ name }) => name));
  rejectUnnamed(crds, own, 'crds', 'install.crds');
  rejectUnnamed(
    definitions,
    new Set(provides.definitions.map(({ name }) => name)),
    'definitions',
    'provides.definitions',
  );
  const written = source as {
    readonly install: JsonObject & { readonly crds?: readonly JsonObject[] };
    readonly provides?: JsonObject;
  };
  const crdOffers = install.crds.map((crd) => crdOffer(crd, crds));
  const writtenCrds = crdOffers.map((offer, index) =>
    offer.from === 'package' ? offer : { ...written.install.crds?.[index], singular: offer.singular },
  );
  const offers = provides.definitions.map((definition) => definitionOffer(definition, definitions, crdOffers));
  const document = {
    ...written,
    name: parsed.name,
    version: parsed.version,
    install: { ...written.install, ...(crdOffers.length > 0 ? { crds: writtenCrds } : {}) },
    ...(written.provides
      ? { provides: { ...written.provides, ...(offers.length > 0 ? { definitions: offers } : {}) } }
      : {}),
  };
  const { config } = parsePackage(document, { strict: true, ...(origin ? { origin } : {}) });
  const message = config.schema && schemaProblem(config.schema);
  if (message !== undefined) {
    const problem = { path: ['config', 'schema'], message: `is not a JSON Schema: ${message}` };
    throw invalidDocument(MODEL_CODES.packageInvalid, 'The package', [problem], origin);
  }
  return document;
}

function crdOffer(crd: CrdSource, objects: readonly KubernetesObject[]): CrdOffer {
  if (crd.from === 'chart') return { ...crd, singular: crd.singular ?? crd.kind.toLowerCase() };
  const object = objects.find(({ metadata }) => metadata.name === crd.name);
  if (!object) throw incomplete(`install.crds names ${crd.name}, but no file in crds/ holds it.`);
  const spec = object['spec'] as {
    readonly scope: CrdOffer['scope'];
    readonly names: { readonly kind: string; readonly singular?: string; readonly shortNames?: readonly string[] };
    readonly versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[];
  };
  const { kind, singular = kind.toLowerCase(), shortNames = [] } = spec.names;
  return {
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
}

function definitionOffer(
  definition: DefinitionSource,
  objects: readonly KubernetesObject[],
  crds: readonly CrdOffer[],
): DefinitionOffer {
  const { name } = definition;
  const object = objects.find(({ metadata }) => metadata.name === name);
  if (!object) throw incomplete(`provides.definitions names ${name}, but no file in definitions/ holds it.`);
  const role = ROLES[object.kind];
  if (!role)
    throw incomplete(`definitions/ holds ${name}, a ${object.kind}; Definitions are ${Object.keys(ROLES).join(', ')}.`);
  const refersTo = ((object['spec'] as JsonObject | undefined)?.['definitionRef'] as JsonObject | undefined)?.['name'];
  if (refersTo !== name)
    throw incomplete(`The Definition ${name} refers to the CRD ${String(refersTo)}; both have one name.`);
  const crd = crds.find((offer) => offer.name === name);
  if (!crd) throw incomplete(`The Definition ${name} has no CRD in install.crds.`);
  return { ...definition, role, shortName: crd.singular, kind: crd.kind, digest: digestOf(object), object };
}

function rejectUnnamed(
  objects: readonly KubernetesObject[],
  named: ReadonlySet<string>,
  folder: string,
  field: string,
): void {
  const stray = objects.find(({ metadata }) => !named.has(metadata.name));
  if (stray) throw incomplete(`${folder}/ holds ${stray.metadata.name}, which ${field} does not name.`);
}

function incomplete(message: string): CapstanError {
  return new CapstanError(MODEL_CODES.packageInvalid, message, {
    hint: 'capability.yaml names each file of definitions/ and crds/ once, and registries hold both together.',
    exit: EXIT.usage,
  });
}
