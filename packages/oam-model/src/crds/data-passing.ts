import { list, type Properties, record, text } from '../schema/build.ts';
import type { Schema } from '../schema/types.ts';
import { referenceProperties } from './parts.ts';

const valueFrom: Schema = record('Where the value is read from.', {
  'fieldPath!': text('Path of the field inside the ApplicationConfiguration.'),
});

const requirements: Schema = list(
  'Tests that must all hold before the value is passed on.',
  record('One test.', {
    'op!': text('How the value is compared: eq, notEq or notEmpty.'),
    value: text('The expected value.'),
    valueFrom,
    fieldPath: text('Path of the tested field on the source object; the value itself when absent.'),
  }),
);

function store(description: string): Schema {
  return record(description, {
    ...referenceProperties,
    operations: list(
      'Changes of the store, in order.',
      record('One change.', {
        'type!': text('Kind of the operation: jsonPatch.'),
        'op!': text('What is done at the path: add, delete or replace.'),
        'toFieldPath!': text('Path of the changed field.'),
        toDataPath: text('Path inside the JSON text that the changed field holds.'),
        value: text('The value as JSON text.'),
        valueFrom,
        conditions: requirements,
      }),
    ),
  });
}

/** `dataOutputs` and `dataInputs`, which components and traits share. */
export const dataPassing: Properties = {
  dataOutputs: list(
    'Values that this object offers to others.',
    record('A value under a name.', {
      name: text('Name by which an input refers to the value; unique in the application.'),
      fieldPath: text('Path of the field that holds the value.'),
      conditions: requirements,
      outputStore: store('An object that the value is written to.'),
    }),
  ),
  dataInputs: list(
    'Values that this object waits for.',
    record('One value.', {
      valueFrom: record('Where the value comes from.', {
        'dataOutputName!': text('Name of a data output of the application.'),
      }),
      toFieldPaths: list('Paths of the fields that receive the value.', { type: 'string' }),
      conditions: requirements,
      inputStore: store('An object that the value is read from.'),
    }),
  ),
};
