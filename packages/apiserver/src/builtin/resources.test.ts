import { expect, test } from 'vitest';
import { builtinResources } from './resources.ts';

// What a real v1.35.4 accepts in field selectors.
test.each([
  ['apps', 'replicasets', []],
  ['', 'replicationcontrollers', ['status.replicas']],
  ['', 'secrets', ['type']],
  ['batch', 'jobs', ['status.successful']],
  ['certificates.k8s.io', 'certificatesigningrequests', ['spec.signerName']],
])('%s %s can be selected by %j', (group, resource, fields) => {
  const found = builtinResources().find((one) => one.group === group && one.resource === resource);
  expect(found?.selectableFields).toEqual(fields);
});
