import { groupOf } from '@capstan/base';
import { type ChangePlan, countsOf, type ObjectChange } from '../changes/model.ts';
import { changeLines, sign } from './changes.ts';
import type { Terminal } from './terminal.ts';

/** A plan before it is carried out: every object that differs with its fields, then how many do not. */
export function planLines(plan: ChangePlan, terminal: Terminal): string[] {
  const { unchanged } = countsOf(plan);
  const differing = plan.objects.filter(({ action }) => action !== 'unchanged');
  return [
    ...saidOnce(differing).flatMap((change) => objectLines(change, terminal)),
    ...(unchanged > 0 ? [`  ${sign('unchanged', terminal)} ${unchanged} unchanged`] : []),
    ...unreadableLines(plan).map((line) => `  ${line}`),
  ];
}

/** A plan as a difference: one block for each object that differs, then a line that counts. */
export function diffLines(plan: ChangePlan, terminal: Terminal): string[] {
  const { created, changed, unchanged, removed } = countsOf(plan);
  const differing = plan.objects.filter(({ action }) => action !== 'unchanged');
  const blocks = saidOnce(differing).flatMap((each) => blockOf(each, terminal));
  const differ = created + changed;
  return [
    ...blocks,
    ...unreadableLines(plan),
    `${differ} ${differ === 1 ? 'object differs' : 'objects differ'}, ${unchanged} the same, ${removed} removed`,
  ];
}

/** `deployment.apps/web`, as kubectl names it. */
export function resourceOf({ apiVersion, kind, name }: ObjectChange): string {
  const group = groupOf(apiVersion);
  return `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${name}`;
}

/** Who may not read what the operator makes can still apply files: only what becomes of them cannot be told before. */
function unreadableLines({ unreadable }: ChangePlan): string[] {
  return unreadable.map((name) => `? what becomes of application ${name} is not compared: you may not read it`);
}

/** What a component waits for is told with its first object, not with each. */
function saidOnce(changes: readonly ObjectChange[]): ObjectChange[] {
  const said = new Set<string>();
  return changes.map((change) => {
    const { waitsFor = [], application, component, ...rest } = change;
    const fresh = waitsFor.filter((what) => !said.has(`${application}/${component}/${what}`));
    for (const what of fresh) said.add(`${application}/${component}/${what}`);
    return { ...rest, ...(fresh.length > 0 ? { waitsFor: fresh } : {}) };
  });
}

function objectLines(change: ObjectChange, terminal: Terminal): string[] {
  const { kind, name, action, fields } = change;
  const head = `  ${sign(action, terminal)} ${shortKind(kind)}/${name}`;
  const notes = notesOf(change).map((note) => `      ${note}`);
  const [only] = fields.length === 1 ? changeLines(fields[0] ?? { path: '', change: 'changed' }, '', terminal) : [];
  const width = terminal.columns ?? 100;
  if (only !== undefined && head.length + 2 + only.length <= width) return [`${head}  ${only}`, ...notes];
  return [head, ...fields.flatMap((field) => changeLines(field, '      ', terminal)), ...notes];
}

function blockOf(change: ObjectChange, terminal: Terminal): string[] {
  const { action, fields } = change;
  const note = action === 'created' ? '  (new)' : action === 'removed' ? '  (removed)' : '';
  return [
    `${resourceOf(change)}${note}`,
    ...fields.flatMap((field) => changeLines(field, '  ', terminal)),
    ...notesOf(change).map((line) => `  ${line}`),
  ];
}

function notesOf({ restartsPods, waitsFor = [] }: ObjectChange): string[] {
  return [...(restartsPods ? ['restarts pods'] : []), ...waitsFor.map((what) => `later: ${what}`)];
}

function shortKind(kind: string): string {
  return kind === 'ApplicationConfiguration' ? 'application' : kind.toLowerCase();
}
