import type { KubernetesObject } from '@capstan/base';
import type { ApplicationComponent, ApplicationConfiguration } from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import { extractFields } from '../changes/managed-fields.ts';
import { revisionRows } from './revisions.ts';
import { decideRollback } from './rollback.ts';

function anApplication(components: readonly ApplicationComponent[], status: object = {}): ApplicationConfiguration {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ApplicationConfiguration',
    metadata: { name: 'shop', namespace: 'web' },
    spec: { components },
    status,
  };
}

/** A ControllerRevision of a component with this image. */
function aRevision(component: string, number: number, image: string): KubernetesObject {
  const name = `${component}-v${number}`;
  const workload = { apiVersion: 'v1', kind: 'W', metadata: { name: '' }, spec: { image } };
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name, creationTimestamp: `2026-01-0${number}T00:00:00Z` },
    revision: number,
    data: { spec: { workload } },
  };
}

/** Revision 10 comes after 9, whatever their names say. */
const web = [aRevision('web', 10, 'c'), aRevision('web', 8, 'a'), aRevision('web', 9, 'b')];
const api = [aRevision('api', 1, 'a')];
const following = anApplication([{ componentName: 'web', traits: [] }, { componentName: 'api' }], {
  workloads: [{ componentName: 'web', componentRevisionName: 'web-v10' }],
  historyWorkloads: [{ revision: 'web-v9' }],
});

function rowsOf(application: ApplicationConfiguration) {
  return [...revisionRows(application, 'web', web), ...revisionRows(application, 'api', api)];
}

describe('the revisions of a component', () => {
  test('come by number, with what each changed and what runs', () => {
    const rows = revisionRows(following, 'web', web);
    expect(rows.map(({ number, runs, retained, latest }) => [number, runs, retained, latest])).toEqual([
      [8, false, false, false],
      [9, false, true, false],
      [10, true, false, true],
    ]);
    expect(rows.map(({ changes }) => changes)).toEqual([
      undefined,
      [{ path: 'workload.spec.image', change: 'changed', before: 'a', after: 'b' }],
      [{ path: 'workload.spec.image', change: 'changed', before: 'b', after: 'c' }],
    ]);
  });
});

describe('a rollback', () => {
  test('goes to the revision before the one that runs, and keeps the rest of the entry', () => {
    expect(decideRollback(following, rowsOf(following), {})).toMatchObject({
      component: 'web',
      from: { revision: 'web-v10' },
      to: { revision: 'web-v9' },
      newest: 10,
      components: [{ revisionName: 'web-v9', traits: [] }, { componentName: 'api' }],
    });
  });

  test.each(['8', 'v8', 'web-v8'])('goes to revision %s', (to) => {
    expect(decideRollback(following, rowsOf(following), { component: 'web', to }).to.revision).toBe('web-v8');
  });

  test('starts from the revision that the application names', () => {
    const pinned = anApplication([{ revisionName: 'web-v9' }, { componentName: 'api' }], following.status);
    expect(decideRollback(pinned, rowsOf(pinned), {}).to.revision).toBe('web-v8');
  });

  test('to the newest names the component again', () => {
    const pinned = anApplication([{ revisionName: 'web-v8', scopes: [] }]);
    expect(decideRollback(pinned, rowsOf(pinned), { to: '10' }).components).toEqual([
      { componentName: 'web', scopes: [] },
    ]);
  });

  test('of one instance leaves the others of the same component', () => {
    const twice = anApplication([
      { componentName: 'web', instanceName: 'one' },
      { componentName: 'web', instanceName: 'two' },
    ]);
    expect(decideRollback(twice, rowsOf(twice), { component: 'two', to: '9' }).components).toEqual([
      { componentName: 'web', instanceName: 'one' },
      { revisionName: 'web-v9', instanceName: 'two' },
    ]);
  });

  test.each([
    ['a revision that is not there', following, { component: 'web', to: '7' }, 2, /no revision 7/],
    ['a component that is not there', following, { component: 'wbe' }, 2, /no component "wbe"/],
    ['the oldest revision', following, { component: 'api' }, 5, /before api-v1/],
    ['nothing to go back to', anApplication([{ componentName: 'api' }]), {}, 5, /has an earlier revision/],
  ])('with %s fails', (_what, application, wish, exit, message) => {
    expect(() => decideRollback(application, rowsOf(application), wish)).toThrow(
      expect.objectContaining({ exit, message: expect.stringMatching(message) }),
    );
  });

  test('asks which component where several could be meant', () => {
    const rows = [...rowsOf(following), ...revisionRows(following, 'api', [aRevision('api', 2, 'b')])];
    expect(() => decideRollback(following, rows, {})).toThrow(
      expect.objectContaining({ next: ['capstan rollback shop -c web', 'capstan rollback shop -c api'] }),
    );
  });
});

test('what a manager applied can be taken out of an object', () => {
  const object = { metadata: { labels: { a: '1', b: '2' } }, spec: { components: [{ x: 1 }], other: true } };
  const fields = { 'f:metadata': { 'f:labels': { 'f:a': {} } }, 'f:spec': { 'f:components': {}, 'f:gone': {} } };
  expect(extractFields(object, fields)).toEqual({
    metadata: { labels: { a: '1' } },
    spec: { components: [{ x: 1 }] },
  });
});
