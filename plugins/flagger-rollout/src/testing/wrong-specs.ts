const MATCH = [{ headers: { 'x-canary': { exact: 'true' } } }];
const HOOK = { name: 'gate', type: 'confirm-rollout', url: 'http://gate.shop/' };
const QUERY = { name: 'errors', query: 'errors_total', max: 1 };

/** Specs that break one rule each, with the field that the message must name; CRD and code must agree on them. */
export const WRONG_SPECS: [what: string, spec: object, path: string][] = [
  ['steps of a blue-green rollout', { strategy: 'blue-green', stepWeight: 10 }, 'spec.stepWeight'],
  ['a list of steps of a blue-green rollout', { strategy: 'blue-green', stepWeights: [10] }, 'spec.stepWeights'],
  ['the most of an A/B test', { strategy: 'ab-test', match: MATCH, maxWeight: 10 }, 'spec.maxWeight'],
  ['iterations of a canary', { iterations: 5 }, 'spec.iterations'],
  ['an A/B test without a match', { strategy: 'ab-test' }, 'spec.match'],
  ['a match of a canary', { match: MATCH }, 'spec.match'],
  ['a step and a list of steps', { stepWeight: 10, stepWeights: [20, 40] }, 'spec.stepWeights'],
  ['a most beside a list of steps', { maxWeight: 30, stepWeights: [20, 40] }, 'spec.maxWeight'],
  ['a step beyond the most', { stepWeight: 30, maxWeight: 20 }, 'spec.stepWeight'],
  ['a step beyond the default most', { stepWeight: 60 }, 'spec.stepWeight'],
  ['steps that fall', { stepWeights: [20, 10] }, 'spec.stepWeights[1]'],
  ['a step twice', { stepWeights: [20, 20] }, 'spec.stepWeights[1]'],
  ['a canary without anybody to split traffic', { provider: 'kubernetes' }, 'spec.provider'],
  ['an A/B test by Knative', { strategy: 'ab-test', match: MATCH, provider: 'knative' }, 'spec.provider'],
  ['an interval that is too short', { interval: '9s' }, 'spec.interval'],
  ['two webhooks of one name', { webhooks: [HOOK, HOOK] }, 'spec.webhooks[1].name'],
  [
    'a webhook of the name that the load test has',
    { loadTest: {}, webhooks: [{ ...HOOK, name: 'load-test' }] },
    'spec.webhooks[0].name',
  ],
  ['a command beside its parts', { loadTest: { command: 'hey', path: '/' } }, 'spec.loadTest.command'],
  ['a query without bounds', { metrics: { queries: [{ name: 'a', query: 'b' }] } }, 'spec.metrics.queries[0]'],
  ['bounds the wrong way round', { metrics: { queries: [{ ...QUERY, min: 2 }] } }, 'spec.metrics.queries[0].min'],
  [
    'a query of a name that Flagger has',
    { metrics: { queries: [{ ...QUERY, name: 'request-duration' }] } },
    'spec.metrics.queries[0].name',
  ],
  [
    'a header in capitals',
    { strategy: 'ab-test', match: [{ headers: { 'X-Canary': { exact: 'true' } } }] },
    'spec.match[0].headers',
  ],
  [
    'a header that must be two things',
    { strategy: 'ab-test', match: [{ headers: { a: { exact: 'true', prefix: 't' } } }] },
    'spec.match[0].headers',
  ],
  ['a header that may be anything', { strategy: 'ab-test', match: [{ headers: { a: {} } }] }, 'spec.match[0].headers'],
];

/** Specs that break no rule, close to those that do. */
export const SOUND_SPECS: [what: string, spec: object][] = [
  ['nothing at all', {}],
  ['one step to the most', { stepWeight: 50, maxWeight: 50 }],
  ['a list of steps', { stepWeights: [1, 50, 100] }],
  ['the shortest interval', { interval: '10s' }],
  ['blue-green without anybody to split traffic', { strategy: 'blue-green', provider: 'kubernetes' }],
  ['an A/B test by several headers', { strategy: 'ab-test', match: [...MATCH, ...MATCH], iterations: 1 }],
  ['a query with equal bounds', { metrics: { queries: [{ ...QUERY, min: 1 }] } }],
  ['metrics that are not checked', { metrics: { successRate: 0, latencyMs: 0 } }],
  ['a webhook beside a load test', { loadTest: {}, webhooks: [HOOK] }],
  ['a port by number and one by name', { port: 80, targetPort: 'http' }],
];
