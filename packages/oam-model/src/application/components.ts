import type { KubernetesObject } from '@capstan/base';
import { isCapstanError, messageOf } from '@capstan/base';
import { type DefinitionMatch, definitionFor, listDefinitions } from '../catalog.ts';
import { OAM_CODES } from '../codes.ts';
import { setField } from '../field-path.ts';
import type { SourceDocument } from '../files/documents.ts';
import type { ApplicationComponent, Component } from '../kinds/index.ts';
import { parameterProblems, resolveParameters } from '../parameters.ts';
import { nearest } from '../suggestions.ts';
import type { Place, PlacedComponent, ValidationContext } from './context.ts';
import { checkAgainstCrd, reportMisprints } from './objects.ts';

/** The workload of a component, with what registers it. */
export interface CheckedWorkload {
  readonly object: KubernetesObject;
  readonly definition: DefinitionMatch;
}

/** The Component that an application names, or undefined after a report (or where that cannot be known). */
export function findComponent(
  context: ValidationContext,
  place: Place,
  entry: ApplicationComponent,
): PlacedComponent | undefined {
  const { componentName, revisionName } = entry;
  if (componentName && revisionName) {
    const message = 'componentName and revisionName exclude each other';
    context.report(place, ['revisionName'], { code: OAM_CODES.componentAmbiguous, message, hint: 'Keep one of them.' });
    return undefined;
  }
  if (!componentName) {
    if (revisionName) return undefined;
    const hint = 'Name the Component that this entry uses.';
    const message = 'neither componentName nor revisionName is set';
    context.report(place, [], { code: OAM_CODES.componentAmbiguous, message, hint });
    return undefined;
  }
  const found = context.components.get(componentName);
  if (!found && context.componentsAreKnown) {
    const [near] = nearest(componentName, [...context.components.keys()]);
    const message = `Component "${componentName}" is neither in the files nor in the cluster`;
    const hint = near ? `Did you mean "${near}"?` : 'Add it to the file, or apply it first.';
    context.report(place, ['componentName'], { code: OAM_CODES.componentUnknown, message, hint });
  }
  return found;
}

/**
 * Checks a component's parameter values and its workload with them. Returns undefined when the workload cannot be
 * resolved or no Definition registers its kind.
 */
export function checkUse(
  context: ValidationContext,
  place: Place,
  entry: ApplicationComponent,
  { component, document }: PlacedComponent,
): CheckedWorkload | undefined {
  const problems = parameterProblems(component, entry.parameterValues);
  for (const { code, message, index, parameter } of problems) {
    const names = (component.spec.parameters ?? []).map((each) => each.name);
    const [near] = nearest(parameter, names);
    const hint =
      code === OAM_CODES.parameterUnknown && near
        ? `Did you mean "${near}"?`
        : `Component "${component.metadata.name}" publishes: ${names.join(', ') || 'no parameters'}.`;
    const segments = index === undefined ? ['parameterValues'] : ['parameterValues', index];
    context.report(place, segments, { code, message, hint });
  }
  if (problems.length > 0) return undefined;
  try {
    const workload = resolveParameters(component, entry.parameterValues);
    return checkWorkload(context, workloadPlace(place, component, document), workload);
  } catch (error) {
    // A field path that cannot be set: `checkComponent` reports it where it is written.
    if (isCapstanError(error, OAM_CODES.parameterInvalid)) return undefined;
    throw error;
  }
}

/** Checks a Component of a file by itself: its field paths, and its workload where no application uses it. */
export function checkComponent(context: ValidationContext, document: SourceDocument, used: boolean): void {
  const component = document.object as Component;
  const { workload, parameters = [] } = component.spec;
  let filled: KubernetesObject | undefined = workload;
  for (const [index, { name, fieldPaths }] of parameters.entries()) {
    for (const [pathIndex, path] of fieldPaths.entries()) {
      try {
        filled = filled && setField(filled, path, 'value');
      } catch (error) {
        const segments = ['spec', 'parameters', index, 'fieldPaths', pathIndex];
        const hint = `Parameter "${name}" could not be set.`;
        context.report({ document, segments: [] }, segments, {
          code: isCapstanError(error) ? error.code : OAM_CODES.fieldPathInvalid,
          message: messageOf(error),
          hint: (isCapstanError(error) && error.hint) || hint,
        });
      }
    }
  }
  // Parameters may fill what the schema requires, so only a Component without them is complete by itself.
  const complete = parameters.length === 0;
  if (!used) checkWorkload(context, { document, segments: ['spec', 'workload'] }, workload, complete);
}

function checkWorkload(
  context: ValidationContext,
  place: Place,
  workload: KubernetesObject,
  complete = true,
): CheckedWorkload | undefined {
  const definition = definitionFor(workload, 'workload', context.catalog);
  if (definition?.crd) checkAgainstCrd(context, place, workload, definition.crd, complete);
  else reportMisprints(context, place, [], workload);
  if (definition) return { object: workload, definition };
  const { apiVersion, kind } = workload;
  const known = listDefinitions(context.catalog).filter(({ role }) => role === 'workload');
  const [near] = nearest(
    kind,
    known.map(({ crd, shortName }) => crd?.spec.names.kind ?? shortName),
  );
  context.report(place, ['kind'], {
    code: OAM_CODES.workloadUnknown,
    message: `no WorkloadDefinition registers ${kind} of ${apiVersion}`,
    hint: near
      ? `Did you mean "${near}"?`
      : `Known workloads: ${known.map((each) => each.shortName).join(', ') || 'none'}.`,
    next: [`capstan cap search ${kind.toLowerCase()}`, 'capstan workload list'],
    unknown: { role: 'workload', apiVersion, kind, shortName: kind.toLowerCase() },
  });
  return undefined;
}

/** Where the workload is written; for a Component of the cluster, where the application names it. */
function workloadPlace(place: Place, component: Component, document: SourceDocument | undefined): Place {
  if (document) return { document, segments: ['spec', 'workload'] };
  const of = `Component "${component.metadata.name}" of the cluster`;
  return { document: place.document, segments: [...place.segments, 'componentName'], of };
}
