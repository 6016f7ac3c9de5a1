import { Buffer } from 'node:buffer';
import { CapstanError, type KubernetesObject, messageOf } from '@capstan/base';
import { SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { INSTALLER_CODES } from './codes.ts';

const MAX_RECORD_BYTES = 900 * 1024;

/** A record Secret with one JSON value. Throws RECORD_INVALID for what does not fit into a Secret. */
export function recordSecret(options: {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly key: string;
  readonly value: unknown;
  readonly resourceVersion?: string;
  readonly immutable?: boolean;
}): KubernetesObject {
  const text = JSON.stringify(options.value);
  if (Buffer.byteLength(text) > MAX_RECORD_BYTES) {
    throw new CapstanError(INSTALLER_CODES.recordInvalid, `The record ${options.name} is too large for a Secret.`, {
      hint: `Records may have ${MAX_RECORD_BYTES / 1024} KiB; this one has ${Math.ceil(Buffer.byteLength(text) / 1024)} KiB.`,
    });
  }
  const { name, namespace, labels, annotations, resourceVersion } = options;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      labels,
      ...(annotations === undefined ? {} : { annotations }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    type: 'capstan.dev/record',
    ...(options.immutable ? { immutable: true } : {}),
    data: { [options.key]: Buffer.from(text).toString('base64') },
  };
}

/** The JSON value of a record Secret; throws RECORD_INVALID when it is damaged. */
export function readRecord<T>(secret: KubernetesObject, key: string): T {
  const data = secret['data'] as Record<string, string> | undefined;
  const encoded = data?.[key];
  try {
    if (encoded === undefined) throw new Error(`it has no key ${key}`);
    return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as T;
  } catch (error) {
    throw invalidRecord(secret.metadata.name, `${messageOf(error)}.`, error);
  }
}

/** RECORD_INVALID for the record Secret of a name, with why it cannot be used. */
export function invalidRecord(name: string, why: string, cause?: unknown): CapstanError {
  return new CapstanError(INSTALLER_CODES.recordInvalid, `The record Secret ${name} cannot be read.`, {
    hint: `${why} Somebody changed or damaged it: restore it from a backup, or delete it and install the package again.`,
    fields: { namespace: SYSTEM_NAMESPACE, name },
    cause,
  });
}
