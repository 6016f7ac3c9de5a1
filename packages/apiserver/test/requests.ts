import { request } from 'node:https';
import fc from 'fast-check';

/** A request as it goes over the wire; `type` and `accept` are absent where no such header is sent. */
export interface FuzzedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly type: string | undefined;
  readonly accept: string | undefined;
  readonly body: string | Uint8Array | undefined;
}

/** An answer; the body is cut at 64 KiB. */
export interface FuzzedAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'];
const COLLECTIONS = [
  '/api/v1/namespaces',
  '/api/v1/namespaces/default/configmaps',
  '/api/v1/namespaces/default/secrets',
  '/api/v1/namespaces/default/services',
  '/api/v1/namespaces/default/pods',
  '/api/v1/pods',
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis/batch/v1/namespaces/default/jobs',
  '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  '/apis/coordination.k8s.io/v1/namespaces/default/leases',
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
];
const KINDS = [
  ['v1', 'Namespace'],
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['v1', 'Pod'],
  ['apps/v1', 'Deployment'],
  ['batch/v1', 'Job'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ['coordination.k8s.io/v1', 'Lease'],
  ['example.com/v1', 'Nothing'],
] as const;
const FIELDS = [
  ...['metadata', 'name', 'namespace', 'labels', 'annotations', 'ownerReferences', 'finalizers', 'managedFields'],
  ...['resourceVersion', 'uid', 'generateName', 'spec', 'status', 'data', 'template', 'containers', 'selector'],
  ...['matchLabels', 'replicas', 'ports', 'port', 'image', 'env', 'value', 'schema', 'openAPIV3Schema', 'properties'],
  ...['type', 'items', 'x-kubernetes-validations', 'rule', 'versions', 'group', 'names', 'rules', 'verbs', '$patch'],
  ...['$setElementOrder/containers', '__proto__', 'constructor', 'toString', 'f:metadata', 'k:{"name":"a"}', ''],
];
const TYPES = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/json; charset=utf-8',
  'text/plain',
  'nonsense',
];
const ACCEPTS = [
  '*/*',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf, application/json',
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=Unknown;v=v1;g=meta.k8s.io',
  'image/png',
];
const PARAMETERS = [
  ...['labelSelector', 'fieldSelector', 'limit', 'continue', 'resourceVersion', 'resourceVersionMatch', 'dryRun'],
  ...['fieldManager', 'fieldValidation', 'force', 'pretty', 'propagationPolicy', 'gracePeriodSeconds', 'unknown'],
];
const PARAMETER_VALUES = [
  ...[
    '',
    'a=b',
    'a in (b,c)',
    'a notin (',
    '!a',
    'metadata.name=a',
    'spec.nodeName!=x',
    '0',
    '1',
    '-1',
    '99999999999999',
  ],
  ...['All', 'Strict', 'Warn', 'Exact', 'NotOlderThan', 'true', 'False', 'Foreground', 'Orphan', 'e30', '%00', 'ü'],
];

const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'app', 'default', 'IfNeeded', 'Always', 'string', 'object') },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 10 }) },
);
const scalar = fc.oneof(word, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    scalar,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...FIELDS), tie('json'), { maxKeys: 5 }),
  ),
}));

const object = fc
  .record({ kind: fc.constantFrom(...KINDS), name: word, rest: fc.dictionary(fc.constantFrom(...FIELDS), json) })
  .map(({ kind: [apiVersion, kind], name, rest }) => ({ apiVersion, kind, metadata: { name }, ...rest }));

const operation = fc.record({
  op: fc.constantFrom('add', 'remove', 'replace', 'test', 'copy', 'move', 'jump'),
  path: fc.constantFrom('/metadata/labels/a', '/spec/-', '/data', '', 'x', '/a/0/~1', '/metadata/managedFields'),
  from: fc.constantFrom('/metadata/name', '/spec', ''),
  value: json,
});

const body = fc.oneof(
  { weight: 6, arbitrary: object.map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: json.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.array(operation, { maxLength: 4 }).map((value) => JSON.stringify(value)) },
  // Cut in the middle, so that it is no JSON.
  { weight: 1, arbitrary: object.map((value) => JSON.stringify(value).slice(0, -3)) },
  { weight: 1, arbitrary: fc.constantFrom('a: &x [1]\nb: *x', '{"a":1,"a":2}', '[', 'a: {b: [c', '!!js/function "x"') },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.concat([Buffer.from('k8s\0'), bytes])),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
);

const path = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...COLLECTIONS) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...COLLECTIONS), fc.constantFrom('a', 'b', 'A_', '..', '%2f', 'x'.repeat(300)))
      .map((parts) => parts.join('/')),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...COLLECTIONS),
        fc.constant('a'),
        fc.constantFrom('status', 'scale', 'finalize', 'binding', 'eviction', 'token', 'log', 'exec', 'nothing'),
      )
      .map((parts) => parts.join('/')),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '/',
      '/api',
      '/apis',
      '/apis/apps',
      '/openapi/v2',
      '/openapi/v3',
      '/openapi/v3/api/v1',
      '/version',
      '/healthz',
      '/readyz/x',
      '/metrics',
      '//',
      '/api//v1',
      '/%zz',
    ),
  },
  { weight: 1, arbitrary: fc.webPath().map((text) => `/${text.replace(/^\//, '')}`) },
);

/** Requests of which most are near to sense and many are not. None of them watches: a watch does not end. */
export const fuzzedRequest: fc.Arbitrary<FuzzedRequest> = fc.record({
  method: fc.constantFrom(...METHODS),
  path,
  query: fc.array(
    fc.tuple(fc.constantFrom(...PARAMETERS), fc.oneof(fc.constantFrom(...PARAMETER_VALUES), fc.string())),
    { maxLength: 3 },
  ),
  type: fc.option(fc.constantFrom(...TYPES), { nil: undefined }),
  accept: fc.option(fc.constantFrom(...ACCEPTS), { nil: undefined }),
  body: fc.option(body, { nil: undefined }),
});

/** Sends a request as it is. Rejects when the server ends the connection without an answer. */
export function send(
  server: { readonly port: number; readonly ca: string; readonly token: string },
  { method, path: target, query, type, accept, body: content }: FuzzedRequest,
  agent: import('node:https').Agent,
): Promise<FuzzedAnswer> {
  const text = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])).toString();
  const headers = {
    authorization: `Bearer ${server.token}`,
    ...(type !== undefined && { 'content-type': type }),
    ...(accept !== undefined && { accept }),
    // Node announces no length for a body of HEAD and the like, and would send it as the next request.
    ...(content !== undefined && { 'content-length': Buffer.byteLength(content) }),
  };
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.port, ca: server.ca, agent, method, headers, timeout: 20_000 };
    const sent = request({ ...options, path: text === '' ? target : `${target}?${text}` }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
      const answer = Buffer.concat(chunks).subarray(0, 65_536).toString('utf8');
      resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body: answer });
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer within 20 s')));
    sent.on('error', reject);
    sent.end(content);
  });
}
