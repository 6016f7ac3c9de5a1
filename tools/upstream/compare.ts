import type { KubernetesObject } from '../../packages/base/src/index.ts';
import { groupOf } from '../../packages/base/src/index.ts';
import type { Judge } from './judge.ts';
import { mutantsOf, type Schema } from './mutants.ts';
import type { GoldenObject } from './sources.ts';
import type { World } from './world.ts';

interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly subresources?: object;
  readonly schema?: { readonly openAPIV3Schema?: Schema };
}

interface CrdSpec {
  readonly group: string;
  readonly scope: string;
  readonly names: Readonly<Record<string, unknown>>;
  readonly versions: readonly CrdVersion[];
  readonly conversion?: { readonly strategy?: string };
}

const specOf = (crd: KubernetesObject): CrdSpec => crd['spec'] as unknown as CrdSpec;

/**
 * What the stand-ins' CRDs are called and served as, other than upstream's: one line for each difference. CRDs that only
 * upstream has and of which our packages tell nothing are no difference.
 */
export function crdDifferences(standIns: World, upstream: World): string[] {
  return standIns.versions.flatMap(({ name: owner, install }) => {
    const told = install.crds.filter(({ from }) => from !== 'package').map(({ name }) => name);
    const theirs = named(upstream, owner);
    const ours = named(standIns, owner);
    return told.flatMap((name) => {
      const [one, other] = [ours.get(name), theirs.get(name)];
      if (one === undefined && other === undefined) return [];
      if (one === undefined) return [`${owner}: the stand-in lacks the CRD ${name}`];
      if (other === undefined) return [`${owner}: upstream has no CRD ${name}`];
      return factDifferences(one, other).map((line) => `${owner}: ${name}: ${line}`);
    });
  });
}

/** The CRDs of a package; those that upstream makes at run time belong to whoever tells of them. */
function named({ crds }: World, owner: string): Map<string, KubernetesObject> {
  const all = [...(crds.get('') ?? []), ...(crds.get(owner) ?? [])];
  return new Map(all.map((crd) => [crd.metadata.name, crd]));
}

function factDifferences(ours: KubernetesObject, theirs: KubernetesObject): string[] {
  const [one, other] = [factsOf(ours), factsOf(theirs)];
  return Object.keys(other).flatMap((fact) => {
    const [mine, its] = [JSON.stringify(one[fact]), JSON.stringify(other[fact])];
    return mine === its ? [] : [`${fact} is ${mine ?? 'missing'} and upstream ${its}`];
  });
}

function factsOf(crd: KubernetesObject): Record<string, unknown> {
  const { group, scope, names, versions, conversion } = specOf(crd);
  const { kind, plural, singular, shortNames = [], categories = [] } = names;
  const facts = {
    group,
    scope,
    kind,
    plural,
    singular: singular ?? String(kind).toLowerCase(),
    shortNames,
    categories,
  };
  const ofVersions = versions.map(({ name, served, storage, subresources = {} }) => {
    return [`version ${name}`, { served, storage, subresources: Object.keys(subresources).sort() }] as const;
  });
  return { ...facts, ...Object.fromEntries(ofVersions), conversion: conversion?.strategy ?? 'None' };
}

/** What a comparison by behaviour found. */
export interface Behaviour {
  /** How many variations both were asked about. */
  readonly asked: number;
  /** How many of them upstream refuses. */
  readonly wrong: number;
  /** What upstream refuses and the stand-in accepts. */
  readonly laxer: readonly string[];
}

/**
 * Asks the stand-ins' CRDs and upstream's about our objects, each changed in one place, and tells what only upstream
 * refuses. Objects of kinds that are built in, or that our packages bring themselves, are left out: both sides are the same.
 */
export async function compareBehaviour(
  objects: readonly GoldenObject[],
  upstream: World,
  judges: { readonly standIns: Judge; readonly upstream: Judge },
): Promise<Behaviour> {
  const asked = new Set<string>();
  const laxer: string[] = [];
  let wrong = 0;
  for (const { file, object } of objects) {
    const schema = schemaOf(upstream, object);
    if (schema === undefined) continue;
    for (const mutant of mutantsOf(object, schema)) {
      const key = `${object.apiVersion} ${object.kind} ${mutant.key}`;
      if (asked.has(key)) continue;
      asked.add(key);
      const refused = await judges.upstream.refusal(mutant.object);
      if (refused === undefined || (mutant.added && refused.includes(mutant.added))) continue;
      wrong += 1;
      if ((await judges.standIns.refusal(mutant.object)) !== undefined) continue;
      laxer.push(`${object.kind} of ${file}: ${mutant.what}: upstream: ${refused}`);
    }
  }
  return { asked: asked.size, wrong, laxer };
}

/** Upstream's schema of an object's version; undefined where its kind is not upstream's. */
function schemaOf({ crds, versions }: World, { apiVersion, kind }: KubernetesObject): Schema | undefined {
  const own = versions.flatMap(({ install }) => install.crds.filter(({ from }) => from === 'package'));
  const crd = [...crds.values()].flat().find((one) => {
    const { group, names } = specOf(one);
    return group === groupOf(apiVersion) && names['kind'] === kind;
  });
  if (crd === undefined || own.some(({ name }) => name === crd.metadata.name)) return undefined;
  return specOf(crd).versions.find(({ name }) => apiVersion.endsWith(`/${name}`))?.schema?.openAPIV3Schema;
}
