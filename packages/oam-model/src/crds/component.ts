import { embeddedObject, flag, int64, list, record, text } from '../schema/build.ts';
import type { CustomResourceDefinition, Schema } from '../schema/types.ts';
import { ageColumn, conditions, oamCrd } from './parts.ts';

const spec: Schema = record('The workload and its parameters.', {
  'workload!': embeddedObject('The workload that is made wherever an application names this component.'),
  parameters: list(
    'Fields of the workload that applications may set.',
    record('One parameter.', {
      'name!': text('Name of the parameter.'),
      'fieldPaths!': list('Paths of the fields of the workload that receive the value, for instance spec.replicas.', {
        type: 'string',
      }),
      required: flag('Whether every application must give a value.', { default: false }),
      description: text('What the parameter is for.'),
    }),
  ),
});

const status: Schema = record('What is observed of the component.', {
  observedGeneration: int64('Generation that this status speaks of.'),
  conditions,
  latestRevision: record('The newest revision of the component.', {
    'name!': text('Name of the ControllerRevision.'),
    'revision!': int64('Number of the revision.'),
  }),
});

/** The CRD of Component. */
export function componentCrd(): CustomResourceDefinition {
  return oamCrd({
    kind: 'Component',
    scope: 'Namespaced',
    description: 'A component: how a workload is made wherever an application names it.',
    spec,
    status,
    columns: [{ name: 'WORKLOAD-KIND', type: 'string', jsonPath: '.spec.workload.kind' }, ageColumn],
  });
}
