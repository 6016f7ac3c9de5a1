import { expect, test } from 'vitest';
import { portWarnings } from './port-warnings.ts';

const TCP = { containerPort: 80, protocol: 'TCP' };

function warnings(first: object, second: object): string[] {
  return portWarnings({ initContainers: [{ ports: [first] }], containers: [{ ports: [second] }] }, 'spec');
}

const BOTH = 'port definition with spec.initContainers[0].ports[0]';

test.each([
  ['other protocols', TCP, { ...TCP, protocol: 'UDP' }, []],
  ['the same', TCP, TCP, [`duplicate ${BOTH}`]],
  ['a host port and none', { ...TCP, hostPort: 1 }, TCP, [`overlapping ${BOTH}`]],
  [
    'one address and all',
    { ...TCP, hostPort: 1, hostIP: '::1' },
    { ...TCP, hostPort: 1 },
    [`dangerously ambiguous ${BOTH}`],
  ],
  ['two addresses', { ...TCP, hostPort: 1, hostIP: '::1' }, { ...TCP, hostPort: 1, hostIP: '::2' }, []],
  [
    'an address without a host port',
    { containerPort: 81, protocol: 'TCP' },
    { ...TCP, hostIP: '::1' },
    ['hostIP set without hostPort: {Name: HostPort:0 ContainerPort:80 Protocol:TCP HostIP:::1}'],
  ],
  [
    'one name for two ports',
    { ...TCP, name: 'n' },
    { ...TCP, name: 'n', containerPort: 81 },
    [
      'duplicate port name "n" with spec.initContainers[0].ports[0], services and probes that select ports by name will use spec.initContainers[0].ports[0]',
    ],
  ],
])('%s', (_what, first, second, expected) => {
  expect(warnings(first, second)).toEqual(expected.map((one) => `spec.containers[0].ports[0]: ${one}`));
});
