import { describeObject, referenceTo } from '@capstan/base';
import { digestOf } from './canonical.ts';
import { objectValueProblems } from './object-values.ts';
import type { CapabilityPackage, Requirement } from './package.ts';
import { type CrdOffer, helmUnits, valueSourcesOf } from './package-install.ts';
import type { FieldPath, FieldProblem } from './package-validation.ts';
import type { Predicate } from './predicate.ts';
import { isRange } from './versions.ts';

/** Groups that a package of this repository may bring CRDs for (architecture.md 4). */
export const FRIENDLY_GROUPS = ['traits.capstan.dev', 'workloads.capstan.dev', 'extended.oam.dev'] as const;

/** What the schema cannot say: ranges parse, names refer to what exists, digests hold, units have an order. */
export function packageContradictions(metadata: CapabilityPackage): FieldProblem[] {
  return [
    ...rangeProblems(metadata),
    ...metadata.requires.flatMap((requirement, index) => optionalProblems(requirement, ['requires', index])),
    ...unitProblems(metadata),
    ...valueProblems(metadata),
    ...aliasProblems(metadata),
    ...metadata.install.units.flatMap((unit, index) => objectValueProblems(unit, ['install', 'units', index])),
    ...crdProblems(metadata),
    ...definitionProblems(metadata),
    ...duplicates(metadata),
  ];
}

function rangeProblems(metadata: CapabilityPackage): FieldProblem[] {
  const ranges: [FieldPath, string | undefined][] = [
    [['platform', 'kubernetes'], metadata.platform.kubernetes],
    [['upgrade', 'rollbackTo'], metadata.upgrade.rollbackTo],
    [['plugin', 'api'], metadata.plugin?.api],
    ...metadata.upgrade.from.map((from, index) => [['upgrade', 'from', index], from] as [FieldPath, string]),
    ...metadata.conflicts.map(({ range }, index) => [['conflicts', index, 'range'], range] as [FieldPath, string]),
    ...metadata.requires.flatMap((requirement, index) => requirementRanges(requirement, ['requires', index])),
  ];
  return ranges.flatMap(([path, range]) =>
    range === undefined || isRange(range) ? [] : [{ path, message: `"${range}" is not a version range` }],
  );
}

function requirementRanges(requirement: Requirement, path: FieldPath): [FieldPath, string][] {
  const conditions = requirement.when ? predicateRanges(requirement.when, [...path, 'when']) : [];
  if ('anyOf' in requirement) {
    const branches = requirement.anyOf.flatMap((branch, index) => requirementRanges(branch, [...path, 'anyOf', index]));
    return [...conditions, ...branches];
  }
  return 'range' in requirement ? [...conditions, [[...path, 'range'], requirement.range]] : conditions;
}

function predicateRanges(predicate: Predicate, path: FieldPath): [FieldPath, string][] {
  if ('not' in predicate) return predicateRanges(predicate.not, [...path, 'not']);
  for (const list of ['all', 'any'] as const) {
    const parts = (predicate as { readonly [list]?: readonly Predicate[] })[list];
    if (parts) return parts.flatMap((part, index) => predicateRanges(part, [...path, list, index]));
  }
  return 'range' in predicate ? [[[...path, 'range'], predicate.range]] : [];
}

/** An optional requirement binds one package; among alternatives there is none that it could bind. */
function optionalProblems(requirement: Requirement, path: FieldPath): FieldProblem[] {
  if (!('anyOf' in requirement)) return [];
  const all = [requirement, ...requirement.anyOf];
  return all.some(({ optional }) => optional) ? [{ path, message: 'has alternatives, which cannot be optional' }] : [];
}

function unitProblems({ install: { units } }: CapabilityPackage): FieldProblem[] {
  const ids = new Set(units.map(({ id }) => id));
  const unknown = units.flatMap((unit, index) =>
    unit.after
      .filter((id) => !ids.has(id))
      .map((id) => ({ path: ['install', 'units', index, 'after'], message: `names the unknown unit "${id}"` })),
  );
  const ready = new Set<string>();
  for (let grew = true; grew; ) {
    const next = units.filter(({ id, after }) => !ready.has(id) && after.every((on) => ready.has(on) || !ids.has(on)));
    for (const { id } of next) ready.add(id);
    grew = next.length > 0;
  }
  const cyclic = units.filter(({ id }) => !ready.has(id)).map(({ id }) => id);
  if (cyclic.length === 0) return unknown;
  return [...unknown, { path: ['install', 'units'], message: `the units ${cyclic.join(', ')} wait for one another` }];
}

/** Exports are copied from packages that are there: those that are required, and those that provide what is required. */
function valueProblems(metadata: CapabilityPackage): FieldProblem[] {
  const required = new Set(metadata.requires.flatMap(namesOf));
  return metadata.install.units.flatMap((unit, index) =>
    valueSourcesOf(unit).flatMap(({ of }, at) =>
      of === undefined || required.has(of)
        ? []
        : [
            {
              path: ['install', 'units', index, 'valuesFrom', at, 'of'],
              message: `names "${of}", which is no package and no contract that is required`,
            },
          ],
    ),
  );
}

function namesOf(requirement: Requirement): string[] {
  if ('anyOf' in requirement) return requirement.anyOf.flatMap(namesOf);
  if ('package' in requirement) return [requirement.package];
  return 'capability' in requirement ? [requirement.capability] : [];
}

/** An alias leads to this package from another name. */
function aliasProblems({ name, aliases = [] }: CapabilityPackage): FieldProblem[] {
  return aliases.flatMap((alias, index) =>
    alias === name ? [{ path: ['aliases', index], message: `is "${alias}", the name of the package itself` }] : [],
  );
}

function crdProblems({ install }: CapabilityPackage): FieldProblem[] {
  return install.crds.flatMap((crd, index) => {
    const path = ['install', 'crds', index];
    const problems: FieldProblem[] = [];
    if (!crd.served.includes(crd.storage)) {
      problems.push({ path: [...path, 'storage'], message: `is ${crd.storage}, which is not served` });
    }
    if (crd.from === 'chart') {
      if (!helmUnits({ install }).some(({ id }) => id === crd.unit)) {
        problems.push({ path: [...path, 'unit'], message: `names "${crd.unit}", which is no unit with a chart` });
      }
      return problems;
    }
    if (crd.from === 'runtime') return problems;
    const group = crd.name.slice(crd.name.indexOf('.') + 1);
    if (!FRIENDLY_GROUPS.some((friendly) => friendly === group)) {
      problems.push({
        path: [...path, 'name'],
        message: `is in group ${group}; packages bring ${FRIENDLY_GROUPS.join(', ')}`,
      });
    }
    return [...problems, ...embeddedProblems(path, crd)];
  });
}

function definitionProblems({ provides, install }: CapabilityPackage): FieldProblem[] {
  return provides.definitions.flatMap((definition, index) => {
    const path = ['provides', 'definitions', index];
    const problems = embeddedProblems(path, definition);
    if (definition.needs !== undefined && !provides.capabilities.some(({ id }) => id === definition.needs)) {
      problems.push({
        path: [...path, 'needs'],
        message: `names the capability "${definition.needs}", which is not provided`,
      });
    }
    if (!install.crds.some(({ name }) => name === definition.name)) {
      problems.push({ path: [...path, 'name'], message: 'has no CRD of that name in install.crds' });
    }
    return problems;
  });
}

function embeddedProblems(path: FieldPath, offer: Pick<CrdOffer, 'name' | 'digest' | 'object'>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (offer.object?.metadata?.name !== offer.name) {
    problems.push({ path: [...path, 'object'], message: `is not the object ${offer.name}` });
  }
  if (offer.digest !== digestOf(offer.object)) {
    problems.push({ path: [...path, 'digest'], message: 'is not the digest of the object' });
  }
  return problems;
}

function duplicates(metadata: CapabilityPackage): FieldProblem[] {
  const lists: [FieldPath, readonly string[]][] = [
    [['provides', 'capabilities'], metadata.provides.capabilities.map(({ id }) => id)],
    [['provides', 'definitions'], metadata.provides.definitions.map(({ name }) => name)],
    [['install', 'units'], metadata.install.units.map(({ id }) => id)],
    [['install', 'crds'], metadata.install.crds.map(({ name }) => name)],
    [['health', 'probes'], metadata.health.probes.map(({ id }) => id)],
    [['config', 'exports'], (metadata.config.exports ?? []).map(({ name }) => name)],
    ...metadata.install.units.flatMap((unit, index): [FieldPath, string[]][] =>
      unit.type === 'manifests'
        ? [[['install', 'units', index, 'objects'], unit.objects.map((object) => describeObject(referenceTo(object)))]]
        : [],
    ),
  ];
  return lists.flatMap(([path, names]) =>
    names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => ({ path, message: `names "${name}" more than once` })),
  );
}
