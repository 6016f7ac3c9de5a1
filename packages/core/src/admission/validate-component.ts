import { type JsonObject, type KubernetesObject, messageOf } from '@capstan/base';
import { parseFieldPath } from '@capstan/oam-model';
import { invalid } from './review.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_SUBDOMAIN = 253;
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

/**
 * What is wrong with a Component, in the reference's words: its name, a workload that is no object, still has a `type` or
 * lacks apiVersion or kind; and field paths of parameters that nothing can be set at. Empty when it is sound.
 */
export function componentProblems(component: KubernetesObject): string[] {
  const problems: string[] = [];
  const { name } = component.metadata;
  // Without a name the API server generates one, and judges it.
  if (name && (name.length > MAX_SUBDOMAIN || !SUBDOMAIN.test(name))) {
    problems.push(invalid('metadata.name', name, SUBDOMAIN_RULE));
  }
  const { workload, parameters } = (component['spec'] ?? {}) as JsonObject;
  return [...problems, ...workloadProblems(workload), ...parameterPathProblems(parameters)];
}

function workloadProblems(workload: unknown): string[] {
  const path = 'spec.workload';
  if (typeof workload !== 'object' || workload === null || Array.isArray(workload)) {
    return [invalid(path, workload ?? null, 'the workload is malformat')];
  }
  const { type, apiVersion, kind } = workload as JsonObject;
  const problems: string[] = [];
  if (type !== undefined && type !== null) problems.push(invalid(path, workload, 'the workload contains type info'));
  if (!apiVersion || !kind) {
    const have = `api = ${String(apiVersion ?? '')}, kind = ${String(kind ?? '')},`;
    problems.push(invalid(path, workload, `the workload data missing GVK, ${have}`));
  }
  return problems;
}

function parameterPathProblems(parameters: unknown): string[] {
  return listOf(parameters).flatMap((parameter, index) =>
    listOf((parameter as JsonObject | null)?.['fieldPaths']).flatMap((fieldPath, at) => {
      const path = `spec.parameters[${index}].fieldPaths[${at}]`;
      try {
        // An empty one sets nothing.
        if (fieldPath !== '') parseFieldPath(String(fieldPath));
        return [];
      } catch (error) {
        return [invalid(path, fieldPath, messageOf(error))];
      }
    }),
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
