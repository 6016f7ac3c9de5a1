import type { JsonObject, KubernetesObject } from '@capstan/base';
import { type CapabilityPackage, type CrdOffer, type PolicyRule, versionLabel } from '@capstan/capability-model';
import { imagesOf } from '../plan/images.ts';
import type { LintFinding } from './lint.ts';

/** What a package's charts render with its default configuration. */
export interface RenderedCharts {
  /** Everything but CRDs. */
  readonly objects: readonly KubernetesObject[];
  readonly crds: readonly KubernetesObject[];
}

/**
 * What a package's metadata says of its charts and what they really render: rights, images, CRDs, targets of probes.
 * Pure. Each difference is an error, since people decide by the metadata before anything is rendered.
 */
export function lintCharts(metadata: CapabilityPackage, rendered: RenderedCharts): LintFinding[] {
  const messages = [
    ...rightsDifferences(metadata.install.permissions.runtime, rendered.objects),
    ...imageDifferences(metadata, rendered.objects),
    ...crdDifferences(metadata, rendered.crds),
    ...probeTargets(metadata, rendered.objects),
  ];
  return messages.map((message) => ({
    severity: 'error',
    package: metadata.name,
    version: versionLabel(metadata),
    message,
  }));
}

/** One right: a verb on a resource of a group, perhaps of some names only. Rules are compared by these. */
function rightsOf(rules: readonly PolicyRule[]): Set<string> {
  const rights = rules.flatMap(
    ({ verbs, apiGroups = [''], resources = [], resourceNames = [], nonResourceURLs = [] }) => {
      const things = apiGroups.flatMap((group) => resources.map((resource) => `${resource} of group "${group}"`));
      const named = resourceNames.length > 0 ? ` named ${[...resourceNames].sort().join(', ')}` : '';
      return verbs.flatMap((verb) => [...things.map((thing) => `${verb} ${thing}${named}`), ...nonResourceURLs]);
    },
  );
  return new Set(rights);
}

function rightsDifferences(declared: readonly PolicyRule[], objects: readonly KubernetesObject[]): string[] {
  const roles = objects.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
  const wanted = rightsOf(roles.flatMap((role) => (role['rules'] ?? []) as readonly PolicyRule[]));
  const told = rightsOf(declared);
  return [
    ...[...wanted]
      .filter((right) => !told.has(right))
      .map((right) => `its charts ask for a right that it does not tell: ${right}`),
    ...[...told]
      .filter((right) => !wanted.has(right))
      .map((right) => `it tells a right that its charts do not ask for: ${right}`),
  ];
}

function imageDifferences({ install }: CapabilityPackage, objects: readonly KubernetesObject[]): string[] {
  const told = install.images.filter(({ atRuntime }) => !atRuntime).map(({ ref }) => ref);
  const run = imagesOf(objects);
  // A controller may be told by an argument or a ConfigMap what it is to start later.
  const text = JSON.stringify(objects);
  return [
    ...run
      .filter((image) => !told.includes(image))
      .map((image) => `its charts run an image that it does not list: ${image}`),
    ...told
      .filter((image) => !text.includes(image))
      .map((image) => `it lists an image that its charts do not mention: ${image}`),
  ];
}

function crdDifferences({ install, provides }: CapabilityPackage, rendered: readonly KubernetesObject[]): string[] {
  // What programs make at run time, a chart may bring as well: stand-ins do.
  const told = install.crds.filter(({ from }) => from !== 'package');
  const unknown = rendered.filter(({ metadata }) => !told.some(({ name }) => name === metadata.name));
  return [
    ...unknown.map(({ metadata }) => `its charts bring a CRD that it does not list: ${metadata.name}`),
    ...told.flatMap((crd) => {
      const object = rendered.find(({ metadata }) => metadata.name === crd.name);
      if (!object && crd.from === 'runtime') return [];
      if (!object) return [`it lists the CRD ${crd.name}, which its charts do not bring`];
      const facts = factsOf(object);
      const api = provides.apis.find(({ group, kind }) => kind === crd.kind && crd.name.endsWith(`.${group}`));
      return [
        ...differences(`the CRD ${crd.name}`, toldFacts(crd), facts),
        ...(api ? differences(`the API ${crd.kind}`, { ...api, shortNames: facts.shortNames }, facts) : []),
      ];
    }),
  ];
}

type CrdFacts = Pick<CrdOffer, 'kind' | 'scope' | 'served' | 'storage' | 'shortNames'>;

const toldFacts = ({ kind, scope, served, storage, shortNames }: CrdOffer): CrdFacts => ({
  kind,
  scope,
  served,
  storage,
  shortNames,
});

function factsOf(crd: KubernetesObject): CrdFacts {
  const spec = crd['spec'] as {
    readonly scope: CrdOffer['scope'];
    readonly names: { readonly kind: string; readonly shortNames?: readonly string[] };
    readonly versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[];
  };
  return {
    kind: spec.names.kind,
    scope: spec.scope,
    served: spec.versions.filter(({ served }) => served).map(({ name }) => name),
    storage: spec.versions.find(({ storage }) => storage)?.name ?? '',
    shortNames: spec.names.shortNames ?? [],
  };
}

/** What is told and differs; what is not told is not compared. */
function differences(what: string, told: Partial<CrdFacts>, facts: CrdFacts): string[] {
  return Object.entries(facts).flatMap(([field, fact]) => {
    const claim = (told as JsonObject)[field];
    if (claim === undefined || JSON.stringify(claim) === JSON.stringify(fact)) return [];
    return [`${field} of ${what} is told as ${JSON.stringify(claim)} and is ${JSON.stringify(fact)}`];
  });
}

/** A probe whose target is never made would wait for ever. Kinds that charts do not render at all may come at run time. */
function probeTargets({ health, install }: CapabilityPackage, objects: readonly KubernetesObject[]): string[] {
  const rendered = new Set(objects.map(({ kind }) => kind));
  return health.probes
    .filter(({ target }) => rendered.has(target.kind))
    .filter(({ target }) => {
      return !objects.some(
        ({ kind, metadata }) =>
          kind === target.kind &&
          metadata.name === target.name &&
          (target.namespace === undefined || (metadata.namespace ?? install.namespace) === target.namespace),
      );
    })
    .map(({ id, target }) => `its probe ${id} looks at ${target.kind} ${target.name}, which its charts do not make`);
}
