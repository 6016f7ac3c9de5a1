import type { KubernetesObject } from '@capstan/base';
import { OAM_CODES } from '../codes.ts';
import { oamCustomResourceDefinitions } from '../crds/index.ts';
import type { PathSegment } from '../field-path.ts';
import type { SourceDocument } from '../files/documents.ts';
import { isJsonObject } from '../json.ts';
import type { SchemaProblem } from '../problem.ts';
import type { CrdVersion, CustomResourceDefinition } from '../schema/types.ts';
import { validateAgainstSchema } from '../schema/validate.ts';
import { nearest } from '../suggestions.ts';
import type { Finding, Place, ValidationContext } from './context.ts';

const oamCrds = new Map(oamCustomResourceDefinitions().map((crd) => [crd.spec.names.kind, crd]));

/** Fields of the talks' dialect in a Component's metadata: `notYet` speaks of them. */
const DIALECT_METADATA = new Set(['metadata.version', 'metadata.description']);

/**
 * Checks an object of a file against the CRD of its kind. Returns whether the object has the shape that its type
 * promises, so that further checks may read it.
 */
export function checkDocument(context: ValidationContext, document: SourceDocument): boolean {
  const { object } = document;
  const place: Place = { document, segments: [] };
  const isOam = object.apiVersion.startsWith('core.oam.dev/');
  const crd = (isOam ? oamCrds.get(object.kind) : undefined) ?? crdOf(object, context.catalog.crds);
  if (!crd) return false;
  const problems = checkAgainstCrd(context, place, object, crd);
  for (const { code, segments } of isOam ? problems : []) {
    if (code === OAM_CODES.fieldUnknown) reportMisprints(context, place, segments, object);
  }
  return problems.every(({ code }) => code === OAM_CODES.fieldUnknown);
}

/** The CRD that serves an object's kind. */
export function crdOf(
  object: KubernetesObject,
  crds: readonly CustomResourceDefinition[],
): CustomResourceDefinition | undefined {
  const [group] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : [''];
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
  const problems = validateAgainstSchema(object, schema).filter(({ code, path }) => {
    if (code === OAM_CODES.fieldRequired) return complete;
    return !(code === OAM_CODES.fieldUnknown && object.kind === 'Component' && DIALECT_METADATA.has(path));
  });
  for (const { segments, path: _path, ...problem } of problems) {
    context.report(place, segments, { ...problem, ...besideWorkload(object, segments, problem.code) });
  }
  return problems;
}

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

/** Parts of a workload that slipped out of it, one level up: the commonest slip in a Component. */
function besideWorkload(
  object: KubernetesObject,
  segments: readonly PathSegment[],
  code: string,
): { readonly hint?: string } {
  const [spec, name, ...deeper] = segments;
  const slipped = object.kind === 'Component' && spec === 'spec' && typeof name === 'string' && deeper.length === 0;
  if (!slipped || code !== OAM_CODES.fieldUnknown) return {};
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
