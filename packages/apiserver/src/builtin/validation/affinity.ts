import type { StatusCause } from '../../model/api-error.ts';
import { forbidden, invalid, required } from '../../model/field-error.ts';
import { labelName, qualifiedNameErrors } from '../names.ts';
import { asFields, type Fields, fields, list, strings, text } from '../values.ts';
import { broken, labelSelector } from './common.ts';

/* Affinity of Pods to Nodes and to each other. Upstream: validateAffinity in pkg/apis/core/validation/validation.go. */

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** All that is wrong with `affinity`. */
export function validateAffinity(value: unknown, path: string): StatusCause[] {
  const affinity = asFields(value);
  if (!affinity) return [];
  const node = asFields(affinity['nodeAffinity']);
  return [
    ...(node ? nodeAffinity(node, `${path}.nodeAffinity`) : []),
    ...['podAffinity', 'podAntiAffinity'].flatMap((field) => podAffinity(fields(affinity[field]), `${path}.${field}`)),
  ];
}

function nodeAffinity(affinity: Fields, path: string): StatusCause[] {
  const selector = asFields(affinity[REQUIRED]);
  return [
    ...(selector ? validateNodeSelector(selector, `${path}.${REQUIRED}`) : []),
    ...list(affinity[PREFERRED]).flatMap((term, at) => {
      const where = `${path}.${PREFERRED}[${at}]`;
      return [...weight(term, where), ...nodeSelectorTerm(fields(term['preference']), `${where}.preference`)];
    }),
  ];
}

function weight(term: Fields, path: string): StatusCause[] {
  const value = Number(term['weight'] ?? 0);
  return value >= 1 && value <= 100 ? [] : [invalid(`${path}.weight`, value, 'must be in the range 1-100')];
}

/** All that is wrong with a selector of Nodes. */
export function validateNodeSelector(selector: Fields, path: string): StatusCause[] {
  const terms = list(selector['nodeSelectorTerms']);
  if (terms.length === 0) {
    return [required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term')];
  }
  return terms.flatMap((term, at) => nodeSelectorTerm(term, `${path}.nodeSelectorTerms[${at}]`));
}

function nodeSelectorTerm(term: Fields, path: string): StatusCause[] {
  return [
    ...list(term['matchExpressions']).flatMap((one, at) => nodeRequirement(one, `${path}.matchExpressions[${at}]`)),
    ...list(term['matchFields']).flatMap((one, at) => fieldRequirement(one, `${path}.matchFields[${at}]`)),
  ];
}

function nodeRequirement(requirement: Fields, path: string): StatusCause[] {
  const operator = text(requirement['operator']);
  const values = strings(requirement['values']);
  const causes: StatusCause[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      causes.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      causes.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) {
      causes.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
    }
  } else causes.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  const key = text(requirement['key']);
  return [...causes, ...broken(`${path}.key`, key, qualifiedNameErrors(key))];
}

function fieldRequirement(requirement: Fields, path: string): StatusCause[] {
  const operator = text(requirement['operator']);
  const values = strings(requirement['values']);
  const causes: StatusCause[] = [];
  if (operator !== 'In' && operator !== 'NotIn') {
    causes.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  } else if (values.length !== 1) {
    causes.push(
      required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"),
    );
  }
  const key = text(requirement['key']);
  if (key !== 'metadata.name') causes.push(invalid(`${path}.key`, key, 'not a valid field selector key'));
  return causes;
}

function podAffinity(affinity: Fields, path: string): StatusCause[] {
  return [
    ...list(affinity[REQUIRED]).flatMap((term, at) => podTerm(term, `${path}.${REQUIRED}[${at}]`)),
    ...list(affinity[PREFERRED]).flatMap((weighted, at) => {
      const where = `${path}.${PREFERRED}[${at}]`;
      return [...weight(weighted, where), ...podTerm(fields(weighted['podAffinityTerm']), `${where}.podAffinityTerm`)];
    }),
  ];
}

function podTerm(term: Fields, path: string): StatusCause[] {
  const key = text(term['topologyKey']);
  return [
    ...labelSelector(term['labelSelector'], `${path}.labelSelector`),
    ...labelSelector(term['namespaceSelector'], `${path}.namespaceSelector`),
    ...strings(term['namespaces']).flatMap((name) => broken(`${path}.namespace`, name, labelName(name, false))),
    ...(key === ''
      ? [
          required(`${path}.topologyKey`, 'can not be empty'),
          ...broken(`${path}.topologyKey`, key, qualifiedNameErrors(key)),
        ]
      : broken(`${path}.topologyKey`, key, qualifiedNameErrors(key))),
  ];
}
