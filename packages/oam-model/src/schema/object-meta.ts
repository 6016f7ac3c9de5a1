import { freeObject, int64, list, record, text, textMap } from './build.ts';
import type { Schema } from './types.ts';

const time = (description: string) => text(description, { nullable: true });

/** metav1.ObjectMeta, as the API server decodes it: unknown fields are refused by a strict client. */
export const objectMetaSchema: Schema = record('What identifies the object.', {
  name: text('Name, unique for the kind in its namespace.'),
  generateName: text('Beginning of a name that the API server completes.'),
  namespace: text('Namespace of the object.'),
  labels: { ...textMap('Labels by which objects are selected.'), nullable: true },
  annotations: { ...textMap('Notes of tools and people.'), nullable: true },
  finalizers: list('Who must act before the object is gone.', { type: 'string' }, { nullable: true }),
  ownerReferences: list(
    'Objects that this one belongs to.',
    record('One owner.', {
      'apiVersion!': text('API version of the owner.'),
      'kind!': text('Kind of the owner.'),
      'name!': text('Name of the owner.'),
      'uid!': text('UID of the owner.'),
      controller: { type: 'boolean', description: 'Whether the owner manages the object.' },
      blockOwnerDeletion: { type: 'boolean', description: 'Whether the owner stays until this object is gone.' },
    }),
    { nullable: true },
  ),
  uid: text('Written by the API server.'),
  resourceVersion: text('Written by the API server.'),
  selfLink: text('No longer written.'),
  generation: int64('Written by the API server.'),
  creationTimestamp: time('Written by the API server.'),
  deletionTimestamp: time('Written by the API server.'),
  deletionGracePeriodSeconds: int64('Written by the API server.'),
  managedFields: list('Written by the API server.', freeObject('Fields of one manager.'), { nullable: true }),
});

/** The root of a kind or an embedded object: apiVersion, kind and metadata belong to it whatever the schema says. */
export function withTypeMeta(schema: Schema): Schema {
  const own = schema.properties ?? {};
  return {
    ...schema,
    type: 'object',
    properties: {
      apiVersion: text('Version of the schema of this object.'),
      kind: text('Kind of this object.'),
      ...own,
      // A CRD may only restrict name and generateName here. The part that is the same for all is compiled once.
      metadata: { allOf: [objectMetaSchema, ...(own['metadata'] ? [own['metadata']] : [])] },
    },
    required: [...new Set([...(schema.required ?? []), 'apiVersion', 'kind'])],
  };
}
