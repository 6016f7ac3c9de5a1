import type { InstallPlan, PackagePlan, PlanBlocker } from '@capstan/capability-center';
import type { Reach } from '../lib/reach.ts';
import { count, enumerate } from '../lib/words.ts';
import { type Terminal, wrap } from './terminal.ts';

const MARKS = { install: '+', upgrade: '~', repair: '~', none: '=' } as const;
const LABEL = 11;

/** A plan for people: each package with version and reason, and what it brings; what forbids it; what to run. */
export function planLines(plan: InstallPlan, reach: Reach, terminal: Terminal, wide: boolean): string[] {
  const width = terminal.columns ?? 100;
  const names = plan.applications.map(({ namespace, name }) => `${namespace}/${name}`);
  const goals = plan.packages.filter(({ goal }) => goal).map(({ name, version }) => `${name}@${version}`);
  return [
    `Plan for context ${plan.cluster.context} (nothing is changed)`,
    ...plan.packages.flatMap((one) => packageLines(one, width, wide)),
    ...(plan.resumes
      ? [`Goes on with a run that stopped at step ${plan.resumes.step} (since ${plan.resumes.since}).`]
      : []),
    ...plan.warnings.flatMap((warning) => labelled('warning', warning, width)),
    names.length === 0
      ? 'No installed application changes.'
      : `Changes types that applications use: ${enumerate(names)}.`,
    ...plan.blockers.flatMap((blocker) => blockerLines(blocker, width)),
    ...(plan.blockers.length === 0 && plan.changes
      ? [`Run it:  ${reach.command(`capstan cap install ${goals.join(' ')}`)}`]
      : []),
    ...(plan.changes ? [] : ['Everything is installed as asked: there is nothing to change.']),
  ];
}

/** Something that forbids to carry a plan out. */
export function blockerLines({ code, message, hint }: PlanBlocker, width: number): string[] {
  return [...labelled('blocked', `${message} [${code}]`, width), ...(hint ? labelled('', hint, width) : [])];
}

/** `label  text`, wrapped below itself. */
export function labelled(label: string, text: string, width: number): string[] {
  const [first = '', ...rest] = wrap(text, Math.max(30, width - LABEL - 4));
  return [`    ${label.padEnd(LABEL)}${first}`, ...rest.map((line) => ' '.repeat(LABEL + 4) + line)];
}

function packageLines(one: PackagePlan, width: number, wide: boolean): string[] {
  const from = one.from === undefined ? '' : ` (from ${one.from})`;
  const head = `${MARKS[one.action]} ${one.name} ${one.version}${from}  ${one.why}`;
  const indented = (text: string) => wrap(text, width - 2).map((line) => `  ${line}`);
  if (one.action === 'none') return indented(`${head}; installed already`);
  return [
    ...indented(head),
    ...one.units.flatMap(({ chart }) =>
      labelled(
        'chart',
        `${chart.name} ${chart.version} from ${chart.mirror === undefined ? chart.repository : `mirror ${chart.mirror}`}${chart.standIn ? ' (a stand-in: it has the objects of the real chart, nothing runs)' : ''}`,
        width,
      ),
    ),
    ...labelled('namespace', `${one.namespace.name}${one.namespace.action === 'create' ? ' (new)' : ''}`, width),
    ...labelled('objects', objectsText(one), width),
    ...(wide
      ? one.units.flatMap(({ objects }) =>
          objects.map(
            ({ object, action }) => `${' '.repeat(LABEL + 4)}${action}  ${object.kind.toLowerCase()}/${object.name}`,
          ),
        )
      : []),
    ...(one.crds.length > 0
      ? labelled(
          'CRDs',
          one.crds.map(({ name, action }) => (action === 'create' ? name : `${name} (${action})`)).join(', '),
          width,
        )
      : []),
    ...rightsLines(one, width, wide),
    ...one.definitions.flatMap(({ role, shortName, summary, action }) =>
      labelled(action === 'create' ? 'adds' : action, `${role} ${shortName}${summary ? `: ${summary}` : ''}`, width),
    ),
  ];
}

function objectsText({ units }: PackagePlan): string {
  const objects = units.flatMap((unit) => unit.objects);
  const kinds = new Map<string, number>();
  for (const { object } of objects) kinds.set(object.kind, (kinds.get(object.kind) ?? 0) + 1);
  const list = [...kinds].map(([kind, amount]) => (amount === 1 ? kind : `${amount} ${kind}`)).join(', ');
  return `${count(objects.length, 'object')}: ${list}`;
}

/** Rights that deserve a second look are always shown; the rest is counted unless asked for. */
function rightsLines({ permissions }: PackagePlan, width: number, wide: boolean): string[] {
  const notable = permissions.flatMap((grant) =>
    grant.notable.map((line) => `${line}, for ${grant.subjects.join(', ')}`),
  );
  const all = permissions.flatMap(({ lines }) => lines);
  const shown = wide
    ? permissions.flatMap((grant) => grant.lines.map((line) => `${line}, for ${grant.subjects.join(', ')}`))
    : notable;
  const total = `${count(all.length, 'rule')} in ${count(permissions.length, 'role')}${notable.length > 0 ? `, ${notable.length} of them far-reaching:` : ''}`;
  return [
    ...labelled('rights', total, width),
    ...[...new Set(shown)].flatMap((line) => labelled('', `! ${line}`, width)),
  ];
}
