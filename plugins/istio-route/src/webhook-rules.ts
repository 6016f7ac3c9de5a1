import { type Problem, re2Problem } from '@capstan/plugin-api';
import { durationMs } from './duration.ts';
import type { HeaderOperations, RouteSpec, StringMatch } from './spec.ts';

/** What Envoy tries again, by the names that Istio takes beside status codes. */
const RETRY_REASONS = [
  ...['5xx', 'gateway-error', 'reset', 'reset-before-request', 'connect-failure', 'retriable-4xx', 'refused-stream'],
  ...['retriable-status-codes', 'retriable-headers', 'envoy-ratelimited', 'http3-post-connect-failure'],
  ...['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'],
];

/**
 * What Istio's webhook would refuse of the objects that a Route becomes, although its CRDs take it. Said of the Route, since
 * its author has never seen those objects; and said where no webhook is asked.
 */
export function webhookProblems(spec: RouteSpec): Problem[] {
  return [
    ...spec.hosts.flatMap((host, index) => hostProblems(spec, host, index)),
    ...gatewayNameProblems(spec),
    ...retryProblems(spec),
    ...durationProblems(spec),
    ...regexProblems(spec),
    ...spec.traffic.flatMap(({ service = '', labels = {} }, index) => [
      ...longPartProblems(service, `spec.traffic[${index}].service`),
      ...labelProblems(labels, `spec.traffic[${index}].labels`),
    ]),
    ...headerChangeProblems(spec),
    ...corsProblems(spec),
  ];
}

function hostProblems({ hosts, tls }: RouteSpec, host: string, index: number): Problem[] {
  const path = `spec.hosts[${index}]`;
  const labels = host.split('.');
  const long = longPartProblems(host, path);
  if (long.length > 0) return long;
  if (labels.length > 1 && /^[0-9]+$/.test(labels.at(-1) ?? '') && !/^[0-9]+(\.[0-9]+){3}$/.test(host)) {
    return [{ path, message: `"${host}" ends in a number, which no name of a host does` }];
  }
  if (tls && host !== '*' && labels.length < 2) {
    return [{ path, message: `"${host}" has no domain, which hosts beside tls need` }];
  }
  const wider = hosts.find((other) => other !== host && other.startsWith('*') && host.endsWith(other.slice(1)));
  if (wider === undefined) return [];
  return [{ path, message: `"${host}" is one of "${wider}", which is there too`, hint: 'Leave one of them out.' }];
}

function longPartProblems(name: string, path: string): Problem[] {
  if (name.split('.').every((part) => part.length <= 63)) return [];
  return [{ path, message: `"${name}" has a part of more than 63 characters` }];
}

function gatewayNameProblems({ gateway }: RouteSpec): Problem[] {
  const parts = gateway?.split('/') ?? [];
  if (parts.every((part) => part.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(part))) return [];
  const message = `Istio finds no gateway of the name "${gateway}": up to 63 lower-case letters, digits and hyphens`;
  return [{ path: 'spec.gateway', message }];
}

function retryProblems({ retries: { attempts, perTryTimeout, retryOn } }: RouteSpec): Problem[] {
  const problems: Problem[] = [];
  const given = { perTryTimeout, retryOn };
  for (const [field, value] of Object.entries(given)) {
    if (attempts > 0 || value === undefined) continue;
    problems.push({
      path: `spec.retries.${field}`,
      message: 'means nothing beside attempts: 0, which never tries again',
    });
  }
  const unknown = retryOn
    ?.split(',')
    .find((reason) => !RETRY_REASONS.includes(reason) && !/^[1-5][0-9]{2}$/.test(reason));
  if (unknown === undefined) return problems;
  const message = `"${unknown}" is nothing that Envoy tries again`;
  const hint = `One of ${RETRY_REASONS.join(', ')}, or a status code.`;
  return [...problems, { path: 'spec.retries.retryOn', message, hint }];
}

function durationProblems({ timeout, retries, trafficPolicy, cors }: RouteSpec): Problem[] {
  const maxAge = cors?.['maxAge'];
  return [
    ...finerThan(1, 'milliseconds', { timeout, retries: { perTryTimeout: retries.perTryTimeout }, trafficPolicy }),
    ...finerThan(1000, 'seconds', { cors: { maxAge } }),
  ];
}

/** Durations among the texts below a field that are no multiple of a unit. No other text of these fields looks like one. */
function finerThan(ms: number, unit: string, value: unknown, path = 'spec'): Problem[] {
  if (typeof value === 'string') {
    const whole = !/^[0-9]/.test(value) || Math.abs(Math.round(durationMs(value) / ms) * ms - durationMs(value)) < 1e-6;
    return whole ? [] : [{ path, message: `${value} is no whole number of ${unit}, which is as fine as it goes` }];
  }
  return Object.entries(value ?? {}).flatMap(([key, below]) => finerThan(ms, unit, below, `${path}.${key}`));
}

function regexProblems({ match, traffic, cors }: RouteSpec): Problem[] {
  const headers = (of: RouteSpec['match'], path: string): [string, StringMatch][] =>
    Object.entries(of?.headers ?? {}).map(([name, value]) => [`${path}.headers.${name}`, value]);
  return [
    ...headers(match, 'spec.match'),
    ...traffic.flatMap((entry, index) => headers(entry.match, `spec.traffic[${index}].match`)),
    ...(cors?.allowOrigins ?? []).map((origin, index): [string, StringMatch] => [
      `spec.cors.allowOrigins[${index}]`,
      origin,
    ]),
  ].flatMap(([path, { regex }]) => {
    const problem = regex === undefined ? undefined : re2Problem(regex);
    return problem ? [{ path: `${path}.regex`, message: `${regex} ${problem}` }] : [];
  });
}

function labelProblems(labels: Readonly<Record<string, string>>, path: string): Problem[] {
  const name =
    /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
  return Object.entries(labels).flatMap(([key, value]): Problem[] => {
    if (!name.test(key)) return [{ path, message: `"${key}" is no name of a label` }];
    if (value === '' || (name.test(value) && !value.includes('/'))) return [];
    return [{ path: `${path}.${key}`, message: `"${value}" is no value of a label` }];
  });
}

/** Names of headers as HTTP has them. */
const HEADER_NAME = /^[-!#$%&'*+.^_`|~A-Za-z0-9]+$/;

/** Values of headers as Envoy reads them: `%NAME%` and `%NAME(arguments)%` are filled in, and `%%` is a `%`. */
const HEADER_VALUE = /^(?:[^%]|%%|%[^%(]+%|%[^%(]*\([^)]*\) *%)*$/;

function headerChangeProblems({ headers, rewrite }: RouteSpec): Problem[] {
  return (['request', 'response'] as const).flatMap((side) => {
    const path = `spec.headers.${side}`;
    const { set = {}, add = {}, remove = [] }: HeaderOperations = headers?.[side] ?? {};
    // The host of a request may be given anew, in one place.
    const host = side === 'request' && rewrite?.authority === undefined;
    return [
      ...changeProblems(set, `${path}.set`, host),
      ...changeProblems(add, `${path}.add`, host),
      ...remove.flatMap((name, index) => nameProblems(name, `${path}.remove[${index}]`, false)),
    ];
  });
}

function changeProblems(changes: Readonly<Record<string, string>>, path: string, host: boolean): Problem[] {
  return Object.entries(changes).flatMap(([name, value]) => [
    ...nameProblems(name, path, host),
    ...(isHeaderValue(value)
      ? []
      : [{ path: `${path}.${name}`, message: `"${value}" is no value of a header`, hint: 'A % is written %%.' }]),
  ]);
}

function nameProblems(name: string, path: string, mayBeHost: boolean): Problem[] {
  if (/^(host|:authority)$/i.test(name)) {
    const hint = 'Use rewrite.authority alone.';
    return mayBeHost ? [] : [{ path, message: `"${name}" may not be changed here`, hint }];
  }
  return HEADER_NAME.test(name) ? [] : [{ path, message: `"${name}" is no name of a header` }];
}

function isHeaderValue(value: string): boolean {
  const hasControl = [...value].some((each) => (each < ' ' && each !== '\t') || each === '\u007f');
  return !hasControl && HEADER_VALUE.test(value);
}

function corsProblems({ cors }: RouteSpec): Problem[] {
  const names = (field: 'allowHeaders' | 'exposeHeaders'): Problem[] =>
    ((cors?.[field] ?? []) as readonly string[]).flatMap((name, index) =>
      HEADER_NAME.test(name)
        ? []
        : [{ path: `spec.cors.${field}[${index}]`, message: `"${name}" is no name of a header` }],
    );
  const empty = (cors?.allowOrigins ?? []).findIndex(({ exact }) => exact === '');
  const origin = { path: `spec.cors.allowOrigins[${empty}].exact`, message: 'is empty: it is the address of a page' };
  return [...(empty < 0 ? [] : [origin]), ...names('allowHeaders'), ...names('exposeHeaders')];
}
