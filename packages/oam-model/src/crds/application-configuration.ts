import { embeddedObject, freeObject, int64, list, record, text } from '../schema/build.ts';
import type { CustomResourceDefinition, Schema } from '../schema/types.ts';
import { dataPassing } from './data-passing.ts';
import { ageColumn, conditions, oamCrd, reference, referenceProperties } from './parts.ts';

function traits(description: string): Schema {
  const trait = record(
    'A trait: either `trait` holds the whole object, or `name` and `properties` describe it.',
    {
      trait: embeddedObject('The trait object. Its metadata.name may be left out.'),
      name: text('Name of the TraitDefinition, in place of `trait`.'),
      version: text('Version of the trait, beside `name`.'),
      properties: freeObject('Spec of the trait object, beside `name`.'),
      spec: freeObject('Another name of `properties`.'),
      ...dataPassing,
    },
    { anyOf: [{ required: ['trait'] }, { required: ['name'] }] },
  );
  return list(description, trait);
}

const parameterValues: Schema = list(
  'Values for the parameters that the Component publishes.',
  record('One value.', {
    'name!': text('Name of the parameter.'),
    'value!': { 'x-kubernetes-int-or-string': true, description: 'The value, a string or an integer.' },
  }),
);

const scopes: Schema = list(
  'Scopes that the component is in.',
  record(
    'A scope.',
    {
      scopeRef: reference('The scope object, in the namespace of the application.'),
      scope: reference('Another name of `scopeRef`.'),
    },
    { anyOf: [{ required: ['scopeRef'] }, { required: ['scope'] }] },
  ),
);

/** Empty for Go clients; else the name of an object. */
const OBJECT_NAME = {
  pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$',
  maxLength: 253,
};

/** Keeps the API server's estimate of the cost of CEL rules low; the size of an object ends applications long before. */
const MAX_COMPONENTS = 1000;

/** Go clients write a name that they leave out as an empty string. */
const names: Schema['x-kubernetes-validations'] = [
  {
    rule: "!(has(self.componentName) && self.componentName != '' && has(self.revisionName) && self.revisionName != '')",
    message: 'componentName and revisionName are mutually exclusive, you can only specify one of them',
  },
];

const component: Schema = record(
  'A Component as this application uses it.',
  {
    componentName: text('Name of the Component. Excludes revisionName.'),
    revisionName: text('Name of one revision of a Component. Excludes componentName.'),
    instanceName: text('Name of the workload; the name of the Component when absent.', OBJECT_NAME),
    dependencies: list('Instances of this application that must be ready first.', { type: 'string' }),
    parameterValues,
    traits: traits('What is attached to the component.'),
    scopes,
    ...dataPassing,
  },
  { 'x-kubernetes-validations': names },
);

const spec: Schema = record('What the application consists of.', {
  'components!': list('The components; each becomes one workload.', component, { maxItems: MAX_COMPONENTS }),
  traits: traits('Traits for every component that their rules admit.'),
});

const workloads: Schema = list(
  'Workloads of the application.',
  record('One workload and what is attached to it.', {
    status: text('Free for a controller that summarises the workload.'),
    componentName: text('The Component that the workload comes from.'),
    componentRevisionName: text('The revision of the Component.'),
    workloadRef: reference('The workload object.'),
    traits: list(
      'Traits of the workload.',
      record('One trait.', {
        status: text('Free for a controller that summarises the trait.'),
        'traitRef!': reference('The trait object.'),
        message: text('What the application controller has to say about the trait.'),
      }),
    ),
    scopes: list(
      'Scopes of the workload.',
      record('One scope.', {
        status: text('Free for a controller that summarises the scope.'),
        'scopeRef!': reference('The scope object.'),
      }),
    ),
  }),
);

const unsatisfied: Schema = list(
  'Data inputs that are not met.',
  record('One input.', {
    'reason!': text('Why the input is not met.'),
    'from!': record('The object that the value comes from.', {
      ...referenceProperties,
      fieldPath: text('Path of the field that holds the value.'),
    }),
    'to!': record('The object that waits for the value.', {
      ...referenceProperties,
      fieldPaths: list('Paths of the fields that receive the value.', { type: 'string' }),
    }),
  }),
);

const status: Schema = record('What is observed of the application.', {
  conditions,
  observedGeneration: int64('Generation that this status speaks of.'),
  status: text('Free for a controller that summarises the application.'),
  dependency: record('What the application waits for.', { unsatisfied }),
  workloads,
  historyWorkloads: list(
    'Workloads of older revisions that still run.',
    record('One workload.', {
      revision: text('The revision of the Component.'),
      workloadRef: reference('The workload object.'),
    }),
  ),
  inventory: list(
    'Every object made for the application, in creation order.',
    record('One object.', {
      ...referenceProperties,
      namespace: text('Namespace of the object; absent for cluster-scoped kinds.'),
    }),
  ),
});

const condition = (type: string, field: string) => `.status.conditions[?(@.type=="${type}")].${field}`;

/** The CRD of ApplicationConfiguration. Both dialects pass it. */
export function applicationConfigurationCrd(): CustomResourceDefinition {
  return oamCrd({
    kind: 'ApplicationConfiguration',
    scope: 'Namespaced',
    shortNames: ['appconfig'],
    description: 'An application: components with their parameters, traits and scopes.',
    spec,
    status,
    columns: [
      { name: 'READY', type: 'string', jsonPath: condition('Ready', 'status') },
      { name: 'REASON', type: 'string', jsonPath: condition('Ready', 'reason') },
      { name: 'SYNCED', type: 'string', jsonPath: condition('Synced', 'status') },
      ageColumn,
    ],
  });
}
