import { describe, expect, test } from 'vitest';
import { type AdmissionInput, admissionExpressionProblem, evaluatePolicy, matchesConditions } from './admission.ts';

const input: AdmissionInput = {
  object: { metadata: { name: 'web', labels: { team: 'a' } }, spec: { replicas: 7 } },
  request: { operation: 'CREATE', userInfo: { username: 'ann', groups: ['devs'] }, dryRun: false },
  params: { maxReplicas: 5 },
};
const conditions = (...expressions: string[]) => expressions.map((expression, at) => ({ name: `c${at}`, expression }));

describe('match conditions', () => {
  test.each([
    [['true'], true],
    [["request.userInfo.username != 'kube' && object.spec.replicas == 7", 'oldObject == null'], true],
    [["!('devs' in request.userInfo.groups)"], false],
    [['object.missing.field', "request.operation == 'DELETE'"], false],
  ])('%j hold: %s', (expressions, expected) => {
    expect(matchesConditions(conditions(...expressions), input)).toBe(expected);
  });

  test('what cannot be evaluated fails where no other condition is false', () => {
    expect(() => matchesConditions(conditions("object.nothing == 'x'", 'true'), input)).toThrow(
      "expression 'object.nothing == 'x'' resulted in error: no such key: nothing",
    );
    expect(() => matchesConditions(conditions('nonsense('), input)).toThrow('compilation error: ERROR: <input>:1:');
    expect(() => matchesConditions(conditions("authorizer.path('/x').check('get').allowed()"), input)).toThrow(
      'lacks authorizer',
    );
  });
});

describe('policies', () => {
  const policy = {
    variables: [
      { name: 'most', expression: 'int(params.maxReplicas)' },
      { name: 'over', expression: 'object.spec.replicas - variables.most' },
    ],
    matchConditions: conditions("request.operation == 'CREATE'"),
    validations: [
      {
        expression: 'object.spec.replicas <= variables.most',
        messageExpression: "'over by ' + string(variables.over)",
      },
      { expression: "object.metadata.labels.team in ['a', 'b']", message: 'unknown team' },
      { expression: "object.metadata.name.startsWith('x')", reason: 'Forbidden' },
      { expression: 'object.spec.paused' },
    ],
  };

  test('say what is wrong', () => {
    expect(evaluatePolicy(policy, input)).toEqual([
      { message: 'over by 2', reason: 'Invalid', error: false },
      { message: "failed expression: object.metadata.name.startsWith('x')", reason: 'Forbidden', error: false },
      {
        message: "expression 'object.spec.paused' resulted in error: no such key: paused",
        reason: 'Invalid',
        error: true,
      },
    ]);
  });

  test('say nothing of requests that they do not match', () => {
    expect(evaluatePolicy(policy, { ...input, request: { operation: 'UPDATE' } })).toEqual([]);
  });
});

test('wrong expressions are known before they are evaluated', () => {
  expect(admissionExpressionProblem('object.a == 1')).toBeUndefined();
  expect(admissionExpressionProblem('1 + 1')).toBe('must evaluate to bool');
  expect(admissionExpressionProblem('foo == 1')).toContain("undeclared reference to 'foo'");
});
