import type { JsonObject, KubernetesObject } from '@capstan/base';
import { type DefinitionCatalog, matchDefinitions, nearestDefinitions } from '../catalog.ts';
import { OAM_CODES } from '../codes.ts';
import { isBlank, isJsonObject } from '../json.ts';
import {
  type ApplicationConfiguration,
  type ComponentTrait,
  isTraitDefinition,
  type TraitDefinition,
} from '../kinds/index.ts';
import { OAM_LABELS } from '../names.ts';
import { goTypeOf, quoted } from '../quote.ts';
import { DialectContext, type Path } from './context.ts';
import { describeKind } from './kind-aliases.ts';
import { kindNamed } from './served-kinds.ts';
import type { NormalizedObject } from './types.ts';
import { unknownName } from './unknown-name.ts';

/**
 * The traits that name their TraitDefinition inside `trait` (`name`, `properties`) as whole objects: what the
 * reference's mutating webhook does, and nothing else. Problems are its refusals, in its words.
 */
export function resolveNamedTraits(
  application: ApplicationConfiguration,
  catalog: DefinitionCatalog,
): NormalizedObject<ApplicationConfiguration> {
  const context = new DialectContext(catalog);
  const resolve = (traits: readonly ComponentTrait[], path: Path) =>
    traits.map((entry, at) => {
      const { trait } = entry;
      return isNamedInside(trait) ? { ...entry, trait: resolveInside(context, trait, [...path, at, 'trait']) } : entry;
    });
  const { components = [], traits } = application.spec;
  const resolved = components.map((entry, index) =>
    entry.traits ? { ...entry, traits: resolve(entry.traits, ['spec', 'components', index, 'traits']) } : entry,
  );
  const forAll = traits ? { traits: resolve(traits, ['spec', 'traits']) } : {};
  const object = { ...application, spec: { ...application.spec, components: resolved, ...forAll } };
  return { object, warnings: context.warnings, problems: context.problems };
}

/** True for a trait of the form `{name, properties}`. */
export function isNamedInside(trait: KubernetesObject | undefined): trait is KubernetesObject {
  return isJsonObject(trait) && !isBlank(trait['name']);
}

/** The whole object of a trait of the form `{name, properties}`; unchanged, with a problem, when it cannot be known. */
export function resolveInside(context: DialectContext, trait: KubernetesObject, path: Path): KubernetesObject {
  const { name, properties, ...rest } = trait as KubernetesObject & JsonObject;
  if (!isText(context, name, [...path, 'name'])) return trait;
  const definition = context.catalog.definitions.find(
    (each): each is TraitDefinition => isTraitDefinition(each) && each.metadata.name === name,
  );
  if (!definition) {
    refuseName(context, name, [...path, 'name']);
    return trait;
  }
  const body = properties === undefined || properties === null ? rest : { ...rest, spec: properties };
  return wholeTrait(context, definition, body, [...path, 'name']) ?? trait;
}

/**
 * The talks' form beside `trait`: `{name, version, properties | spec}`, where the name may be the short one that the
 * command line shows. Undefined, with a problem, when it cannot be known.
 */
export function resolveUnwrapped(
  context: DialectContext,
  entry: ComponentTrait,
  path: Path,
): ComponentTrait | undefined {
  const { name = '', version, properties, spec, ...passing } = entry;
  const definition = isText(context, name, [...path, 'name']) && definitionNamed(context, name, [...path, 'name']);
  if (!definition) return undefined;
  const wanted = versionOf(context, definition, version, [...path, 'version']);
  if (wanted === undefined) return undefined;
  const body = properties ?? spec;
  const whole = wholeTrait(context, definition, body === undefined ? {} : { spec: body }, [...path, 'name'], wanted);
  if (!whole) return undefined;
  context.warn([...path, 'name'], `a trait by the name ${name} is read as trait: ${describeKind(whole)}`);
  return { ...passing, trait: whole };
}

function isText(context: DialectContext, name: unknown, path: Path): name is string {
  if (typeof name === 'string') return true;
  context.refuse(path, {
    code: OAM_CODES.traitInvalid,
    reason: 'InvalidTrait',
    message: `name of trait should be string instead of ${goTypeOf(name)}`,
    hint: 'Write the name of a TraitDefinition, or apiVersion and kind in its place.',
  });
  return false;
}

function definitionNamed(context: DialectContext, name: string, path: Path): TraitDefinition | undefined {
  const matches = matchDefinitions(name, context.catalog).filter(({ role }) => role === 'trait');
  const [first, second] = matches;
  if (!first) {
    refuseName(context, name, path);
    return undefined;
  }
  if (second) {
    const names = matches.map(({ definition }) => definition.metadata.name);
    context.refuse(path, {
      code: OAM_CODES.traitInvalid,
      reason: 'InvalidTrait',
      message: `${quoted(name)} may be any of ${names.length} traits`,
      hint: `Write the full name: ${names.join(', ')}.`,
    });
    return undefined;
  }
  return isTraitDefinition(first.definition) ? first.definition : undefined;
}

function refuseName(context: DialectContext, name: string, path: Path): void {
  const [near] = nearestDefinitions(name, context.catalog);
  context.refuse(path, {
    code: OAM_CODES.traitUnknown,
    reason: 'TraitDefinitionMissing',
    message: `traitdefinitions.core.oam.dev ${quoted(name)} not found`,
    hint: near ? `Did you mean "${near}"?` : 'Install the package that registers it: `capstan cap search`.',
    unknown: unknownName('trait', name),
  });
}

/**
 * The version of the API to use: '' for the CRD's first. A version that the CRD serves is one of its API; anything else
 * speaks of the trait itself and has to be the one that its TraitDefinition states, if it states one.
 */
function versionOf(
  context: DialectContext,
  definition: TraitDefinition,
  version: string | undefined,
  path: Path,
): string | undefined {
  if (!version || typeof version !== 'string') return '';
  const crd = context.catalog.crds.find((each) => each.metadata.name === definition.spec.definitionRef.name);
  if (crd?.spec.versions.some((each) => each.served && each.name === version)) return version;
  const stated = definition.metadata.annotations?.['version'];
  if (stated === version) return '';
  if (stated === undefined) {
    context.warn(path, `version ${version} is not looked at: TraitDefinition ${definition.metadata.name} states none`);
    return '';
  }
  context.refuse(path, {
    code: OAM_CODES.versionNotServed,
    reason: 'TraitDefinitionMissing',
    message: `trait ${definition.metadata.name} is installed in version ${stated}, not ${version}`,
    hint: 'Write that version or none, or install the other one.',
  });
  return undefined;
}

/** The reference takes the first version of the CRD; one that is not served would only fail later. */
function wholeTrait(
  context: DialectContext,
  definition: TraitDefinition,
  body: JsonObject,
  path: Path,
  version = '',
): KubernetesObject | undefined {
  const { name } = definition.spec.definitionRef;
  const crd = context.catalog.crds.find((each) => each.metadata.name === name);
  const first = crd?.spec.versions.find(({ served }) => served)?.name;
  const kind = kindNamed(name, context.catalog, version || first);
  if (!kind) {
    context.refuse(path, {
      code: OAM_CODES.traitUnknown,
      reason: 'TraitKindUnknown',
      message: `customresourcedefinitions.apiextensions.k8s.io ${quoted(name)} not found`,
      hint: `TraitDefinition ${definition.metadata.name} names it in definitionRef.`,
    });
    return undefined;
  }
  const metadata = isJsonObject(body['metadata']) ? body['metadata'] : {};
  const labels = isJsonObject(metadata['labels']) ? metadata['labels'] : {};
  return {
    ...body,
    ...kind,
    metadata: { ...metadata, labels: { ...labels, [OAM_LABELS.traitType]: definition.metadata.name } },
  } as unknown as KubernetesObject;
}
