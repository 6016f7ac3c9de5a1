import { flag, list, type Properties, record, type Schema, text } from '@capstan/oam-model';

const NAME: Schema = { minLength: 1, maxLength: 253 };
const SUBDOMAIN: Schema = { ...NAME, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$' };
/** Names of volumes become names in the pod. */
const LABEL: Schema = { minLength: 1, maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' };
const BYTES_SUFFIX = '([EPTGMK]i|[EPTGMk])?';
const QUANTITY_OF_BYTES = `^[0-9]+(\\.[0-9]+)?${BYTES_SUFFIX}$`;
/** The same with a digit that is not 0. */
const SOME_BYTES = `^([0-9]*[1-9][0-9]*(\\.[0-9]+)?|0+\\.[0-9]*[1-9][0-9]*)${BYTES_SUFFIX}$`;

/** An absolute path in the container. The API server refuses a colon in it. */
export const mountPath: Schema = { minLength: 1, maxLength: 1024, pattern: '^/[^:]*$' };

/** An amount of memory or disk. */
export function bytes(description: string): Schema {
  return text(description, { minLength: 1, maxLength: 32, pattern: QUANTITY_OF_BYTES });
}

/** What a new claim asks for. The API server refuses a claim of nothing. */
export function claimSize(description: string): Schema {
  return text(description, { minLength: 1, maxLength: 32, pattern: SOME_BYTES });
}

/** The name of another object. */
export function nameOf(description: string): Schema {
  return text(description, SUBDOMAIN);
}

/** A name that becomes part of other names. */
export function labelName(description: string): Schema {
  return text(description, LABEL);
}

/** A command or its arguments. */
export function words(description: string): Schema {
  return list(description, { type: 'string', maxLength: 4096 }, { maxItems: 100 });
}

/** An Event-like list whose items have one value of each key. */
export function keyed(description: string, keys: readonly string[], maxItems: number, items: Schema): Schema {
  return list(description, items, {
    maxItems,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
  });
}

const env = keyed(
  'Environment variables. Each has either a value or the key of a Secret.',
  ['name'],
  200,
  record(
    'One environment variable.',
    {
      'name!': text('Name of the variable.', { ...NAME, pattern: '^\\.?[-_a-zA-Z][-._a-zA-Z0-9]*$' }),
      value: text('Its value, as text.', { maxLength: 32768 }),
      fromSecret: record('The key of a Secret in the same namespace that holds the value.', {
        'name!': nameOf('Name of the Secret.'),
        'key!': text('Key in the Secret.', { ...NAME, pattern: '^\\.?[-_a-zA-Z0-9][-._a-zA-Z0-9]*$' }),
      }),
    },
    {
      'x-kubernetes-validations': [
        { rule: 'has(self.value) != has(self.fromSecret)', message: 'state either value or fromSecret' },
      ],
    },
  ),
);

const secrets = keyed(
  'Secrets of the namespace that the container gets whole: as files under a path, else each key as an environment variable.',
  ['name'],
  20,
  record(
    'One Secret.',
    {
      'name!': nameOf('Name of the Secret.'),
      path: text('Directory in which each key is a file, for example /etc/tls.', mountPath),
      prefix: text('Stands before each key in the name of its environment variable, for example DB_.', {
        maxLength: 253,
        pattern: '^\\.?[-_a-zA-Z][-._a-zA-Z0-9]*$',
      }),
    },
    {
      'x-kubernetes-validations': [
        { rule: '!(has(self.path) && has(self.prefix))', message: 'files have no prefix: state path or prefix' },
      ],
    },
  ),
);

const volumes = keyed(
  'Directories that are mounted into the container. The trait Volume adds claims that it makes.',
  ['name'],
  20,
  record(
    'One directory.',
    {
      'name!': labelName('Name of the volume in the pod.'),
      'path!': text('Where it is mounted, for example /data.', mountPath),
      claim: nameOf(
        'PersistentVolumeClaim of the namespace that holds it. Without one it is empty and ends with the pod.',
      ),
      size: bytes('How much an empty directory may hold, for example 1Gi.'),
      readOnly: flag('The container may only read it.'),
      shared: flag(
        'Several pods may have the claim at once. Without it an update stops the old pod before the new one starts.',
      ),
    },
    {
      'x-kubernetes-validations': [
        { rule: '!(has(self.claim) && has(self.size))', message: 'a claim has its own size: state claim or size' },
      ],
    },
  ),
);

const resources = record('What one pod asks for. Memory is also its limit.', {
  cpu: text('CPU, for example 250m or 1.', { minLength: 1, maxLength: 32, pattern: '^[0-9]+(\\.[0-9]+)?m?$' }),
  memory: bytes('Memory, for example 128Mi.'),
});

/** The fields that every friendly workload has, for its CRD. */
export const containerProperties: Properties = {
  'image!': text('Container image, for example ghcr.io/stefanprodan/podinfo:6.9.0.', {
    minLength: 1,
    maxLength: 1024,
    pattern: '^\\S+$',
  }),
  command: words("Replaces the image's entry point."),
  args: words("Replaces the image's arguments."),
  env,
  secrets,
  volumes,
  resources,
  imagePullSecrets: list(
    'Names of Secrets with credentials for the image registry.',
    { type: 'string', ...SUBDOMAIN },
    {
      maxItems: 20,
    },
  ),
};
