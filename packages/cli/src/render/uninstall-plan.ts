import type { InstanceCount, PackageRemoval, UninstallPlan } from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import { count } from '../lib/words.ts';
import { blockersLines, runLines } from './install-plan.ts';
import { labelled } from './labelled.ts';
import type { Terminal } from './terminal.ts';

/** What a removal would do and what it would break, for people; last the command that does it. */
export function uninstallPlanLines(
  plan: UninstallPlan,
  page: { readonly context: string; readonly terminal: Terminal; readonly run?: string },
): string[] {
  const width = page.terminal.columns ?? 100;
  const line = (label: string, text: string) => (text === '' ? [] : labelled(label, text, width, 0));
  const unneeded = plan.prune ? [] : plan.unneeded.map((one) => `${one.name} ${versionLabel(one)}`);
  return [
    `Plan for context ${page.context} (nothing is changed)`,
    ...stayingLines(plan, width),
    ...plan.packages.flatMap((removal) => removalLines(removal, width)),
    ...(plan.resumes
      ? line('goes on', `with a removal that stopped at step ${plan.resumes.step} (since ${plan.resumes.since})`)
      : []),
    ...line('archive', plan.archive === undefined ? '' : `${plan.archive}: the instances are saved there before`),
    ...plan.applications.flatMap(({ namespace, name, definitions }, index) =>
      line(index === 0 ? 'used by' : '', `application ${namespace}/${name}: ${definitions.join(', ')}`),
    ),
    ...line('needed by', plan.dependents.join(', ')),
    ...line('unneeded', unneeded.length > 0 ? `${unneeded.join(', ')}: nobody needs it then; --prune removes it` : ''),
    ...plan.warnings.flatMap((warning) => line('warning', warning)),
    ...blockersLines(plan.blockers, width, 0),
    ...runLines(plan, page.run),
  ];
}

/** A package that stays because sets ask for it, too: only the wish of people goes. */
function stayingLines({ package: name, version, staysFor }: UninstallPlan, width: number): string[] {
  if (!staysFor) return [];
  const who = Object.entries(staysFor).map(([owner, range]) => `${owner} asks for ${range}`);
  return [`  = ${name} ${version}  stays; you ask for it no more`, ...labelled('stays for', who.join(', '), width)];
}

const WHY: Readonly<Record<PackageRemoval['why'], string>> = {
  asked: 'you asked for it',
  dependent: 'needs it, so it goes first',
  unneeded: 'nobody needs it then',
};

function removalLines(removal: PackageRemoval, width: number): string[] {
  const line = (label: string, text: string) => (text === '' ? [] : labelled(label, text, width));
  const crds = (wanted: string) =>
    removal.crds
      .filter(({ action }) => action === wanted)
      .map(({ name }) => `CRD ${name}`)
      .join(', ');
  return [
    `  - ${removal.name} ${versionLabel(removal)}  ${WHY[removal.why]}`,
    ...line('withdraws', removal.definitions.map(({ role, shortName }) => `${role} ${shortName}`).join(', ')),
    ...removal.units.flatMap(({ id, release, namespace: where, objects }) =>
      line(release ? 'release' : 'objects', `${where}/${release ?? id}, ${count(objects, 'object')}`),
    ),
    ...line('deletes', crds('delete')),
    ...line('keeps', crds('keep')),
    ...removal.namespaces.flatMap(({ name, action, reason }) =>
      line('namespace', `${name}: ${action}${reason ? ` (${reason})` : ''}`),
    ),
    ...removal.instances.flatMap((instance) => instanceLines(instance, width)),
    ...line('outside', removal.external ?? ''),
  ];
}

/** How many objects of a kind there are and where, and who takes their finalizers away. */
function instanceLines({ crd, total, leaving, byNamespace, finalizers }: InstanceCount, width: number): string[] {
  const places = Object.entries(byNamespace).map(([namespace, amount]) => `${namespace || 'cluster-wide'} ${amount}`);
  const remark = leaving > 0 ? `, ${leaving} on their way out` : '';
  return [
    ...labelled('instances', `${total} of ${crd} (${places.join(', ')})${remark}`, width),
    ...finalizers.flatMap(({ name, objects, servedBy, serving }) => {
      const who = servedBy === undefined ? 'nobody is known to take it away' : `${servedBy} takes it away`;
      const works = serving === false ? ', but it is not at work' : '';
      return labelled('', `finalizer ${name} on ${count(objects, 'object')}: ${who}${works}`, width);
    }),
  ];
}
