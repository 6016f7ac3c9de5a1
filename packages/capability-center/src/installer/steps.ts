/**
 * Steps of an installation, an upgrade and a rollback, in order. An entry of each is written before its effect. `migrate`
 * comes only with objects that are stored in a former version, `withdraw` only with Definitions that go.
 */
export const INSTALL_STEPS = [
  'begin',
  'fetch',
  'preflight',
  'snapshot',
  'crd',
  'migrate',
  'withdraw',
  'namespace',
  'unit',
  'probe',
  'publish',
  'commit',
  'prune',
] as const;

/** Steps of a removal, in order. */
export const UNINSTALL_STEPS = [
  'begin',
  'withdraw',
  'guard',
  'archive',
  'drain',
  'unit',
  'crd',
  'namespace',
  'tombstone',
] as const;

/** Steps of taking unfinished work back to the state before it, in order. */
export const REVERT_STEPS = [
  'revert',
  'withdraw',
  'unit',
  'crd',
  'namespace',
  'probe',
  'publish',
  'tombstone',
] as const;

/** How a run ended: with success, back in the state before it, or on its way. */
export const ENDINGS = ['done', 'reverted', 'failed', 'interrupted'] as const;

/** What is done to the packages of a journal. */
export type Operation = 'install' | 'upgrade' | 'rollback' | 'uninstall';

/** A step that an entry announces, or how a run ended. */
export type JournalKind =
  | (typeof INSTALL_STEPS)[number]
  | (typeof UNINSTALL_STEPS)[number]
  | (typeof REVERT_STEPS)[number]
  | (typeof ENDINGS)[number];

/**
 * Every boundary of a journal, by operation: the kinds of step before which, after whose record, and after whose effect
 * a process can end. `revert` is what a cancelled or failed operation runs to get back. Which of them a run really
 * passes depends on its packages; it passes some of them once per package or unit.
 */
export const JOURNAL_BOUNDARIES: Readonly<Record<Operation | 'revert', readonly JournalKind[]>> = {
  install: INSTALL_STEPS,
  upgrade: INSTALL_STEPS,
  rollback: INSTALL_STEPS,
  uninstall: UNINSTALL_STEPS,
  revert: REVERT_STEPS,
};
