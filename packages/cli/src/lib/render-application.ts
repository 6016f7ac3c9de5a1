import type { Logger } from '@capstan/base';
import { CapstanError, EXIT, type KubernetesObject } from '@capstan/base';
import {
  activatePlugins,
  builtinPlugins,
  type Decision,
  decideApplication,
  kindKey,
  type ObservedApplication,
  observeApplication,
} from '@capstan/core';
import type { KubeClient } from '@capstan/kube';
import {
  type ApplicationConfiguration,
  type DefinitionCatalog,
  isTraitDefinition,
  isWorkloadDefinition,
} from '@capstan/oam-model';
import { bundledPlugins } from '@capstan/operator';
import { CLI_CODES } from '../codes.ts';
import type { ApplicationFiles } from './application-files.ts';

/** What to render with: a cluster, or the types that come with Capstan. */
export interface RenderOptions {
  readonly types: DefinitionCatalog;
  readonly client?: KubeClient;
  readonly namespace: string;
  readonly log: Logger;
}

/** What the operator would apply for the applications of some files, in order. Changes nothing; fails with exit 2. */
export async function renderApplications(files: ApplicationFiles, options: RenderOptions): Promise<KubernetesObject[]> {
  const { client, log, namespace } = options;
  const plugins = await activatePlugins([...builtinPlugins, ...(await bundledPlugins(log))], log);
  try {
    const objects: KubernetesObject[] = [];
    for (const given of files.applications) {
      const application = {
        ...given,
        metadata: { ...given.metadata, namespace: given.metadata.namespace ?? namespace },
      };
      const input = { application, components: files.components, contributions: plugins.contributions };
      const observed = client
        ? await observeApplication(client, input)
        : offline(application, files, options.types, plugins.contributions);
      const decision = decideApplication({ ...observed, live: new Map() });
      throwProblems(decision, application.metadata.name);
      objects.push(...decision.objects.map(({ object }) => object));
    }
    return objects;
  } finally {
    await plugins.stop();
  }
}

/** What a cluster with exactly these types would show. */
function offline(
  application: ApplicationConfiguration,
  files: ApplicationFiles,
  { definitions, crds }: DefinitionCatalog,
  contributions: ObservedApplication['contributions'],
): ObservedApplication {
  const kinds = crds.flatMap((crd) =>
    crd.spec.versions.map(({ name, subresources }) => {
      const kind = { apiVersion: `${crd.spec.group}/${name}`, kind: crd.spec.names.kind };
      const served = {
        name: crd.metadata.name,
        namespaced: crd.spec.scope === 'Namespaced',
        subresources: Object.keys(subresources ?? {}),
      };
      return [kindKey(kind), served] as const;
    }),
  );
  return {
    application,
    components: new Map(files.components.map((component) => [component.metadata.name, component])),
    workloadDefinitions: definitions.filter(isWorkloadDefinition),
    traitDefinitions: definitions.filter(isTraitDefinition),
    kinds: new Map(kinds),
    crds: new Map(crds.map((crd) => [crd.metadata.name, crd])),
    contributions,
    live: new Map(),
  };
}

function throwProblems({ problems }: Decision, application: string): void {
  if (problems.length === 0) return;
  throw new CapstanError(CLI_CODES.invalidApplication, `application ${application} cannot be rendered`, {
    exit: EXIT.usage,
    fields: {
      problems: problems.map(({ reason, message, component, path, hint }) => ({
        code: reason,
        message: [component && `component ${component}`, path, message].filter(Boolean).join(': '),
        ...(hint === undefined ? {} : { hint }),
      })),
    },
  });
}
