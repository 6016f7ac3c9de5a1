import { groupOf, type KindReference, type KubernetesObject } from '@capstan/base';
import { formatFieldPath } from '../field-path.ts';
import { isJsonObject } from '../json.ts';
import type { WorkloadOverride } from '../kinds/index.ts';

/** Where a Knative Service takes its scaling from: annotations of its revision template. */
const TEMPLATE_ANNOTATIONS = ['spec', 'template', 'metadata', 'annotations'] as const;

/** What Knative looks at for scaling: the names of its annotations in `autoscaling.knative.dev`. */
const SETTINGS = [
  'min-scale',
  'max-scale',
  'initial-scale',
  'scale-down-delay',
  'window',
  'class',
  'metric',
  'target',
] as const;

/** The name of an annotation that Knative scales by, without its group. */
export type KnativeSetting = (typeof SETTINGS)[number];

/** Fields of the talks' Autoscaler and the annotations that mean the same. */
const FIELDS: ReadonlyMap<string, KnativeSetting> = new Map(
  SETTINGS.map((name) => [name.replaceAll(/-(.)/g, (_dash, letter: string) => letter.toUpperCase()), name]),
);

/** What a scaler says, in the words of Knative. */
export interface ScalerReading {
  /** By annotation, as text, which annotations are. */
  readonly settings: ReadonlyMap<KnativeSetting, string>;
  /** Fields of its spec without such an annotation: they are not looked at. */
  readonly unknown: readonly string[];
  /** Why it cannot be said in these words, as a clause; then it is not to be read at all. */
  readonly refused?: string;
}

/** True for `autoscaling.knative.dev Autoscaler` of the talks; Knative has no such API. */
export function isKnativeAutoscaler({ apiVersion, kind }: KindReference): boolean {
  return groupOf(apiVersion) === 'autoscaling.knative.dev' && kind === 'Autoscaler';
}

/** True for the one kind of workload that reads the annotations. */
export function isKnativeService({ apiVersion, kind }: KindReference): boolean {
  return groupOf(apiVersion) === 'serving.knative.dev' && kind === 'Service';
}

/** Reads an Autoscaler, whose fields are named like the annotations. */
export function readAutoscaler(autoscaler: KubernetesObject): ScalerReading {
  const spec = autoscaler['spec'];
  const fields = isJsonObject(spec) ? Object.entries(spec) : [];
  const known = fields.flatMap(([name, value]) => {
    const setting = FIELDS.get(name);
    return setting && isScalar(value) ? [[setting, String(value)] as const] : [];
  });
  const settings = new Map(known);
  const wrong = wrongScale(settings, (setting) => `spec.${fieldOf(setting)}`);
  return {
    settings,
    unknown: fields.filter(([name, value]) => !FIELDS.has(name) || !isScalar(value)).map(([name]) => name),
    ...(wrong ? { refused: wrong } : {}),
  };
}

/** The settings as they are written into the workload. */
export function overridesOf(settings: ScalerReading['settings']): WorkloadOverride[] {
  return [...settings].map(([name, value]) => ({
    fieldPath: formatFieldPath([...TEMPLATE_ANNOTATIONS, `autoscaling.knative.dev/${name}`]),
    value,
  }));
}

/**
 * What is wrong with the bounds, as a clause, by the rules of Knative's webhook: whole numbers, and no maximum below the
 * minimum, but that 0 is no maximum at all. `named` says where a bound is written.
 */
export function wrongScale(
  settings: ScalerReading['settings'],
  named: (setting: KnativeSetting) => string,
): string | undefined {
  for (const setting of ['min-scale', 'max-scale', 'initial-scale'] as const) {
    const value = settings.get(setting);
    if (value !== undefined && !/^\d{1,9}$/.test(value)) return `${named(setting)} is no whole number from 0 on`;
  }
  const [min, max] = [Number(settings.get('min-scale') ?? 0), Number(settings.get('max-scale') ?? 0)];
  if (max === 0 || max >= min) return undefined;
  return `${named('max-scale')} is ${max}, which is less than ${named('min-scale')}, ${min}`;
}

function fieldOf(setting: KnativeSetting): string {
  return [...FIELDS].find(([, name]) => name === setting)?.[0] ?? setting;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}
