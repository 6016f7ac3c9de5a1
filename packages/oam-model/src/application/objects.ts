import { didYouMean, groupOf, type KubernetesObject, nearest } from '@capstan/base';
import { OAM_CODES } from '../codes.ts';
import { modernKind } from '../dialect/kind-aliases.ts';
import { getField, type PathSegment } from '../field-path.ts';
import type { SourceDocument } from '../files/documents.ts';
import { isBlank, isJsonObject, ownProperty } from '../json.ts';
import { OAM_API_VERSION, OAM_GROUP } from '../kinds/index.ts';
import type { SchemaProblem } from '../problem.ts';
import type { CrdVersion, CustomResourceDefinition } from '../schema/types.ts';
import { validateAgainstSchema } from '../schema/validate.ts';
import { oamCrdOf, oamKinds } from './catalog.ts';
import type { Finding, Place, ValidationContext } from './context.ts';

/** Fields of the talks' dialect in a Component's metadata: annotations in the canonical form. */
const DIALECT_METADATA = new Set(['metadata.version', 'metadata.description']);

/**
 * Checks an object of a file against the CRD of its kind. Returns whether the object has the shape that its type
 * promises, so that further checks may read it.
 */
export function checkDocument(context: ValidationContext, document: SourceDocument): boolean {
  const { object } = document;
  const place: Place = { document, segments: [] };
  const isOam = groupOf(object.apiVersion) === OAM_GROUP;
  const crd = (isOam ? oamCrdOf(object.kind) : undefined) ?? crdOf(object, context.catalog.crds);
  if (!crd) {
    reportUnknownKind(context, place, object);
    return false;
  }
  const problems = checkAgainstCrd(context, place, object, crd);
  for (const { code, segments } of isOam ? problems : []) {
    if (code === OAM_CODES.fieldUnknown) reportMisprints(context, place, segments, object);
  }
  return problems.every(({ code }) => code === OAM_CODES.fieldUnknown);
}

/** Kinds of other groups may be served all the same, but a group or kind that is nearly ours is a misprint. */
function reportUnknownKind(context: ValidationContext, place: Place, { apiVersion, kind }: KubernetesObject): void {
  const kinds = oamKinds();
  const group = groupOf(apiVersion);
  if (group === OAM_GROUP) {
    const modern = modernKind({ apiVersion, kind }, context.catalog.crds);
    const hint =
      modern.kind === kind
        ? (didYouMean(kind, kinds) ?? `Kinds of ${OAM_GROUP}: ${kinds.join(', ')}.`)
        : `Outside of an application it is called ${modern.kind}.`;
    const message = `${OAM_GROUP} has no kind ${kind}`;
    context.report(place, ['kind'], { code: OAM_CODES.kindUnknown, message, hint });
  } else if (kinds.includes(kind) && nearest(group, [OAM_GROUP]).length > 0) {
    const message = `${kind} is no kind of "${group}"`;
    context.report(place, ['apiVersion'], {
      code: OAM_CODES.kindUnknown,
      message,
      hint: `Write apiVersion: ${OAM_API_VERSION}.`,
    });
  }
}

/** The CRD that serves an object's kind. */
export function crdOf(
  object: KubernetesObject,
  crds: readonly CustomResourceDefinition[],
): CustomResourceDefinition | undefined {
  const group = groupOf(object.apiVersion);
  return crds.find(({ spec }) => spec.group === group && spec.names.kind === object.kind);
}

/**
 * Reports what the CRD's schema refuses of a whole object at a place; an unserved version is one problem. Of an object
 * that is not complete yet, nothing counts as missing.
 */
export function checkAgainstCrd(
  context: ValidationContext,
  place: Place,
  object: KubernetesObject,
  crd: CustomResourceDefinition,
  complete = true,
): SchemaProblem[] {
  const version = versionOf(object, crd);
  if (!version) {
    const segments = ['apiVersion'];
    const finding = notServed(object, crd);
    context.report(place, segments, finding);
    return [{ code: finding.code, path: 'apiVersion', segments, message: finding.message }];
  }
  const schema = version.schema?.openAPIV3Schema;
  if (!schema) return [];
  const problems = validateAgainstSchema(object, schema).filter(
    (problem) => (complete || problem.code !== OAM_CODES.fieldRequired) && !isDialect(object, problem),
  );
  for (const { segments, path: _path, ...problem } of problems) {
    context.report(place, segments, { ...problem, ...hintFor(object, segments, problem.code) });
  }
  return problems;
}

/** What the API server refuses, and the normaliser makes good before the object gets there. */
function isDialect(object: KubernetesObject, { code, path, segments }: SchemaProblem): boolean {
  if (groupOf(object.apiVersion) !== OAM_GROUP) return false;
  if (code === OAM_CODES.fieldUnknown) return object.kind === 'Component' && DIALECT_METADATA.has(path);
  if (code !== OAM_CODES.fieldRequired) return false;
  // A workload by its type, or a trait by its name, gets its apiVersion and kind from the Definition.
  const embedded = getField(object, segments.slice(0, -1));
  const naming = segments.at(-2) === 'workload' ? 'type' : 'name';
  return EMBEDDED.test(path) && isJsonObject(embedded) && !isBlank(ownProperty(embedded, naming));
}

const EMBEDDED = /^spec\.(workload|(components\[\d+\]\.)?traits\[\d+\]\.trait)\.(apiVersion|kind)$/;

function versionOf(object: KubernetesObject, crd: CustomResourceDefinition): CrdVersion | undefined {
  const name = object.apiVersion.split('/').at(-1);
  return crd.spec.versions.find((version) => version.name === name && version.served);
}

function notServed(object: KubernetesObject, crd: CustomResourceDefinition): Finding {
  const served = crd.spec.versions.filter((version) => version.served);
  const names = served.map((version) => `${crd.spec.group}/${version.name}`);
  return {
    code: OAM_CODES.versionNotServed,
    message: `${object.kind} is not served in version ${object.apiVersion}`,
    hint: names.length === 1 ? `Write apiVersion: ${names[0]}.` : `Served are: ${names.join(', ')}.`,
  };
}

/** A better hint for what commonly slips out of the object that it belongs to. */
function hintFor(
  { apiVersion, kind }: KubernetesObject,
  segments: readonly PathSegment[],
  code: string,
): { readonly hint?: string } {
  if (code !== OAM_CODES.fieldUnknown || groupOf(apiVersion) !== OAM_GROUP) return {};
  const name = String(segments.at(-1));
  if (kind === 'Component' && segments[0] === 'spec' && segments.length === 2) return besideWorkload(name);
  const ofTrait = segments.at(-3) === 'traits' && ['apiVersion', 'kind', 'metadata'].includes(name);
  return ofTrait ? { hint: 'A whole object stands under `trait`: indent it below `- trait:`.' } : {};
}

/** Parts of a workload one level up: the commonest slip in a Component. */
function besideWorkload(name: string): { readonly hint?: string } {
  if (nearest(name, ['workload', 'parameters']).length > 0) return {};
  const target = ['spec', 'metadata', 'apiVersion', 'kind'].includes(name) ? 'spec.workload' : 'spec.workload.spec';
  return { hint: `It stands beside "workload" and belongs inside: indent it so that it becomes ${target}.${name}.` };
}

/** Looks for misprints of `metadata` in what no schema describes. */
export function reportMisprints(
  context: ValidationContext,
  place: Place,
  segments: readonly PathSegment[],
  root: unknown,
): void {
  const value = segments.reduce<unknown>((at, segment) => (isJsonObject(at) ? at[segment] : undefined), root);
  visitKeys(value, segments, 0, (name, at) => {
    if (name === 'metadata' || nearest(name, ['metadata']).length === 0) return;
    context.report(place, at, {
      code: OAM_CODES.fieldUnknown,
      message: `"${name}" is not a field that Kubernetes knows`,
      hint: 'Did you mean "metadata"?',
    });
  });
}

/** How deep a pod template stands in any workload, and some more. */
const MISPRINT_DEPTH = 6;

function visitKeys(
  value: unknown,
  segments: readonly PathSegment[],
  depth: number,
  visit: (name: string, segments: readonly PathSegment[]) => void,
): void {
  if (!isJsonObject(value) || depth > MISPRINT_DEPTH) return;
  for (const [name, field] of Object.entries(value)) {
    if (isJsonObject(field)) visit(name, [...segments, name]);
    visitKeys(field, [...segments, name], depth + 1, visit);
  }
}
