import { groupOf, type KindReference, type KubernetesObject } from '@capstan/base';
import { formatFieldPath } from '../field-path.ts';
import { isJsonObject } from '../json.ts';
import type { WorkloadOverride } from '../kinds/index.ts';

/** Where a Knative Service takes its scaling from: annotations of its revision template. */
const TEMPLATE_ANNOTATIONS = ['spec', 'template', 'metadata', 'annotations'] as const;

/** Fields of the talks' Autoscaler and the annotations that mean the same. */
const ANNOTATIONS: ReadonlyMap<string, string> = new Map(
  ['min-scale', 'max-scale', 'initial-scale', 'scale-down-delay', 'window', 'class', 'metric', 'target'].map((name) => [
    name.replaceAll(/-(.)/g, (_dash, letter: string) => letter.toUpperCase()),
    `autoscaling.knative.dev/${name}`,
  ]),
);

/** What the talks' Autoscaler says, as annotations of the workload; `unknown` are fields without such an annotation. */
export interface AutoscalerReading {
  readonly overrides: readonly WorkloadOverride[];
  readonly unknown: readonly string[];
}

/** True for `autoscaling.knative.dev Autoscaler` of the talks; Knative has no such API. */
export function isKnativeAutoscaler({ apiVersion, kind }: KindReference): boolean {
  return groupOf(apiVersion) === 'autoscaling.knative.dev' && kind === 'Autoscaler';
}

/** True for the one kind of workload that reads the annotations. */
export function isKnativeService({ apiVersion, kind }: KindReference): boolean {
  return groupOf(apiVersion) === 'serving.knative.dev' && kind === 'Service';
}

/** Reads an Autoscaler. Values become strings, as annotations are. */
export function readAutoscaler(autoscaler: KubernetesObject): AutoscalerReading {
  const spec = autoscaler['spec'];
  const fields = isJsonObject(spec) ? Object.entries(spec) : [];
  const known = fields.filter(([name, value]) => ANNOTATIONS.has(name) && isScalar(value));
  return {
    overrides: known.map(([name, value]) => ({
      fieldPath: formatFieldPath([...TEMPLATE_ANNOTATIONS, ANNOTATIONS.get(name) ?? name]),
      value: String(value),
    })),
    unknown: fields.filter(([name, value]) => !ANNOTATIONS.has(name) || !isScalar(value)).map(([name]) => name),
  };
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}
