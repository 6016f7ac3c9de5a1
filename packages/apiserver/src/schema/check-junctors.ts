import { goQuote } from '../model/go-format.ts';
import type { SchemaNode } from '../model/schema.ts';
import { type Check, Findings } from './findings.ts';

/** anyOf, oneOf, allOf and not: validate/schema_props.go. */
export function junctorCheck(schema: SchemaNode, compileCheck: (schema: SchemaNode) => Check): Check | undefined {
  const anyOf = (schema.anyOf ?? []).map(compileCheck);
  const oneOf = (schema.oneOf ?? []).map(compileCheck);
  const allOf = (schema.allOf ?? []).map(compileCheck);
  const not = schema.not && compileCheck(schema.not);
  if (anyOf.length + oneOf.length + allOf.length === 0 && !not) return undefined;
  return (value, path, findings, live) => {
    const complain = (sentence: string): void => {
      findings.list.push({ kind: 'junctor', name: '', text: `${goQuote(path)} ${sentence}` });
    };
    const attempt = (check: Check): Findings => {
      const result = new Findings();
      check(value, path, result, live);
      return result;
    };
    if (anyOf.length > 0) checkAnyOf(anyOf, attempt, complain, findings);
    if (oneOf.length > 0) checkOneOf(oneOf, attempt, complain, findings);
    if (allOf.length > 0) checkAllOf(allOf, attempt, complain, findings);
    if (not && attempt(not).list.length === 0) complain('must not validate the schema (not)');
  };
}

type Attempt = (check: Check) => Findings;
type Complain = (sentence: string) => void;

/** The failed attempt that got furthest, the first of equals. */
function best(attempts: readonly Findings[]): Findings | undefined {
  return attempts.reduce<Findings | undefined>((a, b) => (a === undefined || b.count > a.count ? b : a), undefined);
}

function checkAnyOf(checks: readonly Check[], attempt: Attempt, complain: Complain, findings: Findings): void {
  const failed: Findings[] = [];
  for (const check of checks) {
    const result = attempt(check);
    if (result.list.length === 0) {
      findings.merge(result);
      return;
    }
    failed.push(result);
  }
  complain('must validate at least one schema (anyOf)');
  const closest = best(failed);
  if (closest) findings.merge(closest);
}

function checkOneOf(checks: readonly Check[], attempt: Attempt, complain: Complain, findings: Findings): void {
  const results = checks.map(attempt);
  const passed = results.filter((one) => one.list.length === 0);
  if (passed.length === 1) {
    for (const one of passed) findings.merge(one);
    return;
  }
  const found = passed.length === 0 ? 'Found none valid' : `Found ${passed.length} valid alternatives`;
  complain(`must validate one and only one schema (oneOf). ${found}`);
  const closest = passed.length === 0 ? best(results) : undefined;
  if (closest) findings.merge(closest);
}

function checkAllOf(checks: readonly Check[], attempt: Attempt, complain: Complain, findings: Findings): void {
  const results = checks.map(attempt);
  const passed = results.filter((one) => one.list.length === 0).length;
  for (const result of results) findings.merge(result);
  if (passed !== results.length) {
    complain(`must validate all the schemas (allOf)${passed === 0 ? '. None validated' : ''}`);
  }
}
