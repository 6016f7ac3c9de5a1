import { messageOf } from '@capstan/base';
import { type DefinitionCatalog, listDefinitions } from '../catalog.ts';
import { OAM_CODES } from '../codes.ts';
import { kindNamed } from '../dialect/served-kinds.ts';
import { parseFieldPath } from '../field-path.ts';
import { isBlank } from '../json.ts';
import {
  type Definition,
  isTraitDefinition,
  isWorkloadDefinition,
  type TraitDefinition,
  type WorkloadDefinition,
} from '../kinds/index.ts';
import type { Problem } from '../problem.ts';
import { entryFormProblem, namesSomething } from './entry-forms.ts';
import { isLabelKey, isLabelValue } from './label-selector.ts';

/** Something wrong, or doubtful, in a Definition. An error is certain; a warning may come right with what is installed. */
export interface DefinitionProblem extends Problem {
  readonly severity: 'error' | 'warning';
}

/**
 * What is wrong with a Definition beyond its schema: forms of names, of entries of `appliesToWorkloads` and
 * `conflictsWith`, of paths and labels, and incomplete childResourceKinds are errors; what the catalog does not know is
 * a warning. Pure; admission refuses the errors, `capstan validate` shows both.
 */
export function definitionProblems(definition: Definition, catalog: DefinitionCatalog): DefinitionProblem[] {
  const report = new Report();
  checkReference(report, definition, catalog);
  if (isWorkloadDefinition(definition)) checkWorkload(report, definition);
  else if (isTraitDefinition(definition)) checkTrait(report, definition, catalog);
  else checkPath(report, 'workloadRefsPath', definition.spec.workloadRefsPath);
  return report.problems;
}

class Report {
  readonly problems: DefinitionProblem[] = [];

  error(path: string, message: string, hint: string): void {
    this.problems.push({ code: OAM_CODES.definitionInvalid, path, message, hint, severity: 'error' });
  }

  warn(path: string, message: string, hint: string): void {
    this.problems.push({ code: OAM_CODES.definitionInvalid, path, message, hint, severity: 'warning' });
  }
}

const RESOURCE_NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\.?$/;
const VERSION = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

function checkReference(report: Report, { kind, metadata, spec }: Definition, catalog: DefinitionCatalog): void {
  const { name, version } = spec.definitionRef;
  const path = 'spec.definitionRef.name';
  if (!RESOURCE_NAME.test(name)) {
    report.error(path, `"${name}" is not the name of a CRD`, 'Write <plural>.<group>, for instance deployments.apps.');
    return;
  }
  if (name !== metadata.name) {
    const label = kind === 'WorkloadDefinition' ? 'workload.oam.dev/type' : 'trait.oam.dev/type';
    report.warn(
      'metadata.name',
      `${metadata.name} is not the name of the CRD ${name}`,
      kind === 'ScopeDefinition' ? `Only a name of ${name} is found.` : `Only objects with the label ${label} find it.`,
    );
  }
  if (version && !VERSION.test(version)) {
    report.error(
      'spec.definitionRef.version',
      `"${version}" is not a version`,
      'Write the version of the API, for instance v1.',
    );
  } else if (!kindNamed(name, catalog, version)) {
    const what = version ? `${name} in version ${version}` : name;
    report.warn(path, `nothing that is known serves ${what}`, 'Install the CRD before the Definition is used.');
  }
}

function checkWorkload(report: Report, { spec }: WorkloadDefinition): void {
  const { podSpecPath, revisionLabel, childResourceKinds = [] } = spec;
  const wrong = podSpecPath ? fieldPathProblem(podSpecPath) : undefined;
  if (wrong) report.error('spec.podSpecPath', wrong, 'Write a path such as spec.template.spec.');
  if (revisionLabel && !isLabelKey(revisionLabel)) {
    report.error(
      'spec.revisionLabel',
      `"${revisionLabel}" is not the key of a label`,
      'Write a key such as example.com/revision.',
    );
  }
  for (const [index, { apiVersion, kind, selector }] of childResourceKinds.entries()) {
    const path = `spec.childResourceKinds[${index}]`;
    if (!/^([a-z0-9][-a-z0-9.]*\/)?v[a-z0-9]+$/.test(apiVersion)) {
      report.error(`${path}.apiVersion`, `"${apiVersion}" is not an apiVersion`, 'Write <group>/<version>, or v1.');
    }
    if (!/^[A-Z][A-Za-z0-9]*$/.test(kind)) {
      report.error(
        `${path}.kind`,
        `"${kind}" is not a kind`,
        'Write the kind as in manifests, for instance Deployment.',
      );
    }
    for (const [key, value] of Object.entries(selector ?? {})) {
      if (isLabelKey(key) && isLabelValue(value)) continue;
      report.error(`${path}.selector`, `"${key}: ${value}" is not a label`, 'Write labels that the children carry.');
    }
  }
}

const FORMS =
  'An entry is *, *.<group>, <plural>.<group>, the name of a Definition, <group>/<version>.<Kind> or labelSelector:<key>=<value>,...';

function checkTrait(report: Report, { spec }: TraitDefinition, catalog: DefinitionCatalog): void {
  checkEntries(report, 'appliesToWorkloads', spec.appliesToWorkloads, 'workload', catalog);
  checkEntries(report, 'appliesTo', spec.appliesTo, 'workload', catalog);
  checkEntries(report, 'conflictsWith', spec.conflictsWith, 'trait', catalog);
  checkPath(report, 'workloadRefPath', spec.workloadRefPath);
  const { target, owns } = spec.extension ?? {};
  if (!isBlank(target) && target !== 'child') {
    report.warn(
      'spec.extension.target',
      `"${String(target)}" is no target that Capstan knows`,
      'Write child, or leave it out.',
    );
  }
  if (owns !== undefined && !(Array.isArray(owns) && owns.every((each) => typeof each === 'string' && each !== ''))) {
    report.error('spec.extension.owns', 'owns is not a list of fields', 'Write a list such as [replicas].');
  }
}

function checkEntries(
  report: Report,
  field: string,
  entries: readonly string[] | undefined,
  role: 'workload' | 'trait',
  catalog: DefinitionCatalog,
): void {
  for (const [index, entry] of (entries ?? []).entries()) {
    const path = `spec.${field}[${index}]`;
    const wrong = entryFormProblem(entry);
    if (wrong) report.error(path, wrong, `${FORMS}.`);
    else if (!namesSomething(entry, role, catalog)) {
      const group = listDefinitions(catalog).some(({ crd }) => crd?.spec.group === entry);
      const hint = group
        ? `For the whole group write *.${entry}.`
        : 'It counts once something of that name is installed.';
      report.warn(path, `${entry} names no ${role} that is known`, hint);
    }
  }
}

/** A reference is written into the object, so its identity must not be in the way. */
function checkPath(report: Report, field: string, path: string | undefined): void {
  const wrong = path ? fieldPathProblem(path) : undefined;
  const reserved = path !== undefined && /^(apiVersion|kind|metadata|status)\b/.test(path);
  if (wrong) report.error(`spec.${field}`, wrong, 'Write a path such as spec.workloadRef.');
  else if (reserved) report.error(`spec.${field}`, `${path} cannot hold a reference`, 'Write a path below spec.');
}

function fieldPathProblem(path: string): string | undefined {
  try {
    parseFieldPath(path);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
