import type { JsonObject, JsonValue, KubernetesObject, Problem, TraitRenderInput } from '@capstan/plugin-api';
import { called, isOf, isRecord, listIn, recordIn } from './plain.ts';
import { PRIMARY_SUFFIX, type Strategy } from './spec.ts';
import { beyond, compact, type Shape } from './supported.ts';

const TEXT: Shape = { exact: true, prefix: true, regex: true };
const HEADER_CHANGES: Shape = { set: true, add: true, remove: true };

/** What of a VirtualService a Canary has a place for: one rule, with one destination. */
const VIRTUAL_SERVICE: Shape = {
  hosts: true,
  gateways: true,
  http: [
    {
      name: true,
      match: [
        {
          name: true,
          uri: TEXT,
          scheme: TEXT,
          method: TEXT,
          authority: TEXT,
          headers: { '*': TEXT },
          withoutHeaders: { '*': TEXT },
          queryParams: { '*': TEXT },
          ignoreUriCase: true,
          port: true,
          gateways: true,
          sourceLabels: true,
          sourceNamespace: true,
        },
      ],
      route: [{ destination: { host: true, port: true }, weight: true }],
      rewrite: { uri: true, authority: true },
      timeout: true,
      retries: { attempts: true, perTryTimeout: true, retryOn: true },
      corsPolicy: {
        allowOrigin: true,
        allowOrigins: [TEXT],
        allowMethods: true,
        allowHeaders: true,
        exposeHeaders: true,
        maxAge: true,
        allowCredentials: true,
      },
      headers: { request: HEADER_CHANGES, response: HEADER_CHANGES },
    },
  ],
};

/** What of a DestinationRule it has a place for. */
const DESTINATION_RULE: Shape = {
  host: true,
  trafficPolicy: {
    connectionPool: {
      http: {
        h2UpgradePolicy: true,
        http1MaxPendingRequests: true,
        http2MaxRequests: true,
        idleTimeout: true,
        maxRequestsPerConnection: true,
        maxRetries: true,
      },
    },
    loadBalancer: {
      simple: true,
      consistentHash: {
        httpCookie: { name: true, path: true, ttl: true },
        httpHeaderName: true,
        httpQueryParameterName: true,
        minimumRingSize: true,
        useSourceIp: true,
      },
      localityLbSetting: { enabled: true, distribute: true, failover: true },
      warmupDurationSecs: true,
    },
    outlierDetection: {
      baseEjectionTime: true,
      consecutive5xxErrors: true,
      consecutiveErrors: true,
      consecutiveGatewayErrors: true,
      consecutiveLocalOriginFailures: true,
      interval: true,
      maxEjectionPercent: true,
      minHealthPercent: true,
      splitExternalLocalOriginErrors: true,
    },
    tls: {
      mode: true,
      clientCertificate: true,
      privateKey: true,
      caCertificates: true,
      subjectAltNames: true,
      sni: true,
    },
  },
};

/** Fields of the one rule that go into `Canary.spec.service` under their own names. */
const RULE_FIELDS = ['match', 'rewrite', 'timeout', 'retries', 'corsPolicy', 'headers'] as const;

/**
 * Whether an object is a rule of Istio's for traffic to this Service, as its owner wrote it or as Flagger has changed it:
 * then Flagger writes it from now on.
 */
export function isRouteTo(object: KubernetesObject, service: string, namespace: string): boolean {
  const spec = object['spec'];
  if (isOf(object, 'networking.istio.io', 'DestinationRule')) {
    return isRecord(spec) && isHost(spec['host'], service, namespace);
  }
  if (!isOf(object, 'networking.istio.io', 'VirtualService')) return false;
  const hosts = listIn(spec, 'http')
    .flatMap((rule) => listIn(rule, 'route'))
    .map((route) => recordIn(route, 'destination')['host']);
  return [service, `${service}${PRIMARY_SUFFIX}`].some((name) => hosts.some((host) => isHost(host, name, namespace)));
}

/** The part of `Canary.spec.service` that comes from the routes that are taken over; nothing without one. */
export function routeOf({ taken }: TraitRenderInput): JsonObject {
  const [virtualService] = virtualServices(taken);
  const [destinationRule] = destinationRules(taken);
  const trafficPolicy = recordIn(destinationRule?.['spec'], 'trafficPolicy');
  const policy = Object.keys(trafficPolicy).length > 0 ? { trafficPolicy } : {};
  if (!virtualService) return policy;
  const spec = virtualService['spec'] as JsonObject;
  const [rule] = listIn(spec, 'http');
  const fields = RULE_FIELDS.flatMap((name) =>
    isRecord(rule) && rule[name] !== undefined ? [[name, rule[name]]] : [],
  );
  const { hosts, gateways } = spec;
  return compact({
    ...(Array.isArray(hosts) ? { hosts } : {}),
    ...(Array.isArray(gateways) ? { gateways } : {}),
    ...(Object.fromEntries(fields) as JsonObject),
    ...policy,
  } as JsonValue) as JsonObject;
}

/** What of the routes that are taken over a Canary has no place for. */
export function routeProblems(input: TraitRenderInput, strategy: Strategy): Problem[] {
  const { taken, target } = input;
  const found = virtualServices(taken);
  const problems = [
    ...tooMany(found, 'VirtualService'),
    ...tooMany(destinationRules(taken), 'DestinationRule'),
    ...found.flatMap((one) => virtualServiceProblems(one, target.name, strategy)),
    ...destinationRules(taken).flatMap((one) => unsupported(one, DESTINATION_RULE)),
  ];
  return problems.map(({ message, hint }) => ({ path: 'spec', message, ...(hint ? { hint } : {}) }));
}

type Finding = Pick<Problem, 'message' | 'hint'>;

function virtualServiceProblems(one: KubernetesObject, service: string, strategy: Strategy): Finding[] {
  const rules = listIn(one['spec'], 'http');
  const problems: Finding[] = [...unsupported(one, VIRTUAL_SERVICE)];
  if (one.metadata.name !== service) {
    const message = `${called(one)} would stand beside the VirtualService ${service} that Flagger makes for the same hosts`;
    problems.push({ message, hint: `Name it ${service}, or use the trait Route.` });
  }
  if (rules.length > 1 || rules.some((rule) => listIn(rule, 'route').length > 1)) {
    const message = `${called(one)} has several rules or destinations; a Canary has one rule, and sets the weights itself`;
    problems.push({ message });
  }
  const byHeader = rules.some((rule) => listIn(rule, 'match').some((match) => isRecord(match) && 'headers' in match));
  if (strategy === 'ab-test' && byHeader) {
    const message = `${called(one)} matches headers, which the headers of the strategy ab-test would take the place of`;
    problems.push({ message, hint: 'Match the path instead, or use the strategy canary.' });
  }
  return problems;
}

function unsupported(object: KubernetesObject, shape: Shape): Finding[] {
  return beyond(object['spec'], shape, 'spec').map((field) => ({
    message: `${called(object)} has ${field}, which a Canary has no place for`,
    hint: 'Leave it out while the component has a rollout.',
  }));
}

function tooMany(objects: readonly KubernetesObject[], kind: string): Finding[] {
  if (objects.length < 2) return [];
  const names = objects.map(({ metadata }) => metadata.name).join(' and ');
  return [{ message: `the ${kind}s ${names} both lead to the component; a Canary takes over one` }];
}

function virtualServices(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects.filter((object) => isOf(object, 'networking.istio.io', 'VirtualService'));
}

function destinationRules(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects.filter((object) => isOf(object, 'networking.istio.io', 'DestinationRule'));
}

/** A short name means a Service in the same namespace; the longer ones say theirs. */
function isHost(host: unknown, service: string, namespace: string): boolean {
  const names = [service, `${service}.${namespace}`, `${service}.${namespace}.svc`];
  return typeof host === 'string' && (names.includes(host) || host.startsWith(`${service}.${namespace}.svc.`));
}
