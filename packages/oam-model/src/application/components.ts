import { isCapstanError, type KubernetesObject, messageOf, nearest } from '@capstan/base';
import { definitionFor, listDefinitions } from '../catalog.ts';
import { OAM_CODES } from '../codes.ts';
import { withOverrides } from '../dialect/entries.ts';
import { formatFieldPath, type PathSegment, parseFieldPath } from '../field-path.ts';
import type { SourceDocument } from '../files/documents.ts';
import type { ApplicationComponent, Component } from '../kinds/index.ts';
import { parameterProblems, resolveParameters, setParameterField } from '../parameters.ts';
import { below, type Place, type PlacedComponent, type ValidationContext } from './context.ts';
import { checkAgainstCrd, reportMisprints } from './objects.ts';
import { capabilityOf, reportUnserved } from './to-come.ts';

/** The Component that an entry names, or undefined after a report (or where that cannot be known). */
export function findComponent(
  context: ValidationContext,
  place: Place,
  entry: ApplicationComponent,
): PlacedComponent | undefined {
  const { componentName, revisionName } = entry;
  if (componentName && revisionName) {
    const message = 'componentName and revisionName are mutually exclusive, you can only specify one of them';
    context.report(place, ['revisionName'], { code: OAM_CODES.componentAmbiguous, message, hint: 'Keep one of them.' });
    return undefined;
  }
  if (revisionName) return findRevision(context, place, revisionName);
  if (!componentName) {
    // A misprint of the field is reported by the schema.
    if (Object.keys(entry).some((field) => nearest(field, ['componentName', 'revisionName']).length > 0))
      return undefined;
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

function findRevision(context: ValidationContext, place: Place, name: string): PlacedComponent | undefined {
  const { revisions } = context;
  const component = revisions?.get(name);
  if (component) return { component };
  if (revisions) {
    const [near] = nearest(name, [...revisions.keys()]);
    context.report(place, ['revisionName'], {
      code: OAM_CODES.componentUnknown,
      message: `revision "${name}" is not in the cluster`,
      hint: near ? `Did you mean "${near}"?` : 'capstan history APP lists the revisions.',
    });
  }
  return undefined;
}

/**
 * The workload that an entry of the canonical form makes, with its parameters, name and overrides; undefined after a
 * report. `component` is in canonical form, too.
 */
export function resolveWorkload(
  context: ValidationContext,
  place: Place,
  entry: ApplicationComponent,
  { component, document }: PlacedComponent,
): KubernetesObject | undefined {
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
    return withOverrides(resolveParameters(component, entry.parameterValues), entry);
  } catch (error) {
    if (!isCapstanError(error)) throw error;
    const { code, message, hint } = error;
    // A field path that cannot be set: `checkParameters` reports it where it is written.
    if (!document || code !== OAM_CODES.parameterInvalid) {
      context.report(place, [], { code, message, ...(hint ? { hint } : {}) });
    }
    return undefined;
  }
}

/** Checks the field paths of the parameters that a Component publishes. */
export function checkParameters(context: ValidationContext, document: SourceDocument, component: Component): void {
  const { workload, parameters } = component.spec;
  const declared = new Set<string>();
  let filled: KubernetesObject = workload;
  for (const [index, { name, fieldPaths }] of (parameters ?? []).entries()) {
    const place: Place = { document, segments: ['spec', 'parameters', index] };
    if (declared.has(name)) {
      const message = `parameter "${name}" is published twice`;
      context.report(place, ['name'], { code: OAM_CODES.parameterInvalid, message, hint: 'Keep one of the two.' });
    }
    declared.add(name);
    for (const [pathIndex, path] of fieldPaths.entries()) {
      try {
        filled = setParameterField(filled, path, 'value');
      } catch (error) {
        context.report(place, ['fieldPaths', pathIndex], {
          code: isCapstanError(error) ? error.code : OAM_CODES.fieldPathInvalid,
          message: messageOf(error),
          hint: (isCapstanError(error) && error.hint) || `Parameter "${name}" could not be set.`,
        });
      }
    }
  }
}

/**
 * Checks a workload against the schema of its kind, which a Definition must register. Of one that parameters complete
 * later (`complete` is false), nothing counts as missing.
 */
export function checkWorkload(
  context: ValidationContext,
  place: Place,
  workload: KubernetesObject,
  complete = true,
): void {
  // Without a kind there is a problem already: a type that no Definition has.
  if (!workload.kind || !workload.apiVersion) return;
  const definition = definitionFor(workload, 'workload', context.catalog);
  if (definition?.crd) checkAgainstCrd(context, place, workload, definition.crd, complete);
  else reportMisprints(context, place, [], workload);
  if (!definition) reportUnknownWorkload(context, place, workload);
  else if (!definition.crd) reportUnserved(context, place, 'workload', workload);
}

function reportUnknownWorkload(context: ValidationContext, place: Place, { apiVersion, kind }: KubernetesObject): void {
  const known = listDefinitions(context.catalog).filter(({ role }) => role === 'workload');
  const [near] = nearest(
    kind,
    known.map(({ crd, shortName }) => crd?.spec.names.kind ?? shortName),
  );
  const capability = capabilityOf({ apiVersion, kind });
  context.report(place, ['kind'], {
    code: OAM_CODES.workloadUnknown,
    message: `no WorkloadDefinition registers ${kind} of ${apiVersion}`,
    hint: capability
      ? `It comes with the capability "${capability}".`
      : near
        ? `Did you mean "${near}"?`
        : `Known workloads: ${known.map((each) => each.shortName).join(', ') || 'none'}.`,
    next: [`capstan cap search ${capability ?? kind.toLowerCase()}`, 'capstan workload list'],
    unknown: {
      role: 'workload',
      apiVersion,
      kind,
      shortName: kind.toLowerCase(),
      ...(capability ? { capability } : {}),
    },
  });
}

/**
 * Where the workload of an entry is written: in its Component, or for one that is in no file, where the application
 * names it. What a parameter set is written in the application.
 */
export function workloadPlace(place: Place, entry: ApplicationComponent, found: PlacedComponent): Place {
  const { component, document } = found;
  const elsewhere = (segments: readonly PathSegment[]) => parameterPlace(place, entry, component, segments);
  if (document) return { document, segments: ['spec', 'workload'], elsewhere };
  const of = entry.revisionName
    ? `Revision "${entry.revisionName}" of the cluster`
    : `Component "${component.metadata.name}" of the cluster`;
  return { ...below(place, entry.revisionName ? 'revisionName' : 'componentName'), of, elsewhere };
}

/** The value of the application that stands in a field of the workload. */
function parameterPlace(
  place: Place,
  entry: ApplicationComponent,
  { spec }: Component,
  segments: readonly PathSegment[],
): Place | undefined {
  const field = formatFieldPath(segments);
  const setsField = (path: string) => path !== '' && normalPath(path) === field;
  const parameter = (spec.parameters ?? []).findLast(({ fieldPaths }) => fieldPaths.some(setsField));
  const index = (entry.parameterValues ?? []).findLastIndex(({ name }) => name === parameter?.name);
  return index < 0 ? undefined : below(place, 'parameterValues', index, 'value');
}

/** One spelling for each field; a path that cannot be read is no field. */
function normalPath(path: string): string | undefined {
  try {
    return formatFieldPath(parseFieldPath(path));
  } catch (error) {
    if (isCapstanError(error, OAM_CODES.fieldPathInvalid)) return undefined;
    throw error;
  }
}
