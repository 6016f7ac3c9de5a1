import type { KubernetesObject, Problem, TraitRenderInput } from '@capstan/plugin-api';
import { knativeProblems, workloadProblems } from './check.ts';
import { called, isOf, isRecord, recordIn } from './plain.ts';
import { isRouteTo } from './route.ts';
import { scalerProblems, scalersOf } from './scaler.ts';
import { isServiceOf } from './service.ts';
import { isKnativeService } from './target.ts';

/** What is wrong with a Canary that stands as a trait, beyond Flagger's schema. */
export function validateCanary(trait: KubernetesObject): Problem[] {
  const spec = recordIn(trait, 'spec');
  const problems: Problem[] = [];
  if (spec['revertOnDeletion'] !== true) {
    problems.push({
      path: 'spec.revertOnDeletion',
      message:
        'must be true: without it a Canary that is deleted leaves its Deployment at 0 replicas, and nothing serves',
      hint: 'Add revertOnDeletion: true.',
    });
  }
  if (spec['canaryAnalysis'] !== undefined) {
    problems.push({ path: 'spec.canaryAnalysis', message: 'is no longer read', hint: 'Use analysis.' });
  }
  return problems;
}

/** What Flagger makes in place of the component for its own Canary: its Service, and the rules of Istio for it. */
export function canaryTakesOver(object: KubernetesObject, input: TraitRenderInput): boolean {
  const { target, context } = input;
  if (isKnativeService(target)) return false;
  return isServiceOf(object, target) || (isIstio(input.trait) && isRouteTo(object, target.name, context.namespace));
}

/** What makes a Canary unfit for the component it stands on. */
export function checkCanary(input: TraitRenderInput): Problem[] {
  const { trait, target } = input;
  const spec = recordIn(trait, 'spec');
  const knative = isKnativeService(target);
  if (knative !== (spec['provider'] === 'knative')) {
    const message = knative
      ? 'must be knative for a Knative Service, whatever Flagger was installed with'
      : `is knative, and ${target.kind} ${target.name} is no Knative Service`;
    return [{ path: 'spec.provider', message }];
  }
  if (knative) return [...knativeProblems(input), ...knativeFields(spec)];
  return [...workloadProblems(input), ...servicePortProblems(spec), ...routesBeside(input), ...scalersBeside(input)];
}

function isIstio(trait: KubernetesObject): boolean {
  const provider = recordIn(trait, 'spec')['provider'];
  return provider === undefined || provider === 'istio';
}

function knativeFields(spec: Readonly<Record<string, unknown>>): Problem[] {
  return ['service', 'autoscalerRef']
    .filter((field) => spec[field] !== undefined)
    .map((field) => ({ path: `spec.${field}`, message: 'is not for a Knative Service' }));
}

function servicePortProblems(spec: Readonly<Record<string, unknown>>): Problem[] {
  if (isRecord(spec['service']) && spec['service']['port'] !== undefined) return [];
  return [{ path: 'spec.service.port', message: 'is missing: Flagger makes Services with it' }];
}

/** A Canary states its own routing, so that the routes of other traits would be lost without a word. */
function routesBeside({ taken }: TraitRenderInput): Problem[] {
  return taken
    .filter((object) => isOf(object, 'networking.istio.io', object.kind))
    .map((object) => ({
      path: 'spec.service',
      message: `${called(object)} leads to the component too, and Flagger writes the routes of a Canary`,
      hint: 'Use the trait rollout, which takes it in, or state hosts and gateways here and leave the other trait out.',
    }));
}

function scalersBeside(input: TraitRenderInput): Problem[] {
  const [scaler] = scalersOf(input);
  if (!scaler) return [];
  const stated = recordIn(recordIn(input.trait, 'spec'), 'autoscalerRef');
  if (stated['kind'] === scaler.kind && stated['name'] === scaler.metadata.name) return scalerProblems(input);
  const message = `must name ${called(scaler)}, which would scale what Flagger holds at 0`;
  return [{ path: 'spec.autoscalerRef', message, hint: 'Or use the trait rollout, which does so.' }];
}
