import type { CustomResourceDefinition, Schema, WorkloadDefinition } from '@capstan/oam-model';

/** Name of the CRD and of the WorkloadDefinition. */
export const WEB_SERVICE_DEFINITION = 'webservices.workloads.capstan.dev';

const NAME = { type: 'string', minLength: 1, maxLength: 253 } as const satisfies Schema;

const ENV: Schema = {
  description: 'Environment variables. Each has either a value or the key of a Secret.',
  type: 'array',
  maxItems: 200,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
  items: {
    type: 'object',
    required: ['name'],
    properties: {
      name: { description: 'Name of the variable.', ...NAME, pattern: '^[-._a-zA-Z][-._a-zA-Z0-9]*$' },
      value: { description: 'Its value, as text.', type: 'string', maxLength: 32768 },
      fromSecret: {
        description: 'The key of a Secret in the same namespace that holds the value.',
        type: 'object',
        required: ['name', 'key'],
        properties: {
          name: { description: 'Name of the Secret.', ...NAME },
          key: { description: 'Key in the Secret.', ...NAME },
        },
      },
    },
    'x-kubernetes-validations': [
      {
        rule: 'has(self.value) != has(self.fromSecret)',
        message: 'state either value or fromSecret',
      },
    ],
  },
};

const SPEC: Schema = {
  description: 'What to run and how it is reached.',
  type: 'object',
  required: ['image'],
  properties: {
    image: {
      description: 'Container image, for example ghcr.io/stefanprodan/podinfo:6.9.0.',
      ...NAME,
      maxLength: 1024,
    },
    port: {
      description: 'Port that the container listens on. Without it there is no Service.',
      type: 'integer',
      minimum: 1,
      maximum: 65535,
    },
    env: ENV,
    command: {
      description: "Replaces the image's entry point.",
      type: 'array',
      maxItems: 100,
      items: { type: 'string', maxLength: 4096 },
    },
    args: {
      description: "Replaces the image's arguments.",
      type: 'array',
      maxItems: 100,
      items: { type: 'string', maxLength: 4096 },
    },
    resources: {
      description: 'What one replica asks for. Memory is also its limit.',
      type: 'object',
      properties: {
        cpu: { description: 'CPU, for example 250m or 1.', ...NAME, maxLength: 32, pattern: '^[0-9.]+m?$' },
        memory: {
          description: 'Memory, for example 128Mi.',
          ...NAME,
          maxLength: 32,
          pattern: '^[0-9.]+([EPTGMK]i|[EPTGMk])?$',
        },
      },
    },
    health: {
      description: 'HTTP path on the port that answers 200 when the service can take requests, for example /healthz.',
      type: 'string',
      maxLength: 1024,
      pattern: '^/',
    },
    replicas: {
      description: 'How many run. Leave it out where a trait or kubectl scale decides.',
      type: 'integer',
      format: 'int32',
      minimum: 0,
      maximum: 10000,
    },
    imagePullSecrets: {
      description: 'Names of Secrets with credentials for the image registry.',
      type: 'array',
      maxItems: 20,
      items: NAME,
    },
  },
  'x-kubernetes-validations': [
    { rule: '!has(self.health) || has(self.port)', message: 'health needs port: it is a path on that port' },
  ],
};

const STATUS: Schema = {
  description: 'What is observed.',
  type: 'object',
  properties: {
    observedGeneration: { type: 'integer', format: 'int64' },
    replicas: { description: 'How many replicas exist.', type: 'integer', format: 'int32' },
    selector: { description: 'Label selector of the pods, for autoscalers.', type: 'string' },
    conditions: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: {
        type: 'object',
        required: ['type', 'status', 'reason', 'lastTransitionTime'],
        properties: {
          type: { type: 'string' },
          status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
          reason: { type: 'string' },
          message: { type: 'string' },
          lastTransitionTime: { type: 'string', format: 'date-time' },
          observedGeneration: { type: 'integer', format: 'int64' },
        },
      },
    },
  },
};

/** The CRD of WebService. */
export const webServiceCrd: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: WEB_SERVICE_DEFINITION },
  spec: {
    group: 'workloads.capstan.dev',
    scope: 'Namespaced',
    names: {
      kind: 'WebService',
      listKind: 'WebServiceList',
      plural: 'webservices',
      singular: 'webservice',
      shortNames: ['websvc'],
      categories: ['capstan'],
    },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            description: 'A long-running service: replicas of one container, reachable on one port.',
            type: 'object',
            required: ['spec'],
            properties: {
              apiVersion: { type: 'string' },
              kind: { type: 'string' },
              metadata: { type: 'object' },
              spec: SPEC,
              status: STATUS,
            },
          },
        },
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        additionalPrinterColumns: [
          { name: 'Image', type: 'string', jsonPath: '.spec.image' },
          { name: 'Port', type: 'integer', jsonPath: '.spec.port' },
          { name: 'Replicas', type: 'integer', jsonPath: '.status.replicas' },
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
    ],
  },
};

/** The WorkloadDefinition of WebService. */
export const webServiceDefinition: WorkloadDefinition = {
  apiVersion: 'core.oam.dev/v1alpha2',
  kind: 'WorkloadDefinition',
  metadata: {
    name: WEB_SERVICE_DEFINITION,
    annotations: {
      'capstan.dev/description': 'A long-running service: replicas of one container, reachable on one port.',
    },
  },
  spec: {
    definitionRef: { name: WEB_SERVICE_DEFINITION, version: 'v1alpha1' },
    childResourceKinds: [
      { apiVersion: 'apps/v1', kind: 'Deployment' },
      { apiVersion: 'v1', kind: 'Service' },
    ],
  },
};
