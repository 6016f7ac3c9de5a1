import type { KubeObject } from '../../model/object.ts';
import type { Conversion } from '../../model/resource.ts';
import { autoscalerFromStorage, autoscalerToStorage } from './autoscaler.ts';
import { eventFromStorage, eventToStorage } from './event.ts';

/** Versions that are views of what is stored in another one, by `group/version/Kind`. */
const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  'autoscaling/v1/HorizontalPodAutoscaler': each(autoscalerFromStorage, autoscalerToStorage),
  'events.k8s.io/v1/Event': each(eventFromStorage, eventToStorage),
};

function each(toThis: (object: KubeObject) => KubeObject, toStorage: (object: KubeObject) => KubeObject): Conversion {
  return { toThis: (objects) => objects.map(toThis), toStorage: (objects) => objects.map(toStorage) };
}

/** How a version that is stored as another one is changed; undefined where it is stored as it is. */
export function conversionOf(group: string, version: string, kind: string): Conversion | undefined {
  return CONVERSIONS[`${group}/${version}/${kind}`];
}
