import type { KubernetesObject } from '@capstan/base';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { CapstanCommand } from '../base-command.ts';
import { formatAge } from '../lib/duration.ts';

export default class List extends CapstanCommand<typeof List> {
  static override summary = 'list applications';
  static override reads = true;
  static override examples = [
    { command: 'capstan list -A', description: 'in all namespaces' },
    { command: 'capstan list -o json', description: 'for scripts' },
  ];

  protected async work(): Promise<void> {
    const { applicationState } = await import('../lib/application-state.ts');
    const { listApplications } = await import('../lib/applications.ts');
    const everywhere = this.flags['all-namespaces'];
    const namespace = everywhere ? undefined : await this.namespace();
    const items = await listApplications(await this.cluster(), namespace, this.signal);
    const rows = items.map((object) => ({ ...summaryOf(object), ...applicationState(object) }));
    await this.out.list({
      kind: 'ApplicationList',
      items: rows,
      name: (row) => `application/${row.name}`,
      empty: everywhere ? 'There are no applications.' : `There are no applications in namespace ${namespace}.`,
      columns: [
        ...(everywhere ? [{ header: 'NAMESPACE', value: (row: (typeof rows)[number]) => row.namespace }] : []),
        { header: 'NAME', value: (row) => row.name },
        { header: 'STATE', value: (row) => row.state, state: true },
        { header: 'COMPONENTS', value: (row) => row.components.join(', '), flexible: true },
        { header: 'AGE', value: (row) => formatAge(row.createdAt) },
        { header: 'MESSAGE', value: (row) => row.message, flexible: true },
      ],
    });
    const [first] = rows;
    if (first) this.next(`capstan status ${first.name} --tree${everywhere ? ` -n ${first.namespace}` : ''}`);
  }
}

function summaryOf(object: KubernetesObject) {
  const { name, namespace = '', creationTimestamp } = object.metadata;
  const components = (object as ApplicationConfiguration).spec.components.flatMap(
    ({ componentName }) => componentName ?? [],
  );
  return { name, namespace, components, createdAt: creationTimestamp ?? '' };
}
