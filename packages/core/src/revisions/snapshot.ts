import type { KindReference, KubernetesObject } from '@capstan/base';
import { type Component, OAM_API_VERSION } from '@capstan/oam-model';
import { isObject } from '../application/plain.ts';

/** The kind of component snapshots. */
export const CONTROLLER_REVISION: KindReference = { apiVersion: 'apps/v1', kind: 'ControllerRevision' };

/** The kind whose snapshots are taken. */
export const COMPONENT: KindReference = { apiVersion: OAM_API_VERSION, kind: 'Component' };

/** Label of a snapshot: the name of its component. */
export const COMPONENT_LABEL = 'controller.oam.dev/component';

/** A snapshot of a component. */
export interface ComponentRevision extends KubernetesObject {
  readonly revision: number;
  readonly data?: unknown;
}

/** The name of a component's revision: `<component>-v<number>`. */
export function componentRevisionName(component: string, revision: number): string {
  return `${component}-v${revision}`;
}

/** The component in a ControllerRevision, or undefined when its data is none. */
export function snapshotOf(revision: KubernetesObject): Component | undefined {
  const { data } = revision as { data?: unknown };
  if (!isObject(data) || !isObject(data['spec']) || !isObject(data['spec']['workload'])) return undefined;
  return data as unknown as Component;
}

/** The snapshot of a component under a number: the whole component, whose status names the snapshot itself. */
export function takeSnapshot(component: Component, revision: number): ComponentRevision {
  const { name: componentName, namespace, uid = '', generation, managedFields: _, ...metadata } = component.metadata;
  const name = componentRevisionName(componentName, revision);
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  return {
    ...CONTROLLER_REVISION,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [COMPONENT_LABEL]: componentName },
      ownerReferences: [{ ...COMPONENT, name: componentName, uid, controller: true }],
    },
    revision,
    data: {
      ...component,
      metadata: {
        ...metadata,
        name: componentName,
        ...(namespace === undefined ? {} : { namespace }),
        uid,
        ...(generation === undefined ? {} : { generation }),
      },
      status: { ...component.status, ...observed, latestRevision: { name, revision } },
    },
  };
}
