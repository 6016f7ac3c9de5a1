import { crdOf } from './crd-cases.ts';

/* Objects of CRDs to be accepted or refused; see crd-cases.ts. */

type Fields = Record<string, unknown>;

/** Objects of one CRD. Each is the `spec` of a new object; with `next`, of the object after an update. */
export interface ObjectCases {
  readonly crd: Fields;
  readonly specs: Readonly<Record<string, { readonly spec: unknown; readonly next?: unknown }>>;
  /** An earlier schema of spec, by which the objects to be updated were created. */
  readonly before?: Fields;
}

const object = (properties: Fields, more: Fields = {}): Fields => ({ type: 'object', properties, ...more });
const list = (items: Fields, more: Fields = {}): Fields => ({ type: 'array', items, ...more });
const text = { type: 'string' };
/** Costs of rules are estimated from lengths. */
const short = { type: 'string', maxLength: 40 };
const rule = (...all: (string | Fields)[]): Fields => ({
  'x-kubernetes-validations': all.map((one) => (typeof one === 'string' ? { rule: one } : one)),
});
const specs = (...all: unknown[]): ObjectCases['specs'] =>
  Object.fromEntries(all.map((spec) => [JSON.stringify(spec), { spec }]));
const formats = [
  'bsonobjectid',
  'uri',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'cidr',
  'mac',
  'uuid',
  'uuid3',
  'uuid4',
  'uuid5',
  'isbn',
  'isbn10',
  'isbn13',
  'creditcard',
  'ssn',
  'hexcolor',
  'rgbcolor',
  'byte',
  'password',
  'date',
  'duration',
  'date-time',
  'k8s-short-name',
  'k8s-long-name',
  'int32',
  'zip',
];
const samples = [
  '',
  'a',
  'example.com',
  'http://a.b/c?d',
  '/x',
  'me@example.com',
  'Me <me@example.com>',
  '1.2.3.4',
  '01.2.3.4',
  '::1',
  '::ffff:1.2.3.4',
  '10.0.0.0/8',
  'fe80::/64',
  '01:23:45:67:89:ab',
  '0123.4567.89ab',
  '123e4567-e89b-12d3-a456-426614174000',
  '123e4567-e89b-42d3-a456-426614174000',
  '0321751043',
  '978-0321751041',
  '4111 1111 1111 1111',
  '123-45-6789',
  '#fff',
  'rgb(1,2,3)',
  'aGVsbG8=',
  '2024-02-29',
  '2023-02-29',
  '1h30m',
  '3 hours',
  '2024-01-01T00:00:00Z',
  '2024-01-01T25:00:00Z',
  '507f1f77bcf86cd799439011',
  'A_b',
  '-a',
  'a.b-c',
];

/** CRDs with their objects, by the feature. */
export const objectCases: Readonly<Record<string, ObjectCases>> = {
  types: {
    crd: crdOf(
      object({
        i: { type: 'integer' },
        n: { type: 'number' },
        s: text,
        b: { type: 'boolean' },
        l: list(text),
        o: object({ a: text }),
        m: { type: 'object', additionalProperties: { type: 'integer' } },
        z: { type: 'string', nullable: true },
      }),
    ),
    specs: specs(
      {},
      null,
      5,
      'x',
      [],
      { i: 'x', n: 'x', s: 1, b: 'true', l: 'x', o: [], m: { a: 'x' } },
      { i: 1.5, n: 1.5, s: 1.5, b: 1.5, l: 1.5, o: 1.5, m: 1.5 },
      { i: true, s: true, l: [1, null, 'x'], o: { a: null } },
      { z: null, s: null, l: null, m: { a: null } },
      { i: 9007199254740992, n: 1e300 },
      { i: { a: 1 }, s: {}, b: [] },
    ),
  },
  values: {
    crd: crdOf(
      object({
        min: { type: 'integer', minimum: 2, maximum: 4 },
        ex: { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 1.5, exclusiveMaximum: true },
        mul: { type: 'integer', multipleOf: 3 },
        half: { type: 'number', multipleOf: 0.5 },
        s: { ...text, minLength: 2, maxLength: 3 },
        p: { ...text, pattern: '^a+$' },
        e: { ...text, enum: ['a', 'b"c'] },
        ei: { type: 'integer', enum: [1, 2] },
        eo: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, enum: [{ a: 1 }] },
        l: list(text, { minItems: 1, maxItems: 2 }),
        m: { type: 'object', additionalProperties: text, minProperties: 1, maxProperties: 2 },
      }),
    ),
    specs: specs(
      { min: 1 },
      { min: 5 },
      { ex: 0 },
      { ex: 1.5 },
      { ex: 1 },
      { mul: 4 },
      { mul: 6 },
      { half: 0.75 },
      { half: 2.5 },
      { s: 'a' },
      { s: 'abcd' },
      { s: '😀😀' },
      { p: 'b' },
      { p: 'aa' },
      { e: 'c' },
      { ei: 3 },
      { eo: { a: 2 } },
      { l: [] },
      { l: ['a', 'b', 'c'] },
      { m: {} },
      { m: { a: '', b: '', c: '' } },
    ),
  },
  required: {
    crd: crdOf(
      object(
        {
          a: text,
          o: object({ b: text, c: { type: 'integer' } }, { required: ['b', 'c'] }),
          l: list(object({ d: text }, { required: ['d'] })),
          m: { type: 'object', additionalProperties: object({ e: text }, { required: ['e'] }) },
        },
        { required: ['a'] },
      ),
      { required: ['spec'] },
    ),
    specs: specs(
      {},
      { a: 'x' },
      { a: null },
      { a: 'x', o: {} },
      { a: 'x', l: [{}, { d: 'x' }], m: { k: {} } },
      undefined,
    ),
  },
  junctors: {
    crd: crdOf(
      object({
        any: object(
          { a: { type: 'integer' }, b: text },
          { anyOf: [{ required: ['a'] }, { required: ['b'], properties: { b: { minLength: 3 } } }] },
        ),
        one: object({ a: text, b: text }, { oneOf: [{ required: ['a'] }, { required: ['b'] }] }),
        all: { type: 'integer', allOf: [{ minimum: 2 }, { maximum: 4 }] },
        not: { ...text, not: { enum: ['bad'] } },
        ios: { 'x-kubernetes-int-or-string': true },
        ios2: {
          'x-kubernetes-int-or-string': true,
          anyOf: [{ type: 'integer' }, { type: 'string' }],
          pattern: '^[0-9]+%$',
        },
      }),
    ),
    specs: specs(
      { any: {} },
      { any: { b: 'x' } },
      { any: { a: 1 } },
      { one: {} },
      { one: { a: 'x', b: 'y' } },
      { one: { b: 'y' } },
      { all: 1 },
      { all: 5 },
      { all: 3 },
      { not: 'bad' },
      { not: 'ok' },
      { ios: 1 },
      { ios: '1' },
      { ios: true },
      { ios: 1.5 },
      { ios2: '5%' },
      { ios2: 'x' },
      { ios2: 7 },
      { ios2: {} },
    ),
  },
  lists: {
    crd: crdOf(
      object({
        set: list(text, { 'x-kubernetes-list-type': 'set' }),
        one: list(object({ k: text, v: text }, { required: ['k'] }), {
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
        }),
        two: list(object({ a: text, b: { type: 'integer', default: 1 } }, { required: ['a'] }), {
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['a', 'b'],
        }),
      }),
    ),
    specs: specs(
      { set: ['a', 'b', 'a', 'a'] },
      { one: [{ k: 'a' }, { k: 'a', v: 'x' }] },
      { two: [{ a: 'x' }, { a: 'x', b: 1 }] },
      { two: [{ a: 'x' }, { a: 'x', b: 2 }] },
      { one: [{ v: 'x' }] },
    ),
  },
  defaults: {
    crd: crdOf(
      object({
        a: { ...text, default: 'x' },
        n: { ...text, default: 'y', nullable: true },
        o: object({ b: { type: 'integer', default: 1 } }),
        d: object({ c: { type: 'boolean', default: true } }, { default: {} }),
        l: list(object({ e: { ...text, default: 'z' } })),
        m: { type: 'object', additionalProperties: object({ f: { ...text, default: 'w' } }) },
        p: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { q: object({ r: text }) } },
      }),
    ),
    specs: specs(
      {},
      { a: null, n: null, o: null, d: null, l: null },
      { o: {}, l: [{}, null, { e: null }], m: { k: {}, j: null } },
      { unknown: 1, p: { any: 1, q: { r: 'x', s: 1 } }, l: [{ x: 1 }] },
    ),
  },
  embedded: {
    crd: crdOf(
      object({
        e: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      }),
    ),
    specs: specs(
      { e: {} },
      { e: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', odd: 1, labels: { 'a b': 'c' } }, spec: { x: 1 } } },
      { e: { apiVersion: 'a/b/c', kind: 'P_d' } },
      { e: { apiVersion: '', kind: '' } },
      { e: { apiVersion: 'v1', kind: 'Pod', metadata: { creationTimestamp: null, namespace: 'N' } } },
    ),
  },
  formats: {
    crd: crdOf(object(Object.fromEntries(formats.map((format) => [format, { ...text, format }])))),
    specs: specs(...samples.map((sample) => Object.fromEntries(formats.map((format) => [format, sample])))),
  },
  rules: {
    crd: crdOf(
      object(
        {
          min: { type: 'integer' },
          max: { type: 'integer' },
          s: {
            ...text,
            maxLength: 50,
            ...rule("self != 'bad'", { rule: "self.startsWith('a') || self == ''", message: 'must start with a' }),
          },
          d: { type: 'number' },
          l: list(
            { ...text, maxLength: 9 },
            {
              maxItems: 5,
              ...rule('self.all(x, x.size() < 4)', {
                rule: 'self.exists_one(x, x == "k")',
                message: 'one k',
                reason: 'FieldValueRequired',
                fieldPath: '',
              }),
            },
          ),
          m: {
            type: 'object',
            maxProperties: 5,
            additionalProperties: {
              type: 'integer',
              ...rule({ rule: 'self > 0', messageExpression: "self == 0 ? 'got zero' : 'got less'" }),
            },
          },
          'a-b': text,
          namespace: text,
          ios: { 'x-kubernetes-int-or-string': true },
        },
        rule(
          { rule: 'self.min <= self.max', message: 'min over max', fieldPath: '.max' },
          'has(self.s)',
          { rule: '!has(self.a__dash__b) || self.a__dash__b == "x"', reason: 'FieldValueForbidden' },
          '!has(self.__namespace__) || self.__namespace__.size() > 1',
          '!has(self.ios) || type(self.ios) != int || self.ios > 2',
          '!has(self.l) || self.l[0] != "boom"',
        ),
      ),
    ),
    specs: specs(
      { min: 1, max: 2, s: 'a' },
      { min: 3, max: 2, s: 'a' },
      { min: 1, s: 'a' },
      { min: 1, max: 2 },
      { min: 1, max: 2, s: 'bad' },
      { min: 1, max: 2, s: 'a', l: ['abcd', 'k'] },
      { min: 1, max: 2, s: 'a', l: ['k', 'k'] },
      { min: 1, max: 2, s: 'a', l: [] },
      { min: 1, max: 2, s: 'a', m: { x: 0, y: 1 } },
      { min: 1, max: 2, s: 'a', 'a-b': 'y', namespace: 'z' },
      { min: 1, max: 2, s: 'a', ios: 1 },
      { min: 1, max: 2, s: 'a', ios: 'x' },
      { min: '1', max: 2 },
    ),
  },
  functions: {
    crd: crdOf(
      object(
        {
          u: short,
          q: short,
          ip: short,
          c: short,
          v: short,
          l: list({ type: 'integer' }, { maxItems: 9 }),
          t: { ...short, format: 'date-time' },
          du: { ...short, format: 'duration' },
          b: { ...short, format: 'byte' },
        },
        rule(
          "!has(self.u) || (isURL(self.u) && url(self.u).getScheme() == 'https' && url(self.u).getHostname() == 'h.x' && url(self.u).getPort() == '8' && url(self.u).getEscapedPath() == '/p' && url(self.u).getQuery()['k'] == ['1','2'])",
          "!has(self.q) || (isQuantity(self.q) && quantity(self.q).isGreaterThan(quantity('1Ki')) && quantity(self.q).add(quantity('1')).compareTo(quantity('2049')) == 0)",
          '!has(self.ip) || (isIP(self.ip) && ip(self.ip).family() == 4 && !ip(self.ip).isLoopback())',
          "!has(self.c) || (isCIDR(self.c) && cidr(self.c).containsIP('10.1.2.3') && cidr(self.c).prefixLength() == 8)",
          "!has(self.v) || (isSemver(self.v) && semver(self.v).isGreaterThan(semver('1.2.3')) && semver(self.v).major() == 2)",
          '!has(self.l) || (self.l.isSorted() && self.l.sum() < 10 && self.l.max() == 4 && self.l.indexOf(4) == 2)',
          "!has(self.t) || self.t > timestamp('2024-01-01T00:00:00Z')",
          "!has(self.du) || self.du < duration('1h')",
          "!has(self.b) || self.b == b'hi'",
          "!has(self.u) || self.u.find('[0-9]+') == '8' && self.u.matches('^https') && self.u.findAll('[kp]').size() > 2",
          "!has(self.q) || self.q.replace('K', 'M').lowerAscii().split('m')[0] == '2' && '%s-%d'.format([self.q, 1]) == '2Ki-1'",
          "self.?u.orValue('none') != 'x' && optional.none().orValue(true)",
          "!has(self.v) || !format.dns1123Label().validate('a-b').hasValue()",
          '!has(self.l) || sets.contains(self.l, [4]) && self.l.map(x, x * 2).filter(x, x > 4) == [6, 8] && self.l[?9].orValue(7) == 7',
        ),
      ),
    ),
    specs: specs(
      {},
      { u: 'https://h.x:8/p?k=1&k=2' },
      { u: 'http://h.x' },
      { u: 'x' },
      { q: '2Ki' },
      { q: '1Ki' },
      { q: 'many' },
      { ip: '10.0.0.1' },
      { ip: '127.0.0.1' },
      { ip: '::1' },
      { ip: '1.2.3' },
      { c: '10.0.0.0/8' },
      { c: '11.0.0.0/8' },
      { v: '2.0.0' },
      { v: '1.2.3' },
      { v: 'v2' },
      { l: [1, 3, 4] },
      { l: [3, 1, 4] },
      { l: [] },
      { t: '2024-02-01T00:00:00Z' },
      { t: '2023-02-01T00:00:00Z' },
      { du: '30m' },
      { du: '2h' },
      { b: 'aGk=' },
      { b: 'aGo=' },
    ),
  },
  expressions: {
    crd: crdOf(
      object({
        d: { type: 'number', ...rule('self > 1') },
        i: { type: 'integer', ...rule('self < 2.5', 'self in [1, 2]', '1 / self > 0') },
        l: list(object({ a: short }), {
          maxItems: 5,
          ...rule('self.all(x, has(x.a))', "self.map(x, x.a) == ['p', 'q']"),
        }),
        m: {
          type: 'object',
          maxProperties: 5,
          additionalProperties: { type: 'integer' },
          ...rule(
            "self.all(k, k.startsWith('a'))",
            'self.exists(k, self[k] > 3)',
            "'ab' in self",
            "self['ac'] > 1",
            'size(self) < 3',
          ),
        },
        s: { ...short, ...rule('int(self) > 1', "self.substring(1) == '2'", 'self.charAt(0) == "1"', "self > '10'") },
        u: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { k: short },
          ...rule("self.k == 'v'"),
        },
        x: { 'x-kubernetes-int-or-string': true, ...rule("self == 1 || self == '1'", 'self + 1 == 2') },
        o: object(
          { n: { ...short, nullable: true }, p: short },
          rule("!has(self.n) || self.n != 'b'", "self.?p.orValue('q') == 'q'"),
        ),
        e: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
          ...rule("self.metadata.name == 'a' && self.kind == 'K'"),
        },
        v: { ...short, ...rule({ rule: "self == 'v'", message: ' spaced ', reason: 'FieldValueDuplicate' }) },
        w: object(
          { a: short, 'b-c': short },
          rule(
            { rule: 'false', fieldPath: '.a', message: 'at a' },
            { rule: 'false', fieldPath: "['b-c']", message: 'at b-c' },
          ),
        ),
      }),
    ),
    specs: specs(
      { d: 0.5 },
      { d: 2 },
      { i: 0 },
      { i: 1 },
      { i: 3 },
      { l: [] },
      { l: [{ a: 'p' }, { a: 'q' }] },
      { l: [{}] },
      { m: {} },
      { m: { ab: 4, ac: 2 } },
      { m: { b: 1 } },
      { s: '12' },
      { s: 'x' },
      { u: {} },
      { u: { k: 'v', j: 1 } },
      { x: 1 },
      { x: '1' },
      { x: 'y' },
      { o: {} },
      { o: { n: null } },
      { o: { n: 'b', p: 'r' } },
      { e: { apiVersion: 'v1', kind: 'K', metadata: { name: 'a' } } },
      { e: { apiVersion: 'v1', kind: 'L', metadata: {} } },
      { v: 'u' },
      { w: { a: 'x' } },
    ),
  },
  transitions: {
    crd: crdOf(
      object({
        fix: { ...short, ...rule({ rule: 'self == oldSelf', message: 'is immutable' }) },
        up: { type: 'integer', ...rule('oldSelf <= self') },
        opt: {
          type: 'integer',
          ...rule({ rule: 'oldSelf.hasValue() ? oldSelf.value() <= self : self == 1', optionalOldSelf: true }),
        },
        l: list(object({ k: short, v: { type: 'integer', ...rule('self >= oldSelf') } }, { required: ['k'] }), {
          maxItems: 9,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
        }),
      }),
    ),
    specs: {
      immutable: { spec: { fix: 'a' }, next: { fix: 'b' } },
      removed: { spec: { fix: 'a' }, next: {} },
      growing: { spec: { up: 1 }, next: { up: 2 } },
      shrinking: { spec: { up: 2 }, next: { up: 1 } },
      optional: { spec: { opt: 1 }, next: { opt: 0 } },
      'optional at first': { spec: { opt: 2 } },
      'by key': {
        spec: {
          l: [
            { k: 'a', v: 2 },
            { k: 'b', v: 3 },
          ],
        },
        next: {
          l: [
            { k: 'b', v: 2 },
            { k: 'a', v: 2 },
            { k: 'c', v: 0 },
          ],
        },
      },
    },
  },
  ratcheting: {
    before: object({
      a: text,
      b: text,
      r: text,
      l: list(text),
      m: list(object({ k: { ...text, default: '' }, v: text }), {
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      }),
    }),
    crd: crdOf(
      object({
        a: { ...text, maxLength: 2 },
        b: { ...text, enum: ['x'] },
        r: { ...short, ...rule("self == 'r'") },
        l: list({ ...text, maxLength: 2 }),
        m: list(object({ k: { ...text, default: '' }, v: { ...text, maxLength: 2 } }), {
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
        }),
      }),
    ),
    specs: {
      'nothing but another field changes': { spec: { a: 'long', b: 'y' }, next: { a: 'long', b: 'x' } },
      'the bad field changes': { spec: { a: 'long' }, next: { a: 'longer' } },
      'a bad field comes': { spec: { a: 'long' }, next: { a: 'long', b: 'y' } },
      'a rule that fails as before': { spec: { r: 'q', a: 'x' }, next: { r: 'q', a: 'y' } },
      'a rule that fails anew': { spec: { r: 'q' }, next: { r: 'p' } },
      'a plain list grows': { spec: { l: ['long'] }, next: { l: ['long', 'x'] } },
      'a plain list stays': { spec: { l: ['long'], a: 'x' }, next: { l: ['long'], a: 'y' } },
      'a map list grows': {
        spec: { m: [{ k: 'a', v: 'long' }] },
        next: {
          m: [
            { k: 'b', v: 'x' },
            { k: 'a', v: 'long' },
          ],
        },
      },
    },
  },
};
