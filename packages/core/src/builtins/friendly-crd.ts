import type { JsonObject } from '@capstan/base';
import {
  type CustomResourceDefinition,
  list,
  type PrinterColumn,
  type Properties,
  record,
  type Schema,
  text,
} from '@capstan/oam-model';

/** Groups of the built-in kinds. */
export const FRIENDLY = { workloads: 'workloads.capstan.dev', traits: 'traits.capstan.dev' } as const;

/** API version of the built-in kinds. */
export const FRIENDLY_VERSION = 'v1alpha1';

/** What one built-in kind needs beside its schema. */
export interface FriendlyKind {
  readonly group: (typeof FRIENDLY)[keyof typeof FRIENDLY];
  readonly kind: string;
  readonly shortNames?: readonly string[];
  /** One line; the Definition says the same. */
  readonly description: string;
  readonly spec: Schema;
  /** What the status says beside conditions and observedGeneration. */
  readonly status?: Properties;
  /** `spec.replicas` can be scaled. */
  readonly scalable?: boolean;
  /** Columns of `kubectl get` before Ready and Age. */
  readonly columns: readonly PrinterColumn[];
}

/** `<plural>.<group>`: the name of a built-in kind's CRD and of its Definition. */
export function friendlyName({ group, kind }: Pick<FriendlyKind, 'group' | 'kind'>): string {
  return `${kind.toLowerCase()}s.${group}`;
}

/** The CustomResourceDefinition of a built-in workload or trait, with its status and, where it can be scaled, scale. */
export function friendlyCrd(input: FriendlyKind): CustomResourceDefinition {
  const { group, kind, scalable = false } = input;
  const name = friendlyName(input);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural: name.slice(0, name.indexOf('.')),
        singular: kind.toLowerCase(),
        ...(input.shortNames ? { shortNames: input.shortNames } : {}),
        categories: ['capstan'],
      },
      versions: [
        {
          name: FRIENDLY_VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootSchema(input) },
          subresources: { status: {}, ...(scalable ? { scale: SCALE } : {}) },
          additionalPrinterColumns: [
            ...input.columns,
            { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
        },
      ],
    },
  };
}

const SCALE: JsonObject = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.status.selector',
};

function rootSchema({ description, spec, status, scalable }: FriendlyKind): Schema {
  return {
    description,
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec,
      status: record('What is observed.', {
        observedGeneration: {
          description: 'Generation of the object that the status speaks of.',
          type: 'integer',
          format: 'int64',
        },
        ...(scalable ? SCALE_STATUS : {}),
        ...status,
        conditions: CONDITIONS,
      }),
    },
  };
}

const SCALE_STATUS: Properties = {
  replicas: { description: 'How many replicas exist.', type: 'integer', format: 'int32' },
  selector: text('Label selector of the pods, for autoscalers.'),
};

const CONDITIONS: Schema = list(
  'Synced: everything was applied. Ready: it works.',
  record('One aspect of the state of the object.', {
    'type!': text('Type of the condition.'),
    'status!': text('True, False or Unknown.', { enum: ['True', 'False', 'Unknown'] }),
    'reason!': text('Why, in one CamelCase word.'),
    message: text('Details for people.'),
    'lastTransitionTime!': text('When the status last changed.', { format: 'date-time' }),
    observedGeneration: {
      description: 'Generation of the object that the condition speaks of.',
      type: 'integer',
      format: 'int64',
    },
  }),
  { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
);
