import type { StatusCause } from '../../model/api-error.ts';
import { duplicate, invalid, required } from '../../model/field-error.ts';
import { immutable } from '../metadata.ts';
import { subdomainName } from '../names.ts';
import { broken, dnsLabel } from '../validation/common.ts';
import { asFields, type Fields, fields, list, text } from '../values.ts';
import { type PartsByKind, readSpec } from './parts.ts';

/* Dynamic resource allocation. Upstream: pkg/apis/resource/validation, pkg/registry/resource/<resource>/strategy.go. */

/** Strategies of the group `resource.k8s.io`: names, states and what must be there; expressions are not evaluated. */
export const resourceParts: PartsByKind = {
  'resource.k8s.io/DeviceClass': {
    nameRule: subdomainName,
    generateNameIsFree: true,
    generation: true,
    validate: (next) => selectors(list(readSpec(next)['selectors']), 'spec.selectors'),
  },
  'resource.k8s.io/ResourceClaim': {
    nameRule: subdomainName,
    validate: (next) => deviceRequests(fields(readSpec(next)['devices']), 'spec.devices'),
    statusKeepsMeta: true,
    validateUpdate: (next, live) => immutable('spec', next['spec'], live['spec']),
  },
  'resource.k8s.io/ResourceClaimTemplate': {
    nameRule: subdomainName,
    validate: (next) => deviceRequests(fields(fields(readSpec(next)['spec'])['devices']), 'spec.spec.devices'),
    validateUpdate: (next, live) => immutable('spec', next['spec'], live['spec']),
  },
  'resource.k8s.io/ResourceSlice': {
    nameRule: subdomainName,
    generation: true,
    validate: (next) => validateSlice(readSpec(next)),
    validateUpdate: (next, live) => [
      ...validateSlice(readSpec(next)),
      ...sliceUnchanged(readSpec(next), readSpec(live)),
    ],
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
  const names = new Set<string>();
  for (const [at, device] of list(spec['devices']).entries()) {
    const name = text(device['name']);
    causes.push(...dnsLabel(name, `spec.devices[${at}].name`));
    if (names.has(name)) causes.push(duplicate(`spec.devices[${at}].name`, name));
    names.add(name);
  }
  return causes;
}

function sliceUnchanged(next: Fields, live: Fields): StatusCause[] {
  const pool = (spec: Fields) => fields(spec['pool'])['name'];
  return [
    ...immutable('spec.driver', next['driver'], live['driver']),
    ...immutable('spec.pool.name', pool(next), pool(live)),
    ...['nodeName', 'nodeSelector', 'allNodes'].flatMap((field) =>
      immutable(`spec.${field}`, next[field], live[field]),
    ),
  ];
}

/** Requests of devices: each has a name of its own and says either one request or a choice. */
function deviceRequests(devices: Fields, path: string): StatusCause[] {
  const names = new Set<string>();
  return list(devices['requests']).flatMap((request, at) => {
    const where = `${path}.requests[${at}]`;
    const name = text(request['name']);
    const causes = name === '' ? [required(`${where}.name`)] : dnsLabel(name, `${where}.name`);
    const exactly = asFields(request['exactly']);
    const choice = list(request['firstAvailable']);
    if (exactly && choice.length > 0) {
      causes.push(
        invalid(where, null, 'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set'),
      );
    } else if (exactly) causes.push(...deviceRequest(exactly, `${where}.exactly`));
    else if (choice.length > 0) {
      for (const [index, one] of choice.entries())
        causes.push(...deviceRequest(one, `${where}.firstAvailable[${index}]`));
    } else causes.push(required(where, 'exactly one of `exactly` or `firstAvailable` is required'));
    if (names.has(name)) causes.push(duplicate(where, name));
    names.add(name);
    return causes;
  });
}

function deviceRequest(request: Fields, path: string): StatusCause[] {
  const name = text(request['deviceClassName']);
  const where = `${path}.deviceClassName`;
  const causes = name === '' ? [required(where)] : broken(where, name, subdomainName(name, false));
  return [...causes, ...selectors(list(request['selectors']), `${path}.selectors`)];
}

function selectors(all: readonly Fields[], path: string): StatusCause[] {
  return all.flatMap((selector, at) => {
    const cel = asFields(selector['cel']);
    if (!cel) return [required(`${path}[${at}].cel`)];
    return text(cel['expression']) === '' ? [required(`${path}[${at}].cel.expression`)] : [];
  });
}
