import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject, Problem } from '@capstan/plugin-api';
import { durationMs } from './duration.ts';
import { MESH, type RouteSpec, routeSpec, type StringMatch, sharesOf, type TrafficEntry } from './spec.ts';
import { webhookProblems } from './webhook-rules.ts';

/**
 * What is wrong with a Route beyond its schema. The CRD has the first of these rules in CEL too; here they hold where no API
 * server is asked, as in `capstan validate`.
 */
export function validateRoute(trait: KubernetesObject): Problem[] {
  const spec = routeSpec(trait);
  return [
    ...hostProblems(spec),
    ...gatewayProblems(spec),
    ...(spec.match ? headerProblems(spec.match.headers, 'spec.match.headers') : []),
    ...spec.traffic.flatMap((entry, index) => entryProblems(entry, `spec.traffic[${index}]`)),
    ...subsetProblems(spec),
    ...weightProblems(spec),
    ...durationProblems(spec),
    ...(spec.cors?.allowOrigins ?? []).flatMap((origin, index) =>
      matchProblems(origin, `spec.cors.allowOrigins[${index}]`),
    ),
    ...webhookProblems(spec),
  ];
}

function hostProblems({ hosts, gateway, traffic }: RouteSpec): Problem[] {
  if (hosts.length === 0 && traffic.length === 0) {
    const hint = 'For example hosts: [shop.example.com].';
    return [{ path: 'spec.hosts', message: 'is missing: it says whose requests are taken', hint }];
  }
  const twice = hosts.flatMap((host, index) =>
    hosts.indexOf(host) === index ? [] : [{ path: `spec.hosts[${index}]`, message: `"${host}" is there twice` }],
  );
  if (gateway !== MESH || !hosts.includes('*')) return twice;
  const problem = { path: 'spec.hosts', message: 'the host * is not possible inside the mesh' };
  return [...twice, { ...problem, hint: 'Name the hosts, or leave gateway out.' }];
}

function gatewayProblems({ tls, gateway }: RouteSpec): Problem[] {
  if (!tls || gateway === undefined) return [];
  const message = 'may not be stated beside gateway: a gateway that is named ends TLS itself';
  return [{ path: 'spec.tls', message, hint: `Leave gateway out, or give the certificate to the Gateway ${gateway}.` }];
}

function entryProblems(entry: TrafficEntry, path: string): Problem[] {
  const { weight, match, mirror, labels, subset, revision, service, port } = entry;
  const problems: Problem[] = match ? headerProblems(match.headers, `${path}.match.headers`) : [];
  if (weight !== undefined && (match || mirror !== undefined)) {
    const message = `may not be stated beside ${match ? 'match' : 'mirror'}: it takes all of its requests`;
    problems.push({ path: `${path}.weight`, message });
  }
  if (match && mirror !== undefined)
    problems.push({ path: `${path}.mirror`, message: 'may not be stated beside match' });
  if (labels && subset === undefined) {
    problems.push({ path: `${path}.labels`, message: 'are those of a subset, which is not named' });
  }
  if (revision !== undefined && (service !== undefined || subset !== undefined || port !== undefined)) {
    const message = 'is one of the Knative Service itself: service, subset and port may not be stated beside it';
    problems.push({ path: `${path}.revision`, message });
  }
  return problems;
}

/** One subset of one Service has one set of labels. */
function subsetProblems({ traffic }: RouteSpec): Problem[] {
  return traffic.flatMap(({ service, subset, labels }, index) => {
    if (subset === undefined) return [];
    const first = traffic.findIndex((other) => other.service === service && other.subset === subset);
    if (first === index || labels === undefined || isDeepStrictEqual(labels, traffic[first]?.labels)) return [];
    const message = `are others than those of spec.traffic[${first}], which is the subset ${subset} too`;
    return [{ path: `spec.traffic[${index}].labels`, message }];
  });
}

function weightProblems(spec: RouteSpec): Problem[] {
  const shares = sharesOf(spec);
  if (shares.length === 0) return [];
  const index = spec.traffic.findIndex((entry) => shares.includes(entry) && entry.weight === undefined);
  if (index >= 0 && shares.length > 1) {
    const message = 'is missing: entries without match and mirror need one when there are several';
    return [{ path: `spec.traffic[${index}].weight`, message }];
  }
  const sum = shares.reduce((total, { weight = 100 }) => total + weight, 0);
  return sum === 100 ? [] : [{ path: 'spec.traffic', message: `the weights add up to ${sum}, and must to 100` }];
}

function headerProblems(headers: Readonly<Record<string, StringMatch>>, path: string): Problem[] {
  return Object.entries(headers).flatMap(([name, match]) => {
    const problems = matchProblems(match, `${path}.${name}`);
    if (/^[a-z0-9_-]+$/.test(name)) return problems;
    const hint = `Write ${name.toLowerCase()}; requests match in either case.`;
    return [...problems, { path: `${path}.${name}`, message: 'names of headers are written in lower case', hint }];
  });
}

function matchProblems(match: StringMatch, path: string): Problem[] {
  const ways = (['exact', 'prefix', 'regex'] as const).filter((way) => match[way] !== undefined);
  if (ways.length === 1) return [];
  const message = `needs exactly one of exact, prefix and regex${ways.length > 1 ? `, and has ${ways.join(' and ')}` : ''}`;
  return [{ path, message }];
}

function durationProblems({ timeout, retries: { perTryTimeout } }: RouteSpec): Problem[] {
  const given = { 'spec.timeout': timeout, 'spec.retries.perTryTimeout': perTryTimeout };
  const problems = Object.entries(given).flatMap(([path, value]) =>
    value === undefined || durationMs(value) >= 1 ? [] : [{ path, message: 'must be at least 1ms' }],
  );
  if (timeout === undefined || perTryTimeout === undefined) return problems;
  if (durationMs(perTryTimeout) <= durationMs(timeout)) return problems;
  const message = `${perTryTimeout} is longer than timeout, which is ${timeout}`;
  return [...problems, { path: 'spec.retries.perTryTimeout', message }];
}
