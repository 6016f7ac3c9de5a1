import { CapstanError, didYouMean, EXIT } from '@capstan/base';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { canonicalJson } from './canonical.ts';
import { MODEL_CODES } from './codes.ts';
import type { CapabilityContract, ContractVersion } from './contract.ts';
import { contractSchema } from './contract-schema.ts';
import { jsonProblem } from './json-shape.ts';
import type { CapabilityOffer, CapabilityRequirement, Requirement } from './package.ts';
import {
  type DocumentOrigin,
  type FieldPath,
  type FieldProblem,
  invalidDocument,
  problemsOf,
} from './package-validation.ts';
import { compareVersionIds, inRange, isRange } from './versions.ts';

let validate: ValidateFunction | undefined;

/**
 * A contract document, checked: the schema, versions in order, features and tests named once. Throws
 * CAPSTAN_CONTRACT_INVALID with the field and its position.
 */
export function parseContract(value: unknown, origin?: DocumentOrigin): CapabilityContract {
  const unreadable = jsonProblem(value);
  validate ??= new Ajv2020({ allErrors: true, verbose: true, strict: false }).compile(contractSchema());
  const problems = unreadable ? [unreadable] : validate(value) ? [] : problemsOf(validate.errors ?? [], value);
  if (problems.length === 0) problems.push(...contradictions(value as CapabilityContract));
  if (problems.length > 0) throw invalidDocument(MODEL_CODES.contractInvalid, 'The contract', problems, origin);
  return value as CapabilityContract;
}

function contradictions({ id, versions }: CapabilityContract): FieldProblem[] {
  return versions.flatMap(({ version, features }, index) => {
    const path = ['versions', index];
    const before = versions[index - 1];
    const ordered = before === undefined || compareVersionIds(idOf(before.version), idOf(version)) < 0;
    return [
      ...(ordered ? [] : [{ path: [...path, 'version'], message: `does not come after ${before.version}` }]),
      ...twice(features, 'name', path),
      ...twice(features, 'test', path),
      ...features.flatMap(({ test }, at) =>
        test.startsWith(`${id}/`)
          ? []
          : [{ path: [...path, 'features', at, 'test'], message: `does not begin with "${id}/"` }],
      ),
    ];
  });
}

function twice(features: ContractVersion['features'], field: 'name' | 'test', path: FieldPath): FieldProblem[] {
  return features.flatMap((feature, index) =>
    features.findIndex((other) => other[field] === feature[field]) === index
      ? []
      : [{ path: [...path, 'features', index, field], message: `names "${feature[field]}" a second time` }],
  );
}

const idOf = (version: string) => ({ version, release: 0 });

/**
 * What a package claims that its contracts do not have: an unknown contract, a version without a definition, a feature
 * outside the version's closed list, a test of another feature. Paths begin at `provides.capabilities`.
 */
export function claimProblems(
  offers: readonly CapabilityOffer[],
  contracts: readonly CapabilityContract[],
): FieldProblem[] {
  return offers.flatMap((offer, index) => {
    const path = ['provides', 'capabilities', index];
    const contract = contracts.find(({ id }) => id === offer.id);
    if (!contract) {
      const near = didYouMean(
        offer.id,
        contracts.map(({ id }) => id),
      );
      return [{ path: [...path, 'id'], message: `names "${offer.id}", which is no contract${suffix(near)}` }];
    }
    const version = contract.versions.find((each) => each.version === offer.version);
    if (version) return featureProblems(offer, version, path);
    const known = contract.versions.map((each) => each.version).join(', ');
    return [
      { path: [...path, 'version'], message: `${offer.version} is not a version of contract ${offer.id}: ${known}` },
    ];
  });
}

function featureProblems(
  offer: CapabilityOffer,
  { features, version }: ContractVersion,
  path: FieldPath,
): FieldProblem[] {
  const names = features.map(({ name }) => name);
  const tests = features.filter(({ name }) => offer.features.includes(name)).map(({ test }) => test);
  return [
    ...offer.features.flatMap((feature, index) =>
      names.includes(feature)
        ? []
        : [
            {
              path: [...path, 'features', index],
              message: `"${feature}" is not a feature of ${offer.id} ${version}${suffix(didYouMean(feature, names))}`,
            },
          ],
    ),
    ...(offer.tests ?? []).flatMap((test, index) =>
      tests.includes(test)
        ? []
        : [{ path: [...path, 'tests', index], message: `"${test}" is not the test of a feature that is offered` }],
    ),
  ];
}

/**
 * What a package asks of contracts that they do not have: an unknown contract, a range without a version, a feature that
 * no version in the range has. Paths begin at `requires`.
 */
export function demandProblems(
  requirements: readonly Requirement[],
  contracts: readonly CapabilityContract[],
  at: FieldPath = ['requires'],
): FieldProblem[] {
  return requirements.flatMap((requirement, index) => {
    const path = [...at, index];
    if ('anyOf' in requirement) return demandProblems(requirement.anyOf, contracts, [...path, 'anyOf']);
    return 'capability' in requirement ? demandProblem(requirement, contracts, path) : [];
  });
}

function demandProblem(
  { capability, range, features = [] }: CapabilityRequirement,
  contracts: readonly CapabilityContract[],
  path: FieldPath,
): FieldProblem[] {
  const contract = contracts.find(({ id }) => id === capability);
  if (!contract) {
    const near = didYouMean(
      capability,
      contracts.map(({ id }) => id),
    );
    return [{ path: [...path, 'capability'], message: `names "${capability}", which is no contract${suffix(near)}` }];
  }
  // A range that does not parse is told by the rules of the package itself.
  if (!isRange(range)) return [];
  const versions = contract.versions.filter(({ version }) => inRange(version, range));
  if (versions.length === 0) {
    const known = contract.versions.map(({ version }) => version).join(', ');
    return [{ path: [...path, 'range'], message: `holds no version of contract ${capability}: ${known}` }];
  }
  const names = new Set(versions.flatMap((version) => version.features.map(({ name }) => name)));
  return features.flatMap((feature, index) => {
    if (names.has(feature)) return [];
    const near = suffix(didYouMean(feature, [...names]));
    return [
      { path: [...path, 'features', index], message: `"${feature}" is not a feature of ${capability} ${range}${near}` },
    ];
  });
}

const suffix = (near: string | undefined): string => (near === undefined ? '' : ` (${near.replace('Did', 'did')})`);

/**
 * A published contract with its next form: versions that are published stay as they are, more may follow. Throws
 * CAPSTAN_CONTRACT_INVALID where one was changed or taken away.
 */
export function assertContractGrows(published: CapabilityContract, next: CapabilityContract): void {
  for (const { version, features } of published.versions) {
    const kept = next.versions.find((each) => each.version === version);
    if (kept && canonicalJson(kept.features) === canonicalJson(features)) continue;
    throw new CapstanError(
      MODEL_CODES.contractInvalid,
      `Version ${version} of contract ${next.id} is published and would ${kept ? 'change' : 'go'}.`,
      {
        hint: 'Published versions of a contract never change: packages claim them. Add a version instead.',
        exit: EXIT.usage,
        fields: { contract: next.id, version },
      },
    );
  }
}
