import type { KindReference } from '@capstan/base';
import type { ApplicationConfiguration, TypedReference } from '@capstan/oam-model';
import { planScopes, type ScopedWorkload, type ScopeWrite, scopeDefinitionFor } from '../scopes/index.ts';
import type { ObservedApplication } from './model.ts';
import { kindKey, objectKey } from './names.ts';
import type { Report } from './problems.ts';
import type { RenderedComponent } from './render.ts';

/** Which scopes the application's workloads are to be in, and what has to be written for that. */
export interface DecidedScopes {
  readonly wanted: readonly ScopedWorkload[];
  readonly writes: readonly ScopeWrite[];
}

/** Plans the scopes of components, those that wait included, as the reference does. Without a cluster nothing is known. */
export function decideScopes(
  observed: ObservedApplication,
  application: ApplicationConfiguration,
  components: readonly RenderedComponent[],
  report: Report,
): DecidedScopes {
  const wanted = components.map(({ composed, workload }): ScopedWorkload => {
    const scopes = composed.resolved.entry.scopes?.flatMap(({ scopeRef }) => scopeRef ?? []) ?? [];
    const { apiVersion, kind, metadata } = workload;
    return { component: composed.name, workload: { apiVersion, kind, name: metadata.name }, scopes };
  });
  if (!observed.referred) return { wanted, writes: [] };
  const { writes, problems } = planApplicationScopes(observed, application, wanted);
  for (const { stage, component, message } of problems) {
    report({
      reason: 'InvalidScope',
      component,
      message,
      ...(stage === 'apply' ? { stage: 'cannot apply components' } : {}),
    });
  }
  return { wanted, writes };
}

/** What has to change in scope objects so that the application's workloads are where they are wanted, and nowhere else. */
export function planApplicationScopes(
  observed: ObservedApplication,
  { metadata, status }: ApplicationConfiguration,
  wanted: readonly ScopedWorkload[],
) {
  const place = metadata.namespace ? { namespace: metadata.namespace } : {};
  return planScopes({
    wanted,
    recorded: status?.workloads ?? [],
    definition: (kind) => {
      const served = observed.kinds.get(kindKey(kind));
      return served && scopeDefinitionFor(observed.scopeDefinitions ?? [], served.name);
    },
    scope: ({ apiVersion, kind, name }: TypedReference) =>
      observed.referred?.get(objectKey({ apiVersion, kind, name, ...place })),
    scopesOfKind: (kind: KindReference) => observed.scopesOfKind?.(kind) ?? [],
  });
}
