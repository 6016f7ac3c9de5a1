import type { StatusCause } from '../../model/api-error.ts';
import { invalid, required } from '../../model/field-error.ts';
import { immutable } from '../metadata.ts';
import { subdomainName } from '../names.ts';
import { asFields, type Fields, fields, text } from '../values.ts';
import { type PartsByKind, readSpec } from './parts.ts';

/* Dynamic resource allocation. Upstream: pkg/apis/resource/validation, pkg/registry/resource/<resource>/strategy.go. */

/** Strategies of the group `resource.k8s.io`: names, states and what must be there; expressions are not evaluated. */
export const resourceParts: PartsByKind = {
  'resource.k8s.io/DeviceClass': { nameRule: subdomainName, generation: true },
  'resource.k8s.io/ResourceClaim': {
    nameRule: subdomainName,
    validateUpdate: (next, live) => immutable('spec', next['spec'], live['spec']),
  },
  'resource.k8s.io/ResourceClaimTemplate': {
    nameRule: subdomainName,
    validateUpdate: (next, live) => immutable('spec', next['spec'], live['spec']),
  },
  'resource.k8s.io/ResourceSlice': {
    nameRule: subdomainName,
    generation: true,
    validate: (next) => validateSlice(readSpec(next)),
    fieldValues: (object) => ({
      'spec.nodeName': text(readSpec(object)['nodeName']),
      'spec.driver': text(readSpec(object)['driver']),
    }),
  },
};

function validateSlice(spec: Fields): StatusCause[] {
  const pool = fields(spec['pool']);
  const count = Number(pool['resourceSliceCount'] ?? 0);
  const causes: StatusCause[] = [];
  if (text(spec['driver']) === '') causes.push(required('spec.driver'));
  if (text(pool['name']) === '') causes.push(required('spec.pool.name'));
  if (count <= 0) causes.push(invalid('spec.pool.resourceSliceCount', count, 'must be greater than zero'));
  const places = [
    text(spec['nodeName']) !== '',
    asFields(spec['nodeSelector']) !== undefined,
    spec['allNodes'] === true,
    spec['perDeviceNodeSelection'] === true,
  ].filter((given) => given);
  const choice = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (places.length === 0) causes.push(required('spec', choice));
  return causes;
}
