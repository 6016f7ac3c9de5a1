import type { Health, KubernetesObject } from '@capstan/base';

/** A health of status ready. */
export function ready(reason: string, message?: string): Health {
  return make('ready', reason, message);
}

/** A health of status progressing. */
export function progressing(reason: string, message?: string): Health {
  return make('progressing', reason, message);
}

/** A health of status degraded. */
export function degraded(reason: string, message?: string): Health {
  return make('degraded', reason, message);
}

function make(status: Health['status'], reason: string, message: string | undefined): Health {
  return message ? { status, reason, message } : { status, reason };
}

/** The value at a path of keys, or undefined. */
export function valueAt(object: KubernetesObject, ...path: string[]): unknown {
  let value: unknown = object;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** The number at a path of keys, or undefined. */
export function numberAt(object: KubernetesObject, ...path: string[]): number | undefined {
  const value = valueAt(object, ...path);
  return typeof value === 'number' ? value : undefined;
}

/** The text at a path of keys, or an empty one. */
export function textAt(object: KubernetesObject, ...path: string[]): string {
  const value = valueAt(object, ...path);
  return typeof value === 'string' ? value : '';
}
