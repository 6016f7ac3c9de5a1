import { int32, type PrinterColumn, type Properties, record, type Schema, text } from '@capstan/oam-model';
import { containerProperties, words } from '../pods/schema.ts';
import type { LongRunningKind } from './long-running-kinds.ts';

/** The schema of `spec` of a workload that runs until it is told to stop. */
export function longRunningSpec({ endpoint, singleton }: LongRunningKind): Schema {
  const { 'image!': image, ...rest } = containerProperties;
  const properties: Properties = {
    ...(image ? { 'image!': image } : {}),
    ...PORT[endpoint],
    ...rest,
    health: endpoint === 'none' ? HEALTH_COMMAND : HEALTH_PATH,
    ...(singleton ? {} : { replicas: REPLICAS }),
  };
  const rules = endpoint === 'optional' ? { 'x-kubernetes-validations': [HEALTH_NEEDS_PORT] } : {};
  return record(endpoint === 'none' ? 'What to run.' : 'What to run and how it is reached.', properties, rules);
}

/** Columns of `kubectl get`. */
export function longRunningColumns({ endpoint, singleton }: LongRunningKind): PrinterColumn[] {
  return [
    { name: 'Image', type: 'string', jsonPath: '.spec.image' },
    ...(endpoint === 'none' ? [] : [{ name: 'Port', type: 'integer', jsonPath: '.spec.port' } as const]),
    ...(singleton ? [] : [{ name: 'Replicas', type: 'integer', jsonPath: '.status.replicas' } as const]),
  ];
}

const PORT_NUMBER: Schema = { type: 'integer', minimum: 1, maximum: 65535 };

const PORT: Readonly<Record<LongRunningKind['endpoint'], Properties>> = {
  none: {},
  optional: {
    port: { description: 'Port that the container listens on. Without it there is no Service.', ...PORT_NUMBER },
  },
  required: {
    'port!': { description: 'Port that the container listens on, and that of its Service.', ...PORT_NUMBER },
  },
};

const HEALTH_PATH = text(
  'HTTP path on the port that answers 200 when the service can take requests, for example /healthz.',
  { maxLength: 1024, pattern: '^/' },
);

const HEALTH_COMMAND = words(
  'Command in the container that ends with 0 while it does its work, for example [/bin/check].',
);

const HEALTH_NEEDS_PORT = {
  rule: '!has(self.health) || has(self.port)',
  message: 'health needs port: it is a path on that port',
};

const REPLICAS = int32('How many run. Leave it out where a trait or kubectl scale decides.', {
  minimum: 0,
  maximum: 10000,
});
