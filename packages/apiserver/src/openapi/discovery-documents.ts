import { groupTag, groupTitle } from './names.ts';
import { responses } from './parts.ts';
import { type Plain, reference } from './schema-json.ts';

/* Documents of the paths beside those of group versions: discovery itself, the version, and OpenID's discovery. */

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const BUILTIN = { source: 'built-in' } as const;
const TEXT = { type: 'string' };
const FILLED = { type: 'string', default: '' };

/** What a document of this kind is made of. */
export interface SmallDocument {
  readonly paths: Plain;
  /** Absent where the paths name no definition. */
  readonly schemas?: Plain;
}

function listOf(name: string): Plain {
  const items = { default: {}, allOf: [reference(`${META}.${name}`)] };
  return { type: 'array', items, 'x-kubernetes-list-type': 'atomic' };
}

function topLevel(kind: string, required: readonly string[], properties: Plain): Plain {
  const gvk = [{ group: '', kind, version: 'v1' }];
  const all = { apiVersion: TEXT, kind: TEXT, ...properties };
  return { type: 'object', required, properties: all, 'x-kubernetes-group-version-kind': gvk };
}

function texts(names: readonly string[]): Plain {
  return { type: 'object', required: names, properties: Object.fromEntries(names.map((name) => [name, FILLED])) };
}

const SERVER_ADDRESS = { [`${META}.ServerAddressByClientCIDR`]: texts(['clientCIDR', 'serverAddress']) };
const API_GROUP = {
  [`${META}.APIGroup`]: topLevel('APIGroup', ['name', 'versions'], {
    name: FILLED,
    preferredVersion: { default: {}, allOf: [reference(`${META}.GroupVersionForDiscovery`)] },
    serverAddressByClientCIDRs: listOf('ServerAddressByClientCIDR'),
    versions: listOf('GroupVersionForDiscovery'),
  }),
  [`${META}.GroupVersionForDiscovery`]: texts(['groupVersion', 'version']),
  ...SERVER_ADDRESS,
};

/** /api. */
function apiDocument(): SmallDocument {
  const schema = topLevel('APIVersions', ['versions', 'serverAddressByClientCIDRs'], {
    serverAddressByClientCIDRs: listOf('ServerAddressByClientCIDR'),
    versions: { type: 'array', items: FILLED, 'x-kubernetes-list-type': 'atomic' },
  });
  const schemas = { [`${META}.APIVersions`]: schema, ...SERVER_ADDRESS };
  return { paths: pathOf('/api/', 'core', 'getCoreAPIVersions', 'APIVersions'), schemas };
}

/** /apis. */
function apisDocument(): SmallDocument {
  const list = topLevel('APIGroupList', ['groups'], { groups: listOf('APIGroup') });
  const schemas = { ...API_GROUP, [`${META}.APIGroupList`]: list };
  return { paths: pathOf('/apis/', 'apis', 'getAPIVersions', 'APIGroupList'), schemas };
}

/** /apis/GROUP. */
function groupDocument(group: string): SmallDocument {
  const operation = `get${groupTitle(group)}APIGroup`;
  return { paths: pathOf(`/apis/${group}/`, groupTag(group), operation, 'APIGroup'), schemas: API_GROUP };
}

function pathOf(path: string, tag: string, operationId: string, kind: string): Plain {
  const answers = responses(BUILTIN, `${META}.${kind}`, ['200']);
  return { [path]: { get: { tags: [tag], operationId, responses: answers } } };
}

const VERSION_FIELDS = [
  'major',
  'minor',
  'gitVersion',
  'gitCommit',
  'gitTreeState',
  'buildDate',
  'goVersion',
  'compiler',
  'platform',
];
const OPTIONAL_VERSION_FIELDS = ['emulationMajor', 'emulationMinor', 'minCompatibilityMajor', 'minCompatibilityMinor'];

/** /version. */
function versionDocument(): SmallDocument {
  const name = 'io.k8s.apimachinery.pkg.version.Info';
  const { properties, ...info } = texts(VERSION_FIELDS);
  const optional = Object.fromEntries(OPTIONAL_VERSION_FIELDS.map((field) => [field, TEXT]));
  const schemas = { [name]: { ...info, properties: { ...(properties as Plain), ...optional } } };
  return { paths: rawPath('/version/', 'version', 'getCodeVersion', 'application/json', reference(name)), schemas };
}

function rawPath(path: string, tag: string, operationId: string, type: string, schema: Plain): Plain {
  const answer = { description: 'OK', content: { [type]: { schema } } };
  const answers = { 200: answer, 401: { description: 'Unauthorized' } };
  return { [path]: { get: { tags: [tag], operationId, responses: answers } } };
}

/** Documents by their paths, for the groups with built-in versions. */
export function smallDocuments(groups: readonly string[]): Map<string, () => SmallDocument> {
  const issuer = 'getServiceAccountIssuerOpenID';
  const configuration = '.well-known/openid-configuration';
  const keys = 'openid/v1/jwks';
  return new Map<string, () => SmallDocument>([
    ['api', apiDocument],
    ['apis', apisDocument],
    ['version', versionDocument],
    ...groups.map((group) => [`apis/${group}`, () => groupDocument(group)] as const),
    [
      configuration,
      () => ({
        paths: rawPath(`/${configuration}/`, 'WellKnown', `${issuer}Configuration`, 'application/json', TEXT),
      }),
    ],
    [keys, () => ({ paths: rawPath(`/${keys}/`, 'openid', `${issuer}Keyset`, 'application/jwk-set+json', TEXT) })],
  ]);
}
