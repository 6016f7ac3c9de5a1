import { OAM_GROUP } from '../kinds/references.ts';
import { int64, list, type Properties, record, text } from '../schema/build.ts';
import type { CustomResourceDefinition, PrinterColumn, Schema } from '../schema/types.ts';

/** The properties of a TypedReference. Empty strings pass: Go clients write references that they leave out that way. */
export const referenceProperties: Properties = {
  'apiVersion!': text('API version of the referenced object.'),
  'kind!': text('Kind of the referenced object.'),
  'name!': text('Name of the referenced object.'),
  uid: text('UID of the referenced object.'),
};

/** A reference to an object. */
export function reference(description: string): Schema {
  return record(description, referenceProperties);
}

/** A list of references to objects. */
export function references(description: string): Schema {
  return list(description, reference('One object.'));
}

/** The name of the CRD that a Definition registers. */
export const definitionReference: Schema = record('The CustomResourceDefinition that this Definition registers.', {
  'name!': text('Name of the CustomResourceDefinition, <plural>.<group>.'),
  version: text('Version of the CustomResourceDefinition; its preferred one when absent.'),
});

/** The conditions of a status. */
export const conditions: Schema = list(
  'Conditions of the object.',
  record('One aspect of the state of the object.', {
    'type!': text('Type of the condition; at most one of each type.'),
    'status!': text('True, False or Unknown.'),
    'lastTransitionTime!': text('When the status last changed.', { format: 'date-time' }),
    'reason!': text('Why, in one CamelCase word.'),
    message: text('Details for people.'),
    observedGeneration: int64('Generation of the object that the condition speaks of.'),
  }),
);

/** When an object was made. */
export const ageColumn: PrinterColumn = { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** The CRD that a Definition names. */
export const definitionColumn: PrinterColumn = {
  name: 'DEFINITION-NAME',
  type: 'string',
  jsonPath: '.spec.definitionRef.name',
};

/** What one kind needs beside its schema. */
export interface CrdInput {
  readonly kind: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly shortNames?: readonly string[];
  readonly description: string;
  readonly spec: Schema;
  /** Brings the status subresource with it. */
  readonly status?: Schema;
  readonly columns: readonly PrinterColumn[];
}

/** The CustomResourceDefinition of a v1alpha2 kind. */
export function oamCrd(input: CrdInput): CustomResourceDefinition {
  const { kind, status } = input;
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  const properties: Properties = {
    apiVersion: text('Version of the schema of this object.'),
    kind: text('Kind of this object.'),
    metadata: { type: 'object' },
    'spec!': input.spec,
    ...(status ? { status } : {}),
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${OAM_GROUP}` },
    spec: {
      group: OAM_GROUP,
      scope: input.scope,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        categories: ['crossplane', 'oam'],
        ...(input.shortNames ? { shortNames: input.shortNames } : {}),
      },
      versions: [
        {
          name: 'v1alpha2',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: record(input.description, properties) },
          additionalPrinterColumns: input.columns,
          ...(status ? { subresources: { status: {} } } : {}),
        },
      ],
    },
  };
}
