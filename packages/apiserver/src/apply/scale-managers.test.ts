import { expect, test } from 'vitest';
import type { ManagedFieldsEntry } from '../model/object.ts';
import { parentManagedFields, scaleManagedFields } from './scale-managers.ts';

const PATHS = new Map([['apps/v1', ['spec', 'replicas']]]);
const TIME = '2026-01-01T00:00:00Z';

function entry(manager: string, operation: 'Apply' | 'Update', names: readonly string[]): ManagedFieldsEntry {
  const fields = Object.fromEntries(names.map((name) => [`f:${name}`, {}]));
  const fieldsV1 = { 'f:spec': fields };
  return { manager, operation, apiVersion: 'apps/v1', time: TIME, fieldsType: 'FieldsV1', fieldsV1 };
}

const OWNER = entry('a', 'Apply', ['paused', 'replicas']);
const OTHER = entry('b', 'Update', ['paused']);

test('a Scale shows who owns the replicas', () => {
  expect(scaleManagedFields([OWNER, OTHER], PATHS)).toEqual([
    { ...OWNER, apiVersion: 'autoscaling/v1', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
  ]);
});

test('an unchanged Scale changes no manager', () => {
  const shown = scaleManagedFields([OWNER, OTHER], PATHS);
  expect(parentManagedFields([OWNER, OTHER], shown, 'apps/v1', PATHS)).toEqual([OWNER, OTHER]);
});

test('who takes the replicas of the Scale gets those of the object, without a time', () => {
  const taken: ManagedFieldsEntry = {
    ...entry('c', 'Update', ['replicas']),
    apiVersion: 'autoscaling/v1',
    subresource: 'scale',
  };
  const { time: _time, ...untimed } = taken;
  expect(parentManagedFields([OWNER, OTHER], [taken], 'apps/v1', PATHS)).toEqual([
    entry('a', 'Apply', ['paused']),
    { ...untimed, apiVersion: 'apps/v1' },
    OTHER,
  ]);
});

test('managers of versions that are gone are dropped', () => {
  const old = { ...OTHER, apiVersion: 'apps/v1beta1' };
  expect(parentManagedFields([OWNER, old], scaleManagedFields([OWNER], PATHS), 'apps/v1', PATHS)).toEqual([OWNER]);
});
