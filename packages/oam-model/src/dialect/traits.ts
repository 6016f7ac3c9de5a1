import type { KubernetesObject } from '@capstan/base';
import { OAM_CODES } from '../codes.ts';
import { isBlank } from '../json.ts';
import type { ComponentTrait } from '../kinds/index.ts';
import type { DialectContext, Path } from './context.ts';
import { saysItsKind, withoutEmptyMetadata } from './embedded.ts';
import { describeKind, modernObject } from './kind-aliases.ts';
import { isNamedInside, resolveInside, resolveUnwrapped } from './named-traits.ts';

/** A trait on its way to the canonical form. */
export interface DraftTrait {
  readonly entry: ComponentTrait;
  /** Where it is written. */
  readonly source: Path;
  /** Parts that are written elsewhere than below `source`; `at` is relative to the trait. */
  readonly moves: readonly { readonly at: Path; readonly source: Path }[];
}

/**
 * A trait in canonical form: the whole object under `trait`, under its kind of today. What cannot be read stays as it
 * is written, with a problem.
 */
export function draftTrait(context: DialectContext, entry: ComponentTrait, source: Path): DraftTrait {
  if (isBlank(entry.trait)) return unwrapped(context, entry, source);
  const { name, version: _version, properties: _properties, spec: _spec, ...rest } = entry;
  if (!isBlank(name))
    context.warn([...source, 'name'], 'name is not looked at: trait beside it says what the trait is');
  const object = entry.trait as KubernetesObject;
  const path = [...source, 'trait'];
  const whole = isNamedInside(object) ? resolveInside(context, object, path) : object;
  const moved = whole !== object && !isBlank(object['properties']);
  return {
    entry: { ...rest, trait: modern(context, whole, path) },
    source,
    moves: moved ? [{ at: ['trait', 'spec'], source: [...path, 'properties'] }] : [],
  };
}

/** The draft at its place in the canonical application. */
export function settle(context: DialectContext, { entry, source, moves }: DraftTrait, canonical: Path): ComponentTrait {
  context.moved(canonical, source);
  for (const move of moves) context.moved([...canonical, ...move.at], move.source);
  return entry;
}

function unwrapped(context: DialectContext, entry: ComponentTrait, source: Path): DraftTrait {
  if (isBlank(entry.name)) {
    context.refuse(source, {
      code: OAM_CODES.traitInvalid,
      reason: 'InvalidTrait',
      message: 'the trait says neither what it is nor its name',
      hint: 'Put the whole object under `trait`, with its apiVersion and kind.',
    });
    return { entry, source, moves: [] };
  }
  const resolved = resolveUnwrapped(context, entry, source);
  if (!resolved?.trait) return { entry, source, moves: [] };
  const body = entry.properties === undefined ? 'spec' : 'properties';
  return {
    entry: { ...resolved, trait: modern(context, resolved.trait, [...source, 'name']) },
    source,
    moves: [
      { at: ['trait'], source },
      { at: ['trait', 'spec'], source: [...source, body] },
    ],
  };
}

function modern(context: DialectContext, object: KubernetesObject, path: Path): KubernetesObject {
  if (!saysItsKind(object)) return object;
  const renamed = modernObject(object, context.catalog.crds);
  if (renamed !== object) {
    const field = renamed.apiVersion === object.apiVersion ? 'kind' : 'apiVersion';
    const place = path.at(-1) === 'name' ? path : [...path, field];
    context.warn(place, `${describeKind(object)} is read as ${describeKind(renamed)}`);
  }
  return withoutEmptyMetadata(renamed);
}
