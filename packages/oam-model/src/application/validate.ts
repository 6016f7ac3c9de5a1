import type { KubernetesObject } from '@capstan/base';
import { OAM_CODES } from '../codes.ts';
import { parseFieldPath } from '../field-path.ts';
import type { SourceDocument } from '../files/documents.ts';
import type { ApplicationConfiguration } from '../kinds/index.ts';
import { MAX_NAME_LENGTH, workloadName } from '../names.ts';
import { type NotYetProblem, notYet, notYetInComponent } from '../not-yet.ts';
import type { ValidationProblem } from '../problem.ts';
import { checkComponent, checkUse, findComponent } from './components.ts';
import {
  type ApplicationValidationInput,
  isComponent,
  type Place,
  type PlacedComponent,
  ValidationContext,
} from './context.ts';
import { checkDocument } from './objects.ts';
import { checkTraits } from './traits.ts';

/**
 * Everything wrong with the applications of some files, in the order of the files, each with its line and column and a
 * way out: fields, components, parameters, unknown workloads and traits, applicability, conflicts, schemas of workloads
 * and traits, names, and what is not supported yet. Empty when `capstan up` would be accepted. Pure: what the cluster
 * knows is given.
 */
export function validateApplication(input: ApplicationValidationInput): ValidationProblem[] {
  const context = new ValidationContext(input);
  const sound = new Set(input.documents.filter((document) => checkDocument(context, document)));
  const used = new Set<PlacedComponent>();
  for (const document of sound) {
    if (isApplication(document.object)) checkApplication(context, document, document.object, sound, used);
  }
  const usedDocuments = new Set([...used].map(({ document }) => document));
  for (const document of sound) {
    if (!isComponent(document.object)) continue;
    checkName(context, document);
    checkComponent(context, document, usedDocuments.has(document));
    reportNotYet(context, document, notYetInComponent(document.object));
  }
  return context.problems();
}

function checkApplication(
  context: ValidationContext,
  document: SourceDocument,
  application: ApplicationConfiguration,
  sound: ReadonlySet<SourceDocument>,
  used: Set<PlacedComponent>,
): void {
  const root: Place = { document, segments: [] };
  const { components } = application.spec;
  checkName(context, document);
  if (components.length === 0) {
    const hint = 'List at least one component.';
    context.report(root, ['spec', 'components'], {
      code: OAM_CODES.applicationEmpty,
      message: 'the application has no components',
      hint,
    });
  }
  const names = new Map<string, number>();
  for (const [index, entry] of components.entries()) {
    const place: Place = { document, segments: ['spec', 'components', index] };
    const found = findComponent(context, place, entry);
    const readable = found && (!found.document || sound.has(found.document)) ? found : undefined;
    if (found) used.add(found);
    const workload = readable && checkUse(context, place, entry, readable);
    if (workload) checkWorkloadName(context, place, workload.object, entry.componentName ?? '', index, names);
    checkTraits(context, place, entry, workload);
  }
  reportNotYet(context, document, notYet(application, [], context.catalog));
}

/** Two components must not make the same object: the second would take it from the first. */
function checkWorkloadName(
  context: ValidationContext,
  place: Place,
  workload: KubernetesObject,
  componentName: string,
  index: number,
  names: Map<string, number>,
): void {
  const name = workloadName(workload, componentName);
  const identity = `${workload.apiVersion}/${workload.kind}/${name}`;
  const first = names.get(identity);
  names.set(identity, first ?? index);
  if (first === undefined) return;
  context.report(place, ['componentName'], {
    code: OAM_CODES.applicationNameTaken,
    message: `components ${first} and ${index} both make the ${workload.kind} "${name}"`,
    hint: 'Give one of them another name through a parameter on metadata.name.',
  });
}

/** Names become values of labels. */
function checkName(context: ValidationContext, document: SourceDocument): void {
  const { name } = document.object.metadata;
  if (name.length <= MAX_NAME_LENGTH && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) return;
  context.report({ document, segments: [] }, ['metadata', 'name'], {
    code: OAM_CODES.nameInvalid,
    message: `"${name.slice(0, 80)}" cannot be the name of a ${document.object.kind}`,
    hint: `Use at most ${MAX_NAME_LENGTH} lower-case letters, digits, dashes and dots, with a letter or digit at both ends.`,
  });
}

function reportNotYet(context: ValidationContext, document: SourceDocument, problems: readonly NotYetProblem[]): void {
  for (const { path, component: _component, ...finding } of problems) {
    context.report({ document, segments: [] }, parseFieldPath(path), finding);
  }
}

function isApplication(object: KubernetesObject): object is ApplicationConfiguration {
  return object.kind === 'ApplicationConfiguration' && object.apiVersion.startsWith('core.oam.dev/');
}
