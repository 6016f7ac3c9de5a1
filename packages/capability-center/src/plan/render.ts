import type { JsonObject, KubernetesObject } from '@capstan/base';
import { type CapabilityPackage, digestOf, type HelmUnit, unitValues } from '@capstan/capability-model';
import type { ResolvedChart } from '../center/types.ts';
import type { InstallerContext } from '../installer/context.ts';

/** A unit with its chart found and its values known: all that decides what is installed. */
export interface PreparedUnit {
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

/** What a unit's chart renders to. */
export interface RenderedUnit {
  /** Without CRDs that are ours and without hooks. */
  readonly objects: readonly KubernetesObject[];
  readonly crds: readonly KubernetesObject[];
}

/** Finds a unit's chart and computes its values. */
export async function prepareUnit(
  context: InstallerContext,
  metadata: CapabilityPackage,
  unit: HelmUnit,
  from: { readonly center: string; readonly configuration: JsonObject },
): Promise<PreparedUnit> {
  const chart = await context.resolveChart(from.center, unit.chart);
  const namespace = unit.namespace ?? metadata.install.namespace;
  const values = unitValues(unit, from.configuration, unit.crds?.installValues ?? {});
  const crdValues = unitValues(unit, from.configuration, unit.crds?.extractValues ?? {});
  const { name, version, digest } = chart;
  const inputs = { chart: { name, version, digest }, values, crdValues, release: unit.release, namespace };
  return { unit, namespace, chart, values, crdValues, digest: shortDigest(digestOf(inputs)) };
}

/** Renders a unit with real Helm for the cluster's version. Objects and CRDs are rendered at the same time. */
export async function renderUnit(
  context: InstallerContext,
  prepared: PreparedUnit,
  options: {
    readonly kubeVersion: string;
    readonly apiVersions: readonly string[];
    readonly isUpgrade: boolean;
    readonly signal?: AbortSignal;
  },
): Promise<RenderedUnit> {
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

function isHook(object: KubernetesObject): boolean {
  return object.metadata.annotations?.['helm.sh/hook'] !== undefined;
}
