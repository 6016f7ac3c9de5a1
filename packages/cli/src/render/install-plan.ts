import type { CrdPlan, InstallPlan, PlanBlocker } from '@capstan/capability-center';
import { count, enumerate } from '../lib/words.ts';
import { labelled } from './labelled.ts';
import { packagePlanLines } from './package-plan.ts';
import type { Terminal } from './terminal.ts';

const MOST_REASONS = 4;

/** What `planLines` prints beside the plan. */
export interface PlanPage {
  readonly terminal: Terminal;
  /** Also each object, image and right. */
  readonly wide: boolean;
  /** The command that carries out exactly this plan; absent where somebody is about to be asked. */
  readonly run?: string;
}

/**
 * A plan for people: each package with version and reason and what it brings or changes, which applications notice,
 * whether there is a way back, what forbids it, its digest, and the command that carries out exactly this.
 */
export function planLines(plan: InstallPlan, { terminal, wide, run }: PlanPage): string[] {
  const width = terminal.columns ?? 100;
  const line = (label: string, text: string) => labelled(label, text, width, 0);
  return [
    `Plan for context ${plan.cluster.context} (nothing is changed)`,
    ...plan.packages.flatMap((one) => packagePlanLines(one, width, wide)),
    ...unneededLines(plan, width),
    ...(plan.resumes
      ? line('goes on', `with a run that stopped at step ${plan.resumes.step} (since ${plan.resumes.since})`)
      : []),
    ...plan.warnings.filter((warning) => !isOfVerdict(warning, plan)).flatMap((warning) => line('warning', warning)),
    ...line('apps', applicationsText(plan)),
    ...certificateLines(plan, width),
    ...blockersLines(plan.blockers, width, 0),
    ...endLines(plan, run),
  ];
}

/** What forbids to carry a plan out. A way out that several share is told once, after the last of them. */
export function blockersLines(blockers: readonly PlanBlocker[], width: number, indent?: number): string[] {
  const waysOut = ({ hint, next }: PlanBlocker) => JSON.stringify([hint, next]);
  return blockers.flatMap((blocker, at) => {
    const { code, message, hint, next = [] } = blocker;
    const shared = blockers.slice(at + 1).some((later) => waysOut(later) === waysOut(blocker));
    return [
      ...labelled('blocked', `${message} [${code}]`, width, indent),
      ...(hint && !shared ? labelled('', hint, width, indent) : []),
      ...(shared ? [] : next.flatMap((command) => labelled('', `Try: ${command}`, Number.POSITIVE_INFINITY, indent))),
    ];
  });
}

function applicationsText({ applications }: InstallPlan): string {
  if (applications.length === 0) return 'no application uses what changes';
  return enumerate(
    applications.map(({ namespace, name, definitions }) => `${namespace}/${name} uses ${definitions.join(', ')}`),
  );
}

/** Packages that nothing needs any more once the plan is carried out: told, never removed unasked. */
function unneededLines({ resolution }: InstallPlan, width: number): string[] {
  return resolution.changes
    .filter(({ action }) => action === 'unneeded')
    .flatMap(({ package: name, because }) =>
      labelled('unneeded', `${name}: ${because.text}; it stays until it is uninstalled`, width, 0),
    );
}

function certificateLines({ certificate, changes, operation }: InstallPlan, width: number): string[] {
  if (!changes || (operation === 'install' && certificate.reasons.every(({ code }) => code === 'first-install')))
    return [];
  const { rollback, until, package: name, reasons } = certificate;
  const verdict = {
    possible: 'possible at every step',
    until: `until step ${until}${name === undefined ? '' : ` of ${name}`}; after it there is none`,
    impossible: 'there is none',
  }[rollback];
  const kept = reasons.filter(({ code }) => code === 'crd-kept').length;
  const told = reasons.filter(
    ({ effect, code }) => effect === 'ends' || (rollback === 'possible' && code !== 'crd-kept'),
  );
  return [
    ...labelled('way back', verdict, width, 0),
    ...told.slice(0, MOST_REASONS).flatMap(({ text }) => labelled('', text, width, 0)),
    ...(told.length > MOST_REASONS
      ? labelled('', `and ${told.length - MOST_REASONS} more reasons (-o json shows them)`, width, 0)
      : []),
    ...(kept > 0 && rollback !== 'impossible'
      ? labelled('', `${count(kept, 'CRD')} would stay as the new version has them`, width, 0)
      : []),
  ];
}

/** A warning about a CRD of which the same is shown already: its verdict, or that a newer one stays. */
function isOfVerdict(warning: string, { packages }: InstallPlan): boolean {
  const told = ({ action, verdict }: CrdPlan) => action === 'keep-newer' || (verdict && verdict.verdict !== 'safe');
  const crds = packages.flatMap((one) => one.crds.filter(told));
  return crds.some(({ name }) => warning.startsWith(`The CRD ${name} `));
}

function endLines({ blockers, changes, digest }: InstallPlan, run: string | undefined): string[] {
  return changes ? runLines({ blockers, digest }, run) : ['Everything is as asked: there is nothing to change.'];
}

/** The digest of a plan that can be carried out, and the command that carries out exactly this one. */
export function runLines(
  { blockers, digest }: Pick<InstallPlan, 'blockers' | 'digest'>,
  run: string | undefined,
): string[] {
  if (blockers.length > 0 || run === undefined) return [];
  return [`Digest: ${digest}`, `Run it:  ${run}`, 'As data:  add -o json or -o yaml'];
}
