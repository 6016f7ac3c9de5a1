import type { CrdPlan, ObjectPlan, PackagePlan, UnitPlan } from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import { count, enumerate } from '../lib/words.ts';
import { labelled } from './labelled.ts';
import { wrap } from './terminal.ts';

const MARKS: Readonly<Record<PackagePlan['action'], string>> = {
  install: '+',
  upgrade: '~',
  downgrade: '~',
  repair: '~',
  adopt: '*',
  none: '=',
};
const DONE: Readonly<Record<ObjectPlan['action'], string>> = {
  create: 'new',
  change: 'changed',
  unchanged: 'as before',
  remove: 'removed',
};
/** Lines of one kind that are shown unless all are asked for. */
const FEW = 3;
const MOST_RIGHTS = 6;

/** What a plan does with one package. */
export function packagePlanLines(one: PackagePlan, width: number, wide: boolean): string[] {
  const line = (label: string, text: string) => labelled(label, text, width);
  const head = `${MARKS[one.action]} ${one.name} ${versionLabel(one)}${fromText(one)}  ${one.revision === undefined ? one.why : 'you asked for it'}`;
  const indented = (text: string) => wrap(text, width - 2).map((text) => `  ${text}`);
  if (one.action === 'none') return indented(`${head}; installed already`);
  return [
    ...indented(head),
    ...(one.hops && one.hops.length > 0
      ? line('then', `${one.hops.join(', ')}: no direct step is allowed; run the same command again`)
      : []),
    ...adoptionLines(one, width),
    ...one.units.flatMap((unit) => unitLines(unit, width)),
    ...line('namespace', `${one.namespace.name}${one.namespace.action === 'create' ? ' (new)' : ''}`),
    ...line('objects', objectsText(one)),
    ...(wide ? one.units.flatMap(({ objects }) => objects.flatMap((object) => objectLines(object, width))) : []),
    ...crdLines(one.crds, width, wide),
    ...rightsLines(one, width, wide),
    ...definitionLines(one, width),
    ...(wide && one.images.length > 0 ? one.images.flatMap((image, at) => line(at === 0 ? 'images' : '', image)) : []),
  ];
}

function fromText({ from, action, revision }: PackagePlan): string {
  if (revision !== undefined) return ` (from ${from ?? 'nothing'}, content of revision ${revision})`;
  return from === undefined ? (action === 'adopt' ? ' (installed by hand)' : '') : ` (from ${from})`;
}

function adoptionLines({ adopts }: PackagePlan, width: number): string[] {
  if (!adopts) return [];
  const releases = adopts.releases.map(({ namespace, release }) => `Helm release ${namespace}/${release}`);
  const changes =
    adopts.differences.length === 0
      ? ['nothing of it changes']
      : adopts.differences.slice(0, FEW).map((text) => `! ${text}`);
  return [
    ...labelled('takes over', `${enumerate(releases)}, version ${adopts.version} (${adopts.confidence})`, width),
    ...[...adopts.evidence.slice(0, FEW), ...changes].flatMap((text) => labelled('', text, width)),
  ];
}

function unitLines(unit: UnitPlan, width: number): string[] {
  if (unit.type === 'manifests') return labelled('manifests', unit.id, width);
  const { name, version, repository, mirror, standIn } = unit.chart;
  const from = mirror === undefined ? repository : `mirror ${mirror}`;
  const remark = standIn ? ' (a stand-in: it has the objects of the real chart, nothing runs)' : '';
  return labelled('chart', `${name} ${version} from ${from}${remark}`, width);
}

/** By kind for what is new; by what happens where some of it is there already. */
function objectsText({ units, action }: PackagePlan): string {
  const objects = units.flatMap((unit) => unit.objects);
  const tally = (names: readonly string[]) => {
    const found = new Map<string, number>();
    for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
    return [...found];
  };
  if (action !== 'install') {
    const done = tally(objects.map((object) => DONE[object.action]));
    return `${count(objects.length, 'object')}: ${done.map(([name, amount]) => `${amount} ${name}`).join(', ')}`;
  }
  const kinds = tally(objects.map(({ object }) => object.kind));
  const list = kinds.map(([kind, amount]) => (amount === 1 ? kind : `${amount} ${kind}`));
  return `${count(objects.length, 'object')}: ${list.join(', ')}`;
}

function objectLines({ object, action, changes = [] }: ObjectPlan, width: number): string[] {
  if (action === 'unchanged') return [];
  return [
    ...labelled('', `${DONE[action]}  ${object.kind.toLowerCase()}/${object.name}`, width),
    ...changes.flatMap(({ path, before, after, hidden }) =>
      labelled('', `- ${path}: ${hidden ? '(changed, hidden)' : `${shown(before)} -> ${shown(after)}`}`, width),
    ),
  ];
}

function shown(value: unknown): string {
  if (value === undefined) return '(nothing)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function crdLines(crds: readonly CrdPlan[], width: number, wide: boolean): string[] {
  if (crds.length === 0) return [];
  const fresh = crds.every(({ action }) => action === 'create');
  const of = (action: CrdPlan['action']) => crds.filter((crd) => crd.action === action).length;
  const tally = (['create', 'change', 'unchanged', 'keep-newer'] as const)
    .filter((action) => of(action) > 0)
    .map((action) => `${of(action)} ${CRD_WORDS[action]}`);
  return [
    ...labelled('CRDs', `${crds.length}: ${fresh ? crds.map(({ name }) => name).join(', ') : tally.join(', ')}`, width),
    ...crds.flatMap((crd) => [...verdictLines(crd, width, wide), ...migrationLines(crd, width)]),
  ];
}

const CRD_WORDS: Readonly<Record<CrdPlan['action'], string>> = {
  create: 'new',
  change: 'changed',
  unchanged: 'as before',
  'keep-newer': 'stay as the newer version has them, since CRDs never go back',
};

/** The verdict on a changed CRD: what the rules found, and which stored objects the new schema refuses. */
function verdictLines({ name, verdict: review }: CrdPlan, width: number, wide: boolean): string[] {
  if (!review || (review.verdict === 'safe' && !wide)) return [];
  const line = (text: string) => labelled('', text, width);
  const findings = review.findings.filter(({ severity }) => wide || severity !== 'notice');
  const told = wide || review.verdict === 'blocked' ? findings : [];
  const amount = findings.length + review.omitted;
  const { instances } = review;
  const stored = !instances
    ? ''
    : instances.checked === 0 && !instances.incomplete
      ? '; no object is stored'
      : `; of ${count(instances.checked, 'stored object')} ${instances.invalid} would be invalid${instances.incomplete ? `, ${instances.incomplete}` : ''}`;
  const offenders = instances?.offenders.slice(0, wide ? instances.offenders.length : FEW) ?? [];
  return [
    ...line(
      `${review.verdict === 'blocked' ? '! ' : ''}${name}: ${review.verdict}, ${count(amount, 'finding')}${stored}`,
    ),
    ...told.flatMap(({ message, rule, version }) =>
      line(`- ${version === undefined ? '' : `${version}: `}${message} [${rule}]`),
    ),
    ...(told.length > 0 && review.omitted > 0 ? line(`- and ${review.omitted} more`) : []),
    ...offenders.flatMap((offender) =>
      line(`! ${[offender.namespace, offender.name].filter(Boolean).join('/')}: ${offender.problems[0]}`),
    ),
  ];
}

function migrationLines({ name, migrate }: CrdPlan, width: number): string[] {
  if (!migrate) return [];
  const objects = count(migrate.instances, 'stored object');
  return labelled('', `${name}: ${objects} rewritten from ${migrate.from.join(', ')} to ${migrate.to}`, width);
}

/**
 * What changes in the rights. Of a first installation those that deserve a second look, of an upgrade all that are new;
 * everything with `-o wide`.
 */
function rightsLines(
  { permissions, permissionDelta: delta, action }: PackagePlan,
  width: number,
  wide: boolean,
): string[] {
  const all = permissions.reduce((sum, { lines }) => sum + lines.length, 0);
  const total = `${count(all, 'rule')} in ${count(permissions.length, 'role')}`;
  const first = action === 'install' || action === 'adopt';
  const lines = [
    ...delta.added
      .filter(({ notable }) => wide || notable || !first)
      .map(({ line, subjects, notable }) => `${notable ? '!' : '+'} ${line}, for ${subjects.join(', ')}`),
    ...delta.removed.filter(() => wide).map(({ line, subjects }) => `- ${line}, for ${subjects.join(', ')}`),
    ...delta.undeclared.map(({ line }) => `! not declared by the package: ${line}`),
  ];
  const distinct = [...new Set(lines)];
  const shown = wide ? distinct : distinct.slice(0, MOST_RIGHTS);
  const more = distinct.length - shown.length;
  return [
    ...labelled('rights', `${total}${first ? '' : changedRights(delta)}`, width),
    ...shown.flatMap((text) => labelled('', text, width)),
    ...(more > 0 ? labelled('', `and ${more} more (-o wide shows them)`, width) : []),
  ];
}

function changedRights({ added, removed }: PackagePlan['permissionDelta']): string {
  if (added.length + removed.length === 0) return ', as before';
  return `, ${added.length} new, ${removed.length} fewer`;
}

function definitionLines({ definitions }: PackagePlan, width: number): string[] {
  const words = { create: 'adds', change: 'changes', remove: 'withdraws' } as const;
  return definitions.flatMap(({ role, shortName, summary, action }) =>
    action === 'unchanged'
      ? []
      : labelled(words[action], `${role} ${shortName}${summary ? `: ${summary}` : ''}`, width),
  );
}
