import { expect, test } from 'vitest';
import { assertContractGrows, claimProblems, demandProblems, parseContract } from './contract-rules.ts';
import type { Requirement } from './package.ts';
import { fieldName } from './package-validation.ts';

const feature = (name: string) => ({ name, summary: `It can ${name}`, test: `route/${name}` });
const contract = (versions: object[] = [{ version: '1.0.0', features: [feature('hosts')] }]) => ({
  apiVersion: 'contract.capstan.dev/v1',
  kind: 'CapabilityContract',
  id: 'route',
  summary: 'Routes requests',
  versions,
});
const grown = contract([
  { version: '1.0.0', features: [feature('hosts')] },
  { version: '1.1.0', features: [feature('hosts'), feature('paths')] },
]);

test.each<[string, object[], string]>([
  ['two versions in the wrong order', [...grown.versions].reverse(), 'versions[1].version does not come after 1.1.0'],
  [
    'a feature twice',
    [{ version: '1.0.0', features: [feature('hosts'), feature('hosts')] }],
    'versions[0].features[1].name names "hosts" a second time',
  ],
  [
    'a test of another contract',
    [{ version: '1.0.0', features: [{ ...feature('hosts'), test: 'mesh/hosts' }] }],
    'does not begin with "route/"',
  ],
  ['no features', [{ version: '1.0.0', features: [] }], 'versions[0].features must NOT have fewer than 1 items'],
  [
    'a field that does not exist',
    [{ version: '1.0.0', feature: [], features: [feature('hosts')] }],
    'versions[0].feature is not a known field (did you mean "features"?)',
  ],
])('a contract with %s is refused', (_, versions, message) => {
  const origin = { file: 'route.yaml', positionOf: () => ({ line: 4, column: 2 }) };
  const run = () => parseContract(contract(versions), origin);
  expect(run).toThrow(message);
  expect(run).toThrow(
    expect.objectContaining({ code: 'CAPSTAN_CONTRACT_INVALID', source: { file: 'route.yaml', line: 4, column: 2 } }),
  );
});

test.each<[string, object, string[]]>([
  ['what its contract has', { features: ['hosts'], tests: ['route/hosts'] }, []],
  [
    'a feature of a later version',
    { features: ['hosts', 'paths'] },
    ['provides.capabilities[0].features[1] "paths" is not a feature of route 1.0.0'],
  ],
  [
    'a feature with a slip of the pen',
    { features: ['host'] },
    ['provides.capabilities[0].features[0] "host" is not a feature of route 1.0.0 (did you mean "hosts"?)'],
  ],
  [
    'a version that there is not',
    { version: '2.0.0' },
    ['provides.capabilities[0].version 2.0.0 is not a version of contract route: 1.0.0, 1.1.0'],
  ],
  [
    'a contract that there is not',
    { id: 'rute' },
    ['provides.capabilities[0].id names "rute", which is no contract (did you mean "route"?)'],
  ],
  [
    'the test of a feature that it does not offer',
    { version: '1.1.0', features: ['hosts'], tests: ['route/paths'] },
    ['provides.capabilities[0].tests[0] "route/paths" is not the test of a feature that is offered'],
  ],
])('a package that claims %s', (_, claim, expected) => {
  const offer = { id: 'route', version: '1.0.0', features: [], exclusive: false, ...claim };
  const problems = claimProblems([offer], [parseContract(grown)]);
  expect(problems.map(({ path, message }) => `${fieldName(path)} ${message}`)).toEqual(expected);
});

test.each<[string, Requirement, string[]]>([
  ['what there is', { capability: 'route', range: '>=1.0', features: ['paths'] }, []],
  ['nothing of contracts', { package: 'rute', range: '*' }, []],
  [
    'an unknown contract',
    { anyOf: [{ capability: 'rout', range: '*' }] },
    ['requires[0].anyOf[0].capability names "rout", which is no contract (did you mean "route"?)'],
  ],
  [
    'a version to come',
    { capability: 'route', range: '>=2' },
    ['requires[0].range holds no version of contract route: 1.0.0, 1.1.0'],
  ],
  [
    'a feature that came later',
    { capability: 'route', range: '~1.0', features: ['hosts', 'paths'] },
    ['requires[0].features[1] "paths" is not a feature of route ~1.0'],
  ],
])('a package that asks for %s', (_, requirement, expected) => {
  const problems = demandProblems([requirement], [parseContract(grown)]);
  expect(problems.map(({ path, message }) => `${fieldName(path)} ${message}`)).toEqual(expected);
});

test('a published contract may grow; its versions never change or go', () => {
  const published = parseContract(contract());
  expect(() => assertContractGrows(published, parseContract(grown))).not.toThrow();
  expect(() => assertContractGrows(parseContract(grown), published)).toThrow(
    'Version 1.1.0 of contract route is published and would go.',
  );
  const changed = parseContract(contract([{ version: '1.0.0', features: [feature('paths')] }]));
  expect(() => assertContractGrows(published, changed)).toThrow(
    'Version 1.0.0 of contract route is published and would change.',
  );
});
