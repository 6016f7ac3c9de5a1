import type { KubernetesObject, Problem } from '@capstan/plugin-api';
import { type ServerlessSpec, serverlessSpec, type TrafficShare } from './spec.ts';

/** Knative makes a Kubernetes Service and a host name of it. */
const SERVICE_NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** What Knative itself puts into the container. */
const RESERVED = ['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION'];

/** What the queue proxy, which Knative puts beside every container, listens on. */
const QUEUE_PROXY_PORTS = [8008, 8012, 8013, 8022, 9090, 9091];

/** Longer names are shortened before a revision's number comes after them: a name has 63 characters. */
const LONGEST_BEFORE_NUMBER = 63 - '-00001'.length;

/**
 * What is wrong with a Serverless beyond its schema. The CRD has most of it in CEL; here it holds where no API server is
 * asked, as in `capstan validate`, and where Knative's webhook would be the first to refuse it.
 */
export function validateServerless(workload: KubernetesObject): Problem[] {
  const spec = serverlessSpec(workload);
  const { name } = workload.metadata;
  return [
    ...nameProblems(name),
    ...portProblems(spec.port, 'spec.port'),
    ...environmentProblems(spec),
    ...scaleProblems(spec),
    ...trafficProblems(spec, name),
  ];
}

/** A port that a container cannot have beside Knative's queue proxy. */
export function portProblems(port: number | undefined, path: string): Problem[] {
  if (port === undefined || !QUEUE_PROXY_PORTS.includes(port)) return [];
  const hint = `Let the program listen elsewhere; these are taken: ${QUEUE_PROXY_PORTS.join(', ')}.`;
  return [{ path, message: `${port} is used by Knative's queue proxy, which runs beside the container`, hint }];
}

/** A name that Knative cannot make a Service of. */
export function nameProblems(name: string): Problem[] {
  if (SERVICE_NAME.test(name)) return [];
  const message = `${name} cannot be the name of a Knative Service: a letter, then up to 62 letters, digits and hyphens`;
  return [{ path: 'metadata.name', message, hint: 'Rename the component, or give it an instanceName.' }];
}

function environmentProblems({ env = [] }: ServerlessSpec): Problem[] {
  return env.flatMap(({ name, value, fromSecret }, index) => {
    const path = `spec.env[${index}]`;
    if (RESERVED.includes(name)) {
      const hint = name === 'PORT' ? 'Set spec.port.' : 'Take another name.';
      return [{ path: `${path}.name`, message: `${name} is set by Knative`, hint }];
    }
    const stated = [value, fromSecret].filter((source) => source !== undefined).length;
    return stated === 1 ? [] : [{ path, message: `${name} needs either value or fromSecret` }];
  });
}

function scaleProblems({ minScale, maxScale, metric, target, concurrency }: ServerlessSpec): Problem[] {
  const problems: Problem[] = [];
  if (maxScale !== 0 && minScale > maxScale) {
    const message = `${minScale} is greater than maxScale, which is ${maxScale}`;
    problems.push({ path: 'spec.minScale', message });
  }
  if (metric === 'memory' && target === undefined) {
    problems.push({ path: 'spec.metric', message: 'memory needs a target', hint: 'Set spec.target: MiB of one copy.' });
  }
  if (target === undefined) return problems;
  if (metric === 'concurrency' && concurrency > 0 && target > concurrency) {
    const message = `${target} is greater than concurrency, which is ${concurrency}: one copy never gets so many requests`;
    problems.push({ path: 'spec.target', message });
  }
  if (metric === 'cpu' && target > 100) {
    problems.push({ path: 'spec.target', message: `${target} is more than 100 percent of the CPU that is asked for` });
  }
  return problems;
}

/** Shares that do not come to everything. */
export function sumProblems(traffic: readonly { readonly percent?: number }[]): Problem[] {
  const sum = traffic.reduce((total, { percent = 0 }) => total + percent, 0);
  return sum === 100 ? [] : [{ path: 'spec.traffic', message: `the percents come to ${sum} and must come to 100` }];
}

function trafficProblems({ traffic }: ServerlessSpec, name: string): Problem[] {
  if (!traffic) return [];
  return [...sumProblems(traffic), ...traffic.flatMap((share, index) => shareProblems(share, traffic, index, name))];
}

function shareProblems(
  { revision, tag }: TrafficShare,
  traffic: readonly TrafficShare[],
  index: number,
  name: string,
): Problem[] {
  const path = `spec.traffic[${index}]`;
  const problems: Problem[] = [];
  const shortened = name.length > LONGEST_BEFORE_NUMBER;
  if (revision !== undefined && !shortened && !revision.startsWith(`${name}-`)) {
    const message = `${revision} is no revision of ${name}`;
    problems.push({
      path: `${path}.revision`,
      message,
      hint: `They are called ${name}-00001, ${name}-00002 and so on.`,
    });
  }
  const first = traffic.findIndex((other) => other.tag === tag);
  if (tag !== undefined && first < index) {
    problems.push({ path: `${path}.tag`, message: `"${tag}" is the tag of spec.traffic[${first}] too` });
  }
  return problems;
}
