import { REDIS } from './builders.ts';

const CPU = { type: 'cpu', metadata: { value: '70' } };
const MEMORY = { type: 'memory', metadata: { value: '70' } };

/** Specs that break one rule each, with the field that the message must name; CRD and code must agree on them. */
export const WRONG_SPECS: [what: string, spec: object, path: string][] = [
  ['more at least than at most', { min: 5, max: 2 }, 'spec.min'],
  ['more at least than the default at most', { min: 11 }, 'spec.min'],
  ['as many when idle as at least', { min: 1, idleReplicas: 1 }, 'spec.idleReplicas'],
  ['idle replicas with nothing at least', { min: 0, idleReplicas: 0 }, 'spec.idleReplicas'],
  ['nothing at least with cpu alone', { min: 0, triggers: [CPU] }, 'spec.min'],
  ['nothing at least with cpu and memory', { min: 0, triggers: [CPU, MEMORY] }, 'spec.min'],
  ['a fallback for cpu alone', { triggers: [CPU], fallback: { replicas: 1 } }, 'spec.fallback'],
  [
    'two triggers of one name',
    {
      triggers: [
        { ...REDIS, name: 'a' },
        { ...CPU, name: 'a' },
      ],
    },
    'spec.triggers[1].name',
  ],
  ['Utilization of a queue', { triggers: [{ ...REDIS, metricType: 'Utilization' }] }, 'spec.triggers[0].metricType'],
  ['a total of cpu', { triggers: [{ ...CPU, metricType: 'Value' }] }, 'spec.triggers[0].metricType'],
  ['cpu without a value', { triggers: [{ type: 'cpu', metadata: {} }] }, 'spec.triggers[0].metadata.value'],
  [
    'the type of cpu in its metadata',
    { triggers: [{ type: 'cpu', metadata: { value: '70', type: 'Utilization' } }] },
    'spec.triggers[0].metadata.type',
  ],
  [
    'a number in the metadata of a trigger',
    { triggers: [{ type: 'redis', metadata: { listLength: 5 } }] },
    'spec.triggers[0].metadata.listLength',
  ],
];

/** Specs that break no rule, close to those that do. */
export const SOUND_SPECS: [what: string, spec: object][] = [
  ['the least', {}],
  ['as many at least as at most', { min: 3, max: 3 }],
  ['nothing at least with a queue beside cpu', { min: 0, triggers: [CPU, REDIS] }],
  ['nothing when idle', { min: 1, idleReplicas: 0 }],
  ['utilization of cpu', { triggers: [{ ...CPU, metricType: 'Utilization' }] }],
  ['triggers without names', { triggers: [REDIS, REDIS] }],
  ['a fallback for a queue beside cpu', { triggers: [CPU, REDIS], fallback: { replicas: 1 } }],
];
