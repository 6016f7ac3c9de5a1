import { CapstanError, EXIT, isCapstanError, type KubernetesObject } from '@capstan/base';
import {
  type InstallerContext,
  type InstallPlan,
  type MissingCapability,
  type MissingReport,
  missingByCatalog,
  planMissing,
} from '@capstan/capability-center';
import type { CrdOffer } from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import type { CustomResourceDefinition, Definition, DefinitionCatalog, ValidationProblem } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { wrap } from '../render/terminal.ts';
import { printablePlan } from '../services/on-demand.ts';
import type { ApplicationFiles } from './application-files.ts';
import { clusterCatalog } from './cluster-catalog.ts';
import { withOwnTypes } from './dialect-warnings.ts';
import { clusterTypes } from './types-catalog.ts';
import { count, enumerate } from './words.ts';

/** What the files lack here, and why that could not be planned where it could not. */
export interface FilesReport extends MissingReport {
  readonly types: DefinitionCatalog;
  /** No Helm, or no right to see what is installed: the report is then what the catalog alone tells. */
  readonly unplanned?: CapstanError;
}

/** What is needed to look for what files lack. */
export interface OnDemandInput {
  readonly client: KubeClient;
  readonly files: ApplicationFiles;
  /** Opens the centers with real Helm; only called where something is missing. */
  readonly open: () => Promise<InstallerContext>;
  /** A command line of Capstan's, with the flags that reach the cluster. */
  readonly command: (words: string) => string;
  readonly allowStandIns: boolean;
  readonly signal: AbortSignal;
}

/** The problems of an error, when every one of them is a kind that nothing registers: what a package may help against. */
export function unknownKindsOf(error: unknown): readonly ValidationProblem[] | undefined {
  if (!isCapstanError(error, CLI_CODES.invalidApplication)) return undefined;
  const problems = error.fields['problems'] as readonly ValidationProblem[] | undefined;
  return problems?.every(({ unknown }) => unknown !== undefined) === true ? problems : undefined;
}

/** Looks for the packages that files need, with a plan where the caller can make one. Changes nothing. */
export async function missingForFiles(input: OnDemandInput): Promise<FilesReport> {
  const { client, files, open, command, allowStandIns, signal } = input;
  const types = withOwnTypes(files, await clusterTypes(client, signal));
  const question = { applications: files.applications, components: files.components, types };
  try {
    return { types, ...(await planMissing(await open(), { ...question, allowStandIns })) };
  } catch (error) {
    if (!isCapstanError(error) || !CANNOT_PLAN.test(error.code)) throw error;
    const { catalog } = await clusterCatalog(client, signal);
    return { types, ...missingByCatalog({ client, catalog, command }, question), unplanned: error };
  }
}

/** Who lacks Helm or the right to read the records can still be told what to ask for. */
const CANNOT_PLAN = new RegExp(`^(?:${KUBE_CODES.forbidden}|CAPSTAN_HELM_(?:NOT_FOUND|TOO_OLD|NO_BINARY))$`);

/** The types as they will be once the packages of a plan are there: the CRDs of charts are not among them. */
export function withTypesOf({ packages }: Pick<InstallPlan, 'packages'>, types: DefinitionCatalog): DefinitionCatalog {
  const definitions = packages.flatMap(({ metadata }) => metadata.provides.definitions.map(({ object }) => object));
  const crds = packages.flatMap(({ metadata }) => metadata.install.crds.flatMap(({ object }) => object ?? []));
  const names = new Set([...definitions, ...crds].map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const others = <T extends Definition | CustomResourceDefinition>(list: readonly T[]) =>
    list.filter(({ kind, metadata }) => !names.has(`${kind}/${metadata.name}`));
  return {
    ...types,
    definitions: [...others(types.definitions), ...(definitions as Definition[])],
    crds: [...others(types.crds), ...(crds as CustomResourceDefinition[])],
  };
}

/** The Definitions and CRDs that a plan brings. Of a CRD that a chart brings only what is served is known. */
export function objectsToCome({ packages }: Pick<InstallPlan, 'packages'>): KubernetesObject[] {
  return packages.flatMap(({ metadata }) => [
    ...metadata.install.crds.map((offer) => offer.object ?? servedOnly(offer)),
    ...metadata.provides.definitions.map(({ object }) => object),
  ]);
}

function servedOnly({ name, kind, scope, served, storage }: CrdOffer): KubernetesObject {
  const [plural] = name.split('.');
  const versions = served.map((version) => ({ name: version, served: true, storage: version === storage }));
  const spec = { group: name.slice(name.indexOf('.') + 1), scope, names: { plural, kind }, versions };
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name }, spec };
}

/**
 * Lines for people: each missing kind with who uses it and what brings it, and what all of it costs; broken at the width
 * of a terminal, where there is one.
 */
export function missingLines(
  { missing, cost, forbidden, unplanned, warnings }: FilesReport,
  width = Number.POSITIVE_INFINITY,
): string[] {
  const used = ({ usedBy }: MissingCapability) =>
    enumerate([...new Set(usedBy.map(({ application, component }) => component ?? application ?? ''))]);
  return [
    'Not in this cluster:',
    ...missing.map((one) => `  ${nameOf(one)}, used by ${used(one)}: ${one.why}${alternativesOf(one)}`),
    ...(cost
      ? [
          `  cost: ${enumerate(cost.packages)}; ${count(cost.objects, 'object')}, ${count(cost.crds, 'CRD')}, ${count(cost.images, 'image')}, ${count(cost.rights, 'rule')} of rights`,
          ...cost.rightsFor.map((text) => `  rights of ${text}`),
        ]
      : []),
    ...(forbidden === undefined ? [] : [`  ! ${forbidden}`]),
    ...(unplanned ? [`  ! no plan: ${unplanned.message}`] : []),
    ...warnings.map((text) => `  ! ${text}`),
  ].flatMap((line) => wrap(line.trim(), width - 4).map((part, at) => (at > 0 ? `    ${part}` : indentOf(line) + part)));
}

function indentOf(line: string): string {
  return line.startsWith(' ') ? '  ' : '';
}

function alternativesOf({ alternatives }: MissingCapability): string {
  return alternatives.length > 0 ? ` (so would ${enumerate(alternatives, 'or')})` : '';
}

/** `trait Autoscale of traits.capstan.dev/v1alpha1`, or as the file names it. */
function nameOf({ role, apiVersion, kind, named }: MissingCapability): string {
  return named === undefined ? `${role} ${kind} of ${apiVersion}` : `${role} "${named}"`;
}

/** Said where nothing was installed: what is missing, what brings it, and the commands, all of it as data too. */
export function missingError(report: FilesReport, problems: readonly ValidationProblem[], again: string): CapstanError {
  const { missing, commands, cost, plan, forbidden, unplanned, warnings } = report;
  const nothing = missing.filter(({ state }) => state === 'unavailable');
  const leaving = missing.filter(({ state }) => state === 'removing');
  const names = [...new Set(missing.flatMap(({ provider }) => provider?.package ?? []))].sort();
  const message =
    nothing.length > 0
      ? `nothing that a center of this cluster offers brings ${enumerate(nothing.map(nameOf))}: nothing was changed`
      : leaving.length > 0
        ? `${enumerate(names)} is being removed right now: nothing was changed`
        : `this cluster lacks ${enumerate(missing.map(nameOf))}, which ${enumerate(cost?.packages ?? names)} would bring: nothing was changed`;
  return new CapstanError(CLI_CODES.capabilityMissing, message, {
    hint: hintOf(report),
    next: nothing.length > 0 ? ['capstan cap search'] : [...commands, again],
    fields: {
      problems: problems.map((problem) => placed(problem, missing)),
      missing,
      commands,
      warnings,
      ...(cost ? { cost } : {}),
      ...(plan ? { plan: printablePlan(plan) } : {}),
      ...(forbidden === undefined ? {} : { forbidden }),
      ...(unplanned ? { unplanned: { code: unplanned.code, message: unplanned.message } } : {}),
    },
    exit: EXIT.blocked,
  });
}

/** Said where the caller wants to install and cannot: who lacks a right gets the commands for somebody who has it. */
export function cannotInstall(error: CapstanError, commands: readonly string[]): CapstanError {
  if (error.exit !== EXIT.forbidden) return error;
  return new CapstanError(error.code, error.message, {
    hint: ASK_SOMEBODY,
    next: [...commands],
    fields: error.fields,
    exit: error.exit,
    cause: error,
  });
}

const ASK_SOMEBODY = 'Somebody who runs this cluster installs the packages with this command:';

function hintOf({ missing, forbidden, unplanned }: FilesReport): string {
  const nearest = [...new Set(missing.flatMap((one) => one.nearest))];
  if (missing.some(({ state }) => state === 'unavailable')) {
    const near = nearest.length > 0 ? `Did you mean ${enumerate(nearest, 'or')}? ` : '';
    return `${near}A center that offers such a package can be added: capstan center add.`;
  }
  if (missing.some(({ state }) => state === 'removing')) return 'Run the command again when that has ended.';
  if (forbidden !== undefined || unplanned) return ASK_SOMEBODY;
  return 'On a terminal the command asks; --install-missing installs them, waits and goes on without a question.';
}

/** The problem with what is known of its kind in place of a hint that knows no catalog. */
function placed(
  { unknown, hint: _hint, next: _next, ...problem }: ValidationProblem,
  missing: MissingReport['missing'],
) {
  const known = missing.find(
    (one) =>
      one.role === unknown?.role &&
      one.kind === unknown.kind &&
      one.apiVersion === unknown.apiVersion &&
      one.named === unknown.named,
  );
  if (!known) return problem;
  const near = known.nearest.length > 0 ? ` Did you mean ${enumerate(known.nearest, 'or')}?` : '';
  return { ...problem, hint: `${known.why}.${near}` };
}
