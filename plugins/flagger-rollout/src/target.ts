import type { JsonObject, KubernetesObject, TraitRenderInput } from '@capstan/plugin-api';
import { isOf, listIn, recordIn } from './plain.ts';

/**
 * The labels by which Flagger tells the pods of a version, the first that a selector has; the chart's `selectorLabels` in
 * capability.yaml is this list.
 */
export const SELECTOR_LABELS = ['app.oam.dev/component', 'app', 'name', 'app.kubernetes.io/name'] as const;

/** Whether something is a Knative Service, whose versions are revisions: Flagger makes nothing beside it. */
export function isKnativeService(reference: { readonly apiVersion: string; readonly kind: string }): boolean {
  return isOf(reference, 'serving.knative.dev', 'Service');
}

/** The object that is rolled out, among what the component renders; undefined where another controller makes it. */
export function targetObject({ target, workload, children }: TraitRenderInput): KubernetesObject | undefined {
  return [...children, workload].find(
    ({ apiVersion, kind, metadata }) =>
      kind === target.kind && apiVersion === target.apiVersion && metadata.name === target.name,
  );
}

/** The label, with its value, by which Flagger will tell the pods; undefined where the selector has none that it takes. */
export function selectorLabel(target: KubernetesObject): { readonly name: string; readonly value: string } | undefined {
  const labels = recordIn(recordIn(target['spec'], 'selector'), 'matchLabels');
  const name = SELECTOR_LABELS.find((label) => typeof labels[label] === 'string');
  return name === undefined ? undefined : { name, value: String(labels[name]) };
}

/** The labels of a workload's pods. */
export function podLabels(target: KubernetesObject): JsonObject {
  return recordIn(recordIn(recordIn(target['spec'], 'template'), 'metadata'), 'labels');
}

/** A port of a container. */
export interface ContainerPort {
  readonly containerPort: number;
  readonly name?: string;
}

/** The ports of a workload's containers, in their order. */
export function containerPorts(target: KubernetesObject | undefined): ContainerPort[] {
  const pod = recordIn(recordIn(target?.['spec'], 'template'), 'spec');
  return listIn(pod, 'containers').flatMap((container) => listIn(container, 'ports') as ContainerPort[]);
}
