/** Specs that break one rule each, with the field that the message must name; CRD and code must agree on them. */
export const WRONG_SPECS: [what: string, spec: object, path: string][] = [
  ['more at least than at most', { minScale: 5, maxScale: 2 }, 'spec.minScale'],
  ['more at least than the default at most', { minScale: 11 }, 'spec.minScale'],
  ['memory without a target', { metric: 'memory' }, 'spec.metric'],
  ['a target beyond what one copy gets', { concurrency: 10, target: 11 }, 'spec.target'],
  ['more than all of the CPU', { metric: 'cpu', target: 101 }, 'spec.target'],
  ['the port as a variable', { env: [{ name: 'PORT', value: '80' }] }, 'spec.env[0].name'],
  ["one of Knative's own variables", { env: [{ name: 'K_REVISION', value: 'a' }] }, 'spec.env[0].name'],
  ['a variable of nothing', { env: [{ name: 'A' }] }, 'spec.env[0]'],
  ['a variable of two', { env: [{ name: 'A', value: '', fromSecret: { name: 'a', key: 'b' } }] }, 'spec.env[0]'],
  ['shares of 90', { traffic: [{ percent: 90 }] }, 'spec.traffic'],
  ['shares of 110', { traffic: [{ revision: 'hello-00001', percent: 60 }, { percent: 50 }] }, 'spec.traffic'],
  [
    'one tag twice',
    {
      traffic: [
        { percent: 50, tag: 'a' },
        { revision: 'hello-00001', percent: 50, tag: 'a' },
      ],
    },
    'spec.traffic[1].tag',
  ],
];

/** Specs that only Knative's webhook and the code refuse, with the field that the message must name. */
export const REFUSED_BY_KNATIVE: [what: string, spec: object, path: string][] = [
  ["the queue proxy's own port", { port: 8012 }, 'spec.port'],
  ["the port of the queue proxy's metrics", { port: 9090 }, 'spec.port'],
];

/** Values that the schema alone refuses, with the field that the API server names. */
export const WRONG_VALUES: [what: string, spec: object, path: string][] = [
  ['no image', { image: undefined }, 'spec.image'],
  ['an image with a space', { image: 'a b' }, 'spec.image'],
  ['port 0', { port: 0 }, 'spec.port'],
  ['a port as text', { port: '8080' }, 'spec.port'],
  ['CPU in words', { cpu: 'much' }, 'spec.cpu'],
  ['memory in words', { memory: '1 GB' }, 'spec.memory'],
  ['less than none at least', { minScale: -1 }, 'spec.minScale'],
  ['half a copy at most', { maxScale: 0.5 }, 'spec.maxScale'],
  ['an unknown metric', { metric: 'latency' }, 'spec.metric'],
  ['a target of nothing', { target: 0 }, 'spec.target'],
  ['more at once than Knative allows', { concurrency: 1001 }, 'spec.concurrency'],
  ['no time at all', { timeoutSeconds: 0 }, 'spec.timeoutSeconds'],
  ['more time than Knative allows', { timeoutSeconds: 601 }, 'spec.timeoutSeconds'],
  ['an unknown visibility', { visibility: 'private' }, 'spec.visibility'],
  ['no shares', { traffic: [] }, 'spec.traffic'],
  ['a share without a number', { traffic: [{ revision: 'hello-00001' }] }, 'spec.traffic[0].percent'],
  ['a share of more than all', { traffic: [{ percent: 101 }] }, 'spec.traffic[0].percent'],
  ['a revision in upper case', { traffic: [{ revision: 'Hello-1', percent: 100 }] }, 'spec.traffic[0].revision'],
  ['a tag with a dot', { traffic: [{ percent: 100, tag: 'a.b' }] }, 'spec.traffic[0].tag'],
  ['a variable without a name', { env: [{ value: 'a' }] }, 'spec.env[0].name'],
  ['one variable twice', { env: ['1', '2'].map((value) => ({ name: 'A', value })) }, 'spec.env[1]'],
];

/** Specs at the edge of the rules. */
export const SOUND_SPECS: [what: string, spec: object][] = [
  ['the least', {}],
  ['no limit at most', { minScale: 100, maxScale: 0 }],
  ['as many at least as at most', { minScale: 3, maxScale: 3 }],
  ['a target as high as the limit', { concurrency: 10, target: 10 }],
  ['a target of requests per second above the limit', { metric: 'rps', concurrency: 10, target: 500 }],
  ['memory with a target', { metric: 'memory', target: 256 }],
  ['all of the CPU', { metric: 'cpu', target: 100 }],
  ['an empty variable', { env: [{ name: 'A', value: '' }] }],
  [
    'a revision with a tag and no share',
    { traffic: [{ percent: 100 }, { revision: 'hello-00002', percent: 0, tag: 'next' }] },
  ],
];
