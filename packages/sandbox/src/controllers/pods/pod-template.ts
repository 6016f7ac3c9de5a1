import type { KubernetesObject } from '@capstan/base';
import type { Pod } from '../model/core-types.ts';
import { KINDS } from '../model/kinds.ts';
import { compact, controllerReference, type PodTemplate } from '../model/meta.ts';
import { randomSuffix } from '../model/names.ts';

/** What a Pod has beyond its template. */
export interface PodExtras {
  /** Absent: made of `generateName`. */
  readonly name?: string;
  /** Defaults to the owner's name and a dash. */
  readonly generateName?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  /** Fields of the spec in place of the template's. */
  readonly spec?: object;
}

/** The longest start of a generated name (apiserver storage/names). */
const MAX_BASE = 58;

/** A Pod of a controller, made of its template. Its name is made here rather than by the server, so that it can be told. */
export function podOf(owner: KubernetesObject, template: PodTemplate, extras: PodExtras = {}): Pod {
  const { generateName = `${owner.metadata.name}-` } = extras;
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const metadata = {
    name: extras.name ?? `${generateName.slice(0, MAX_BASE)}${randomSuffix()}`,
    generateName,
    namespace: owner.metadata.namespace,
    labels: labels || extras.labels ? { ...labels, ...extras.labels } : undefined,
    annotations: annotations || extras.annotations ? { ...annotations, ...extras.annotations } : undefined,
    finalizers,
    ownerReferences: [controllerReference(owner)],
  };
  return { ...KINDS.pod, metadata: compact(metadata), spec: { ...template.spec, ...extras.spec } } as Pod;
}
