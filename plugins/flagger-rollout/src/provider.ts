import type { Problem, TraitRenderInput } from '@capstan/plugin-api';
import { isOf, recordIn } from './plain.ts';
import { FLAGGER_API_VERSION, type Provider, type RolloutSpec, rolloutSpec } from './spec.ts';
import { isKnativeService } from './target.ts';

/**
 * Whether the routes of the component go into the Canary: Istio's do, and nothing but Istio splits traffic by them. Looks
 * at the application alone, so that it stays as it is while the trait does.
 */
export function takesRoutes({ trait, target }: TraitRenderInput): boolean {
  const { provider } = rolloutSpec(trait);
  return !isKnativeService(target) && (provider === 'istio' || provider === 'auto');
}

/**
 * Who splits the traffic. `auto` keeps what a live Canary says, so that a provider that is not well for a while does not
 * turn a rollout into another kind.
 */
export function providerOf(input: TraitRenderInput, { provider }: RolloutSpec): Provider {
  if (provider !== 'auto') return provider;
  const { target, context, cluster, taken } = input;
  if (isKnativeService(target)) return 'knative';
  if (taken.some((object) => isOf(object, 'networking.istio.io', 'VirtualService'))) return 'istio';
  const { namespace } = context;
  const canary = cluster.get({ apiVersion: FLAGGER_API_VERSION, kind: 'Canary', namespace, name: target.name });
  const chosen = recordIn(canary, 'spec')['provider'];
  if (chosen === 'istio' || chosen === 'kubernetes') return chosen;
  const known = Object.keys(context.capabilities);
  return known.length === 0 || known.includes('traffic-split') ? 'istio' : 'kubernetes';
}

/** Why the provider does not fit the component or the strategy. */
export function providerProblems(input: TraitRenderInput, spec: RolloutSpec): Problem[] {
  const provider = providerOf(input, spec);
  const { target } = input;
  const path = 'spec.provider';
  if (isKnativeService(target) !== (provider === 'knative')) {
    const message = isKnativeService(target)
      ? `${provider} cannot roll out a Knative Service; only knative can`
      : `knative rolls out Knative Services, and ${target.kind} ${target.name} is none`;
    return [{ path, message, hint: 'Leave provider out.' }];
  }
  if (provider === 'knative' && spec.strategy === 'ab-test') {
    return [
      {
        path: 'spec.strategy',
        message: 'ab-test does not work for a Knative Service, whose traffic is split by weight only',
      },
    ];
  }
  if (provider !== 'kubernetes' || spec.strategy === 'blue-green') return [];
  const message = `the strategy ${spec.strategy} needs the capability traffic-split, which nothing provides here`;
  return [{ path: 'spec.strategy', message, hint: 'Use blue-green, or install istio-route.' }];
}
