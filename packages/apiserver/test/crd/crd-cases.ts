/*
 * CustomResourceDefinitions to be accepted or refused. `record.ts` asks a real server, recorded.test.ts replays its
 * answers.
 */

type Json = unknown;
type Fields = Record<string, Json>;

const GROUP = 'cases.capstan.example';

/** A CRD that is fine, with these fields of its only version and its spec replaced. */
export function crdWith(version: Fields, spec: Fields = {}, metadata: Fields = {}): Fields {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${GROUP}`, ...metadata },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } }, ...version },
      ],
      ...spec,
    },
  };
}

/** With this schema of `spec`. */
export function crdOf(spec: Fields, root: Fields = {}): Fields {
  return crdWith({ schema: { openAPIV3Schema: { type: 'object', properties: { spec }, ...root } } });
}

const object = (properties: Fields, more: Fields = {}): Fields => ({ type: 'object', properties, ...more });
const list = (items: Fields, more: Fields = {}): Fields => ({ type: 'array', items, ...more });
const text = { type: 'string' };
const names = (more: Fields): Fields => crdWith({}, { names: { plural: 'things', kind: 'Thing', ...more } });
const version = (name: string, more: Fields = {}): Fields => ({
  name,
  served: true,
  storage: name === 'v1',
  schema: { openAPIV3Schema: { type: 'object' } },
  ...more,
});
const rules = (...all: Fields[]): Fields =>
  crdOf(object({ a: { type: 'integer' }, s: text }, { 'x-kubernetes-validations': all }));
const columns = (column: Fields): Fields => crdWith({ additionalPrinterColumns: [column] });
const scale = (paths: Fields): Fields => crdWith({ subresources: { status: {}, scale: paths } });
const selectable = (...paths: string[]): Fields =>
  crdWith({
    schema: {
      openAPIV3Schema: object({
        spec: object({ a: text, o: object({}), l: list(text), m: { type: 'object', additionalProperties: text } }),
        metadata: { type: 'object' },
      }),
    },
    selectableFields: paths.map((jsonPath) => ({ jsonPath })),
  });
const webhook = (webhook: Fields): Fields => crdWith({}, { conversion: { strategy: 'Webhook', webhook } });
const service = (more: Fields): Fields =>
  webhook({ clientConfig: { service: { namespace: 'n', name: 's', ...more } }, conversionReviewVersions: ['v1'] });

/** CRDs by what is special about them. */
export const crdCases: Readonly<Record<string, Fields>> = {
  'a small one': crdWith({}),
  'another name': crdWith({}, {}, { name: `other.${GROUP}` }),
  'a group without a dot': crdWith({}, { group: 'nodot' }),
  'a group with capitals': crdWith({}, { group: 'A.b' }),
  'no group': crdWith({}, { group: '' }),
  'no scope': crdWith({}, { scope: '' }),
  'an unknown scope': crdWith({}, { scope: 'Galaxy' }),
  'a protected group': crdWith({}, { group: 'x.k8s.io' }, { name: 'things.x.k8s.io' }),
  'a protected group, unapproved': crdWith(
    {},
    { group: 'x.k8s.io' },
    { name: 'things.x.k8s.io', annotations: { 'api-approved.kubernetes.io': 'unapproved, test' } },
  ),
  'a protected group, odd approval': crdWith(
    {},
    { group: 'x.k8s.io' },
    { name: 'things.x.k8s.io', annotations: { 'api-approved.kubernetes.io': 'yes' } },
  ),
  'no names': crdWith({}, { names: {} }),
  'no kind': names({ kind: '' }),
  'a plural with capitals': names({ plural: 'Things' }),
  'a kind with an underscore': names({ kind: 'Th_ing' }),
  'kind and listKind alike': names({ listKind: 'Thing' }),
  'a bad singular': names({ singular: 'A b' }),
  'bad short names': names({ shortNames: ['ok', 'NO', '1x'] }),
  'bad categories': names({ categories: ['all', 'a.b'] }),
  'no versions': crdWith({}, { versions: [] }),
  'a bad version name': crdWith({ name: 'V_1' }),
  'no storage version': crdWith({ storage: false }),
  'two storage versions': crdWith({}, { versions: [version('v1'), version('v2', { storage: true })] }),
  'a version twice': crdWith({}, { versions: [version('v1'), version('v1', { storage: false })] }),
  'two versions': crdWith(
    {},
    { versions: [version('v1'), version('v2', { schema: { openAPIV3Schema: object({ a: text }) } })] },
  ),
  'no schema': crdWith({ schema: undefined }),
  'one of two schemas is missing': crdWith({}, { versions: [version('v1'), version('v2', { schema: undefined })] }),
  'one of two schemas is wrong': crdWith(
    {},
    { versions: [version('v1'), version('v2', { schema: { openAPIV3Schema: object({ a: {} }) } })] },
  ),
  preserveUnknownFields: crdWith({}, { preserveUnknownFields: true }),
  'a warning without deprecation': crdWith({ deprecationWarning: 'old' }),
  'an empty deprecation warning': crdWith({ deprecated: true, deprecationWarning: '' }),
  'a long deprecation warning': crdWith({ deprecated: true, deprecationWarning: 'x'.repeat(257) }),
  'a deprecation warning with a line break': crdWith({ deprecated: true, deprecationWarning: 'a\nb' }),
  'a column without anything': columns({ name: '', type: '', jsonPath: '' }),
  'a column of unknown type': columns({ name: 'a', type: 'text', jsonPath: '.a' }),
  'a column of unknown format': columns({ name: 'a', type: 'string', format: 'x', jsonPath: '.a' }),
  'a column without a leading dot': columns({ name: 'a', type: 'string', jsonPath: 'a' }),
  scale: scale({ specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' }),
  'scale without paths': scale({ specReplicasPath: '', statusReplicasPath: '' }),
  'scale in the wrong places': scale({
    specReplicasPath: '.status.replicas',
    statusReplicasPath: '.spec.replicas',
    labelSelectorPath: '.metadata.x',
  }),
  'scale paths without dots': scale({ specReplicasPath: 'spec', statusReplicasPath: 'status', labelSelectorPath: 'x' }),
  'selectable fields': selectable('.spec.a'),
  'selectable fields that are not': selectable(
    '.spec.b',
    '.spec.o',
    '.spec.l',
    '',
    'spec.a',
    ".spec['a']",
    '.spec.m.x',
    '.metadata.name',
  ),
  'a selectable field twice': selectable('.spec.a', '.spec.a'),
  'conversion by nothing': crdWith({}, { conversion: { strategy: 'Webhook' } }),
  'an unknown conversion': crdWith({}, { conversion: { strategy: 'Magic' } }),
  'no conversion with a webhook': crdWith(
    {},
    {
      conversion: {
        strategy: 'None',
        webhook: { clientConfig: { url: 'https://a' }, conversionReviewVersions: ['v1'] },
      },
    },
  ),
  'conversion without review versions': webhook({ clientConfig: { url: 'https://a/b' } }),
  'conversion with unknown review versions': webhook({
    clientConfig: { url: 'https://a/b' },
    conversionReviewVersions: ['v9', 'v9', 'V'],
  }),
  'conversion without a client': webhook({ conversionReviewVersions: ['v1'] }),
  'conversion at both ends': webhook({
    clientConfig: { url: 'https://a', service: { namespace: 'n', name: 's' } },
    conversionReviewVersions: ['v1'],
  }),
  'conversion over http': webhook({ clientConfig: { url: 'http://u:p@a/b?c#d' }, conversionReviewVersions: ['v1'] }),
  'conversion by a service': service({}),
  'conversion by a nameless service': service({ name: '', namespace: '' }),
  'conversion at a bad port': service({ port: 70000 }),
  'conversion at a bad path': service({ path: 'a//B/' }),
  'the root is a string': crdWith({ schema: { openAPIV3Schema: { type: 'string' } } }),
  'the root has no type': crdWith({ schema: { openAPIV3Schema: { properties: { spec: text } } } }),
  'the root is nullable': crdWith({ schema: { openAPIV3Schema: { type: 'object', nullable: true } } }),
  'the root has additional properties': crdWith({
    schema: { openAPIV3Schema: { type: 'object', additionalProperties: text } },
  }),
  'metadata is restricted': crdOf(text, { properties: { metadata: object({ name: { ...text, maxLength: 5 } }) } }),
  'metadata is restricted too much': crdOf(text, { properties: { metadata: object({ labels: { type: 'object' } }) } }),
  'metadata has a default': crdOf(text, { properties: { metadata: object({ name: { ...text, default: 'x' } }) } }),
  'kind is a number': crdOf(text, {
    properties: { kind: { type: 'integer' }, apiVersion: { type: 'boolean' }, metadata: text },
  }),
  'status with anyOf at the root': crdWith({
    subresources: { status: {} },
    schema: { openAPIV3Schema: { type: 'object', properties: { a: text }, anyOf: [{ required: ['a'] }] } },
  }),
  'a field without a type': crdOf(object({ a: {} })),
  'a list without items': crdOf({ type: 'array' }),
  'items without a type': crdOf(list({})),
  'an unknown type': crdOf({ type: 'text' }),
  'type null': crdOf({ type: 'null' }),
  'an unknown format': crdOf({ type: 'string', format: 'zip' }),
  'a bad pattern': crdOf({ type: 'string', pattern: '(' }),
  'properties and additionalProperties': crdOf(object({ a: text }, { additionalProperties: text })),
  'properties and no additionalProperties': crdOf(object({ a: text }, { additionalProperties: false })),
  uniqueItems: crdOf(list(text, { uniqueItems: true })),
  $ref: crdOf({ type: 'object', $ref: '#/x' }),
  'id and definitions': crdOf({ type: 'object', id: 'x', definitions: { a: text } }),
  patternProperties: crdOf({ type: 'object', patternProperties: { '^a': text } }),
  dependencies: crdOf({ type: 'object', dependencies: { a: ['b'] } }),
  'items as a list': crdOf({ type: 'array', items: [text, text] }),
  additionalItems: crdOf({ type: 'array', items: text, additionalItems: true }),
  'preserve is false': crdOf({ type: 'object', 'x-kubernetes-preserve-unknown-fields': false }),
  'an untyped field preserves': crdOf({ 'x-kubernetes-preserve-unknown-fields': true }),
  'int or string': crdOf({ 'x-kubernetes-int-or-string': true }),
  'int or string, anyOf': crdOf({
    'x-kubernetes-int-or-string': true,
    anyOf: [{ type: 'integer' }, { type: 'string' }],
  }),
  'int or string, allOf': crdOf({
    'x-kubernetes-int-or-string': true,
    allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { minimum: 1 }],
  }),
  'int or string that preserves': crdOf({
    'x-kubernetes-int-or-string': true,
    'x-kubernetes-preserve-unknown-fields': true,
    'x-kubernetes-embedded-resource': true,
  }),
  'an embedded resource': crdOf({
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
  }),
  'an embedded resource of nothing': crdOf({ type: 'object', 'x-kubernetes-embedded-resource': true }),
  'an embedded string': crdOf({
    type: 'string',
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
  }),
  'an embedded map': crdOf({ type: 'object', 'x-kubernetes-embedded-resource': true, additionalProperties: text }),
  'types below anyOf': crdOf(
    object(
      { a: text },
      {
        anyOf: [
          { type: 'object', properties: { a: { minLength: 2, description: 'x', default: 'y', nullable: true } } },
        ],
      },
    ),
  ),
  'anyOf of an unknown field': crdOf(
    object({ a: text }, { anyOf: [{ properties: { b: { minLength: 2 } } }, { items: { minLength: 1 } }] }),
  ),
  'not with metadata': crdOf(
    object({ metadata: { type: 'object' } }, { not: { properties: { metadata: { required: ['x'] } } } }),
  ),
  'oneOf that requires': crdOf(object({ a: text, b: text }, { oneOf: [{ required: ['a'] }, { required: ['b'] }] })),
  'extensions below allOf': crdOf(
    object(
      { l: list(text) },
      {
        allOf: [
          { 'x-kubernetes-preserve-unknown-fields': true, properties: { l: { 'x-kubernetes-list-type': 'set' } } },
        ],
      },
    ),
  ),
  'a map type of a string': crdOf({ type: 'string', 'x-kubernetes-map-type': 'atomic' }),
  'an unknown map type': crdOf({ type: 'object', 'x-kubernetes-map-type': 'odd' }),
  'a list type of an object': crdOf({ type: 'object', 'x-kubernetes-list-type': 'set' }),
  'an unknown list type': crdOf(list(text, { 'x-kubernetes-list-type': 'odd' })),
  'a set of objects': crdOf(list(object({ a: text }), { 'x-kubernetes-list-type': 'set' })),
  'a set of atomic objects': crdOf(
    list(object({ a: text }, { 'x-kubernetes-map-type': 'atomic' }), { 'x-kubernetes-list-type': 'set' }),
  ),
  'a set of sets': crdOf(list(list(text, { 'x-kubernetes-list-type': 'set' }), { 'x-kubernetes-list-type': 'set' })),
  'a set of nullables': crdOf(list({ ...text, nullable: true }, { 'x-kubernetes-list-type': 'set' })),
  'a map list': crdOf(
    list(object({ k: text }, { required: ['k'] }), {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
    }),
  ),
  'a map list without keys': crdOf(list(object({ k: text }), { 'x-kubernetes-list-type': 'map' })),
  'a map list of strings': crdOf(list(text, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] })),
  'a map list with odd keys': crdOf(
    list(object({ k: text, o: object({}), n: { ...text, nullable: true } }), {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k', 'k', 'o', 'n', 'x'],
    }),
  ),
  'keys without a map list': crdOf(list(object({ k: text }), { 'x-kubernetes-list-map-keys': ['k'] })),
  'keys of a set': crdOf(list(text, { 'x-kubernetes-list-type': 'set', 'x-kubernetes-list-map-keys': ['k'] })),
  'a default': crdOf(object({ a: { ...text, default: 'x' } }, { default: {} })),
  'a default of another type': crdOf(object({ a: { type: 'integer', default: 'x' } })),
  'a default with unknown fields': crdOf(object({ a: object({ b: text }, { default: { c: 1 } }) })),
  'a default out of bounds': crdOf(
    object({ a: { type: 'integer', minimum: 3, default: 1 }, e: { ...text, enum: ['x'], default: 'y' } }),
  ),
  'a default that a rule refuses': crdOf(
    object({ a: { type: 'integer', default: 1, 'x-kubernetes-validations': [{ rule: 'self > 1' }] } }),
  ),
  'a rule': rules({ rule: 'self.a > 1' }),
  'an empty rule': rules({ rule: ' ' }),
  'a rule of an unknown field': rules({ rule: 'self.b > 1' }),
  'a rule of an unknown variable': rules({ rule: 'foo > 1' }),
  'a rule that is no boolean': rules({ rule: 'self.a + 1' }),
  'a rule that mixes types': rules({ rule: 'self.a + self.s == 1' }),
  'a rule with an unknown function': rules({ rule: 'self.s.foo()' }),
  'a blank message': rules({ rule: 'true', message: '  ' }),
  'a message of two lines': rules({ rule: 'true', message: 'a\nb' }),
  'a rule of two lines': rules({ rule: 'true &&\ntrue' }),
  'an unknown reason': rules({ rule: 'true', reason: 'Because' }),
  'a field path to nowhere': rules({ rule: 'true', fieldPath: '.b' }),
  'a field path': rules({ rule: 'true', fieldPath: '.a' }),
  'a message expression that is no text': rules({ rule: 'true', messageExpression: 'self.a' }),
  'a wrong message expression': rules({ rule: 'true', messageExpression: 'self.b' }),
  'optionalOldSelf without oldSelf': rules({ rule: 'true', optionalOldSelf: true }),
  'oldSelf in a list': crdOf(
    list(object({ a: text }, { 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] }), { maxItems: 3 }),
  ),
  'a rule below anyOf': crdOf(object({ a: text }, { anyOf: [{ 'x-kubernetes-validations': [{ rule: 'true' }] }] })),
  'a rule that compares text with a number': rules({ rule: 'self.s == 1' }),
  'a rule that selects from a number': rules({ rule: 'self.a.b == 1' }),
  'a rule with a wrong call': rules({ rule: 'self.s.startsWith(self.a)' }),
  'a rule with a wrong global call': rules({ rule: 'size(self.a) > 1' }),
  'a rule with an unknown global function': rules({ rule: 'foo(self.a)' }),
  'a rule with functions': rules({
    rule: "url('https://a').getHost() == 'a' && quantity('1').isInteger() && [1, 2].isSorted()",
  }),
  'a rule with a wrong type in a list': rules({ rule: "self.a in ['x']" }),
};
