import type { JsonObject, KubernetesObject } from '@capstan/base';
import {
  type CapabilityPackage,
  configuredObjects,
  digestOf,
  type ExportedValues,
  type HelmUnit,
  type InstallUnit,
  type ManifestsUnit,
  unitValues,
} from '@capstan/capability-model';
import type { ResolvedChart } from '../center/types.ts';
import type { InstallerContext } from '../installer/context.ts';
import type { HookPlan } from './types.ts';

/** A Helm unit with its chart found and its values known: all that decides what is installed. */
export interface PreparedUnit {
  readonly type: 'helm';
  readonly unit: HelmUnit;
  readonly namespace: string;
  readonly chart: ResolvedChart;
  /** Values of the release: with the chart's CRDs switched off where they are ours. */
  readonly values: JsonObject;
  /** Values that show the chart's CRDs. */
  readonly crdValues: JsonObject;
  /** Digest of chart, values and names: a release that carries it needs no upgrade. */
  readonly digest: string;
}

/** A unit of objects that the package itself carries. */
export interface PreparedManifests {
  readonly type: 'manifests';
  readonly unit: ManifestsUnit;
  /** With the configuration in them. */
  readonly objects: readonly KubernetesObject[];
  readonly namespace: string;
  readonly digest: string;
}

/** A unit of a package with everything that decides what is installed. */
export type AnyPreparedUnit = PreparedUnit | PreparedManifests;

/** What units are prepared from. */
export interface UnitSources {
  readonly center: string;
  /** The package's configuration, defaults filled in. */
  readonly configuration: JsonObject;
  /** What the packages that it needs export. */
  readonly exported?: ExportedValues;
  /** Where a unit's chart is, when it does not come from a center. */
  readonly chartOf?: (unit: HelmUnit) => Promise<ResolvedChart>;
}

/** What a unit renders to. */
export interface RenderedUnit {
  /** Without CRDs that are ours and without hooks. */
  readonly objects: readonly KubernetesObject[];
  readonly crds: readonly KubernetesObject[];
  readonly hooks: readonly HookPlan[];
}

/** Finds the charts of all units of a package and computes their values, in the order of the units. */
export function prepareUnits(
  context: InstallerContext,
  metadata: CapabilityPackage,
  from: UnitSources,
): Promise<AnyPreparedUnit[]> {
  return Promise.all(metadata.install.units.map((unit) => prepareAny(context, metadata, unit, from)));
}

async function prepareAny(
  context: InstallerContext,
  metadata: CapabilityPackage,
  unit: InstallUnit,
  from: UnitSources,
): Promise<AnyPreparedUnit> {
  if (unit.type === 'helm') return prepareUnit(context, metadata, unit, from);
  const namespace = unit.namespace ?? metadata.install.namespace;
  const objects = configuredObjects(unit, from.configuration, from.exported);
  return { type: 'manifests', unit, objects, namespace, digest: shortDigest(digestOf({ objects, namespace })) };
}

/** Finds a unit's chart and computes its values. */
export async function prepareUnit(
  context: InstallerContext,
  metadata: CapabilityPackage,
  unit: HelmUnit,
  from: UnitSources,
): Promise<PreparedUnit> {
  const chart = await (from.chartOf ? from.chartOf(unit) : context.resolveChart(from.center, unit.chart));
  const namespace = unit.namespace ?? metadata.install.namespace;
  const { configuration, exported } = from;
  const values = unitValues(unit, configuration, unit.crds?.installValues ?? {}, exported);
  const crdValues = unitValues(unit, configuration, unit.crds?.extractValues ?? {}, exported);
  const { name, version, digest } = chart;
  const inputs = { chart: { name, version, digest }, values, crdValues, release: unit.release, namespace };
  return { type: 'helm', unit, namespace, chart, values, crdValues, digest: shortDigest(digestOf(inputs)) };
}

/** Renders a unit with real Helm for the cluster's version. Objects and CRDs are rendered at the same time. */
export async function renderUnit(
  context: InstallerContext,
  prepared: AnyPreparedUnit,
  options: {
    readonly kubeVersion: string;
    readonly apiVersions: readonly string[];
    readonly isUpgrade: boolean;
    readonly signal?: AbortSignal;
  },
): Promise<RenderedUnit> {
  if (prepared.type === 'manifests') return { objects: prepared.objects, crds: [], hooks: [] };
  const { unit, namespace, chart } = prepared;
  const flags = { ...options, namespace };
  const ours = unit.crds?.owner === 'capstan';
  const [objects, withCrds] = await Promise.all([
    context.helm.template(unit.release, chart.path, { ...flags, values: prepared.values, skipCrds: ours }),
    ours
      ? context.helm.template(unit.release, chart.path, { ...flags, values: prepared.crdValues, includeCrds: true })
      : [],
  ]);
  return {
    objects: objects.filter((object) => !isHook(object) && !(ours && isCrd(object))),
    crds: withCrds.filter(isCrd),
    hooks: objects.filter(isHook).map(hookPlan),
  };
}

/** The first 16 hexadecimal digits of a digest: short enough for a label. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 16);
}

/** True for a CustomResourceDefinition. */
export function isCrd(object: KubernetesObject): boolean {
  return object.kind === 'CustomResourceDefinition' && object.apiVersion.startsWith('apiextensions.k8s.io/');
}

const HOOK = 'helm.sh/hook';

function isHook(object: KubernetesObject): boolean {
  return object.metadata.annotations?.[HOOK] !== undefined;
}

function hookPlan({ apiVersion, kind, metadata }: KubernetesObject): HookPlan {
  const { name, namespace } = metadata;
  const events = (metadata.annotations?.[HOOK] ?? '').split(',').map((event) => event.trim());
  return { object: { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }, events };
}
