import { CapstanError, EXIT } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import {
  type ApplicationComponent,
  type ApplicationConfiguration,
  componentNameOf,
  didYouMean,
  instanceNameOf,
  OAM_API_VERSION,
} from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { requireSystem } from './types-catalog.ts';

/** The kind of applications. */
export const APPLICATION = { apiVersion: OAM_API_VERSION, kind: 'ApplicationConfiguration' } as const;

/** The applications of a namespace, or of all. Fails with exit 5 on a cluster without Capstan's kinds. */
export async function listApplications(
  client: KubeClient,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<ApplicationConfiguration[]> {
  await requireSystem(client);
  const { items } = await client.list(APPLICATION, { signal, ...(namespace === undefined ? {} : { namespace }) });
  return items as ApplicationConfiguration[];
}

/** An application by name, with a component of it where one is named. Fails with the nearest name where there is none. */
export async function requireApplication(
  client: KubeClient,
  input: {
    readonly name: string;
    readonly namespace: string;
    readonly component?: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<ApplicationConfiguration> {
  const { name, namespace, component, signal } = input;
  const found = await client.get({ ...APPLICATION, name, namespace }, { signal });
  if (!found) throw await unknownApplication(client, name, namespace, signal);
  const application = found as ApplicationConfiguration;
  if (component !== undefined && entriesOf(application, component).length === 0)
    throw unknownComponent(application, component);
  return application;
}

/** The entries of an application that mean a component, by its name or by that of the instance; all without a name. */
export function entriesOf(application: ApplicationConfiguration, name: string | undefined): ApplicationComponent[] {
  const { components } = application.spec;
  return components.filter(
    (entry) => name === undefined || [componentNameOf(entry), instanceNameOf(entry)].includes(name),
  );
}

/** The error for a component that the application does not have, with the nearest name. */
export function unknownComponent(application: ApplicationConfiguration, component: string): CapstanError {
  const { name } = application.metadata;
  const names = [...new Set(application.spec.components.map(componentNameOf))];
  return new CapstanError(CLI_CODES.notFound, `application ${name} has no component "${component}"`, {
    hint: didYouMean(component, names) ?? `There are: ${names.join(', ') || 'none'}.`,
    next: [`capstan status ${name}`],
    exit: EXIT.usage,
  });
}

/** The error for an application that does not exist, with the nearest name there is. */
export async function unknownApplication(
  client: KubeClient,
  name: string,
  namespace: string,
  signal: AbortSignal,
): Promise<CapstanError> {
  const names = (await listApplications(client, undefined, signal)).map(({ metadata }) => metadata);
  const elsewhere = names.find((one) => one.name === name && one.namespace !== namespace);
  const hint = elsewhere
    ? `There is one in namespace ${elsewhere.namespace}.`
    : didYouMean(
        name,
        names.filter((one) => one.namespace === namespace).map((one) => one.name),
      );
  return new CapstanError(CLI_CODES.notFound, `there is no application "${name}" in namespace ${namespace}`, {
    exit: EXIT.failed,
    next: [elsewhere ? `capstan status ${name} -n ${elsewhere.namespace}` : 'capstan list -A'],
    ...(hint === undefined ? {} : { hint }),
  });
}
