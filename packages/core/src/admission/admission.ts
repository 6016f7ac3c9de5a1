import type { JsonObject, KubernetesObject } from '@capstan/base';
import { type ApplicationConfiguration, type Definition, definitionProblems } from '@capstan/oam-model';
import { type AdmissionReader, definitionsNamedBy, readCatalog, readFacts } from './facts.ts';
import { mutateApplication, mutateComponent, namesTraits } from './mutate.ts';
import {
  type AdmissionRequest,
  type AdmissionVerdict,
  ALLOWED,
  aggregate,
  denied,
  nothingToJudge,
  requestOf,
  reviewOf,
} from './review.ts';
import { judgeApplication } from './validate-application.ts';
import { componentProblems } from './validate-component.ts';
import { ADMISSION_WEBHOOKS, type AdmissionPath } from './webhooks.ts';

/** Options of `createAdmission`. */
export type AdmissionOptions = AdmissionReader;

/** Answers AdmissionReviews, by the path at which they come. */
export interface Admission {
  serves(path: string): boolean;
  /** The review with its response; undefined when it is no AdmissionReview, or the path is none of the webhooks'. */
  review(path: string, review: unknown, signal: AbortSignal): Promise<JsonObject | undefined>;
}

type Handler = (object: KubernetesObject, signal: AbortSignal) => Promise<AdmissionVerdict> | AdmissionVerdict;

/** The admission of Capstan's kinds. It reads, and never writes. */
export function createAdmission(reader: AdmissionOptions): Admission {
  const handlers = new Map<string, Handler>(Object.entries(handlersOf(reader)));
  return {
    serves: (path) => handlers.has(path),
    async review(path, review, signal) {
      const handler = handlers.get(path);
      const request = requestOf(review);
      if (!handler || !request) return undefined;
      const verdict = await verdictOn(request, handler, signal);
      return reviewOf(review as { apiVersion: string }, request.uid, verdict);
    },
  };
}

async function verdictOn(request: AdmissionRequest, handler: Handler, signal: AbortSignal): Promise<AdmissionVerdict> {
  const { object } = request;
  if (!object || nothingToJudge(request)) return ALLOWED;
  const { namespace } = request;
  // In a create the object may leave out the namespace that the request goes to.
  const metadata = namespace ? { ...object.metadata, namespace } : object.metadata;
  return handler({ ...object, metadata }, signal);
}

function handlersOf(reader: AdmissionReader): Readonly<Record<AdmissionPath, Handler>> {
  const [mutateApplications, mutateComponents, validateApplications, validateComponents, validateDefinitions] =
    ADMISSION_WEBHOOKS;
  return {
    [mutateApplications.path]: async (object, signal) => {
      if (!namesTraits(object)) return ALLOWED;
      const named = definitionsNamedBy(object as ApplicationConfiguration);
      return mutateApplication(object, await readCatalog(reader, named, signal));
    },
    [mutateComponents.path]: async (object, signal) => {
      const type = ((object['spec'] as JsonObject | undefined)?.['workload'] as JsonObject | undefined)?.['type'];
      if (type === undefined || type === null) return ALLOWED;
      return mutateComponent(object, await readCatalog(reader, [String(type)], signal));
    },
    [validateApplications.path]: async (object, signal) => {
      const facts = await readFacts(reader, object as ApplicationConfiguration, signal);
      const { denial, warnings } = judgeApplication(facts);
      return denial === undefined ? { allowed: true, warnings } : { ...denied(denial), warnings };
    },
    [validateComponents.path]: (object) => {
      const problems = componentProblems(object);
      return problems.length === 0 ? ALLOWED : denied(aggregate(problems));
    },
    [validateDefinitions.path]: async (object, signal) => {
      const definition = object as Definition;
      const problems = definitionProblems(definition, await readCatalog(reader, [], signal));
      const told = (severity: 'error' | 'warning') =>
        problems.filter((problem) => problem.severity === severity).map(({ path, message }) => `${path}: ${message}`);
      const [errors, warnings] = [told('error'), told('warning')];
      return errors.length === 0 ? { allowed: true, warnings } : { ...denied(aggregate(errors)), warnings };
    },
  };
}
