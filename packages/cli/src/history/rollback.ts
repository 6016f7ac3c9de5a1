import { CapstanError, EXIT, type JsonObject } from '@capstan/base';
import { type ApplicationComponent, type ApplicationConfiguration, componentNameOf } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { entriesOf, unknownComponent } from '../lib/applications.ts';
import { enumerate } from '../lib/words.ts';
import type { RevisionRow } from './revisions.ts';

/** What was asked for. */
export interface RollbackWish {
  /** Component or instance; may be left out where only one component has an earlier revision. */
  readonly component?: string | undefined;
  /** Number or name of a revision; without it the one before the one that runs. */
  readonly to?: string | undefined;
}

/** A rollback that is decided. */
export interface Rollback {
  readonly component: string;
  readonly from: RevisionRow;
  readonly to: RevisionRow;
  /** Number of the component's newest revision: naming it goes forward again. */
  readonly newest: number;
  /** `spec.components` of the application afterwards. */
  readonly components: readonly ApplicationComponent[];
}

/**
 * Which revision an application is to name from now on. The newest one is not named: the application then follows the
 * component again. Pure. Fails with exit 2 and the revisions or components that there are, with exit 5 where there is
 * nothing to go back to.
 */
export function decideRollback(
  application: ApplicationConfiguration,
  rows: readonly RevisionRow[],
  { component: wanted, to }: RollbackWish,
): Rollback {
  const component = componentFor(application, rows, wanted);
  const own = rows.filter((row) => row.component === component);
  const from = current(application, component, own);
  const target = to === undefined ? own[own.indexOf(from) - 1] : own.find((row) => isNamed(row, to));
  if (!target)
    throw to === undefined ? nothingBefore(application, from) : unknownRevision(application, component, own, to);
  const components = application.spec.components.map((entry) =>
    componentNameOf(entry) === component && isMeant(application, entry, wanted) ? pointed(entry, target) : entry,
  );
  return { component, from, to: target, newest: own.at(-1)?.number ?? target.number, components };
}

/** The entry with `revisionName`, or for the newest revision with `componentName`. Nothing else in it changes. */
function pointed(entry: ApplicationComponent, { component, revision, latest }: RevisionRow): ApplicationComponent {
  const named = latest ? { componentName: component } : { revisionName: revision };
  const rest = Object.entries(entry).filter(([name]) => name !== 'componentName' && name !== 'revisionName');
  return { ...named, ...(Object.fromEntries(rest) as JsonObject) };
}

function isMeant(
  application: ApplicationConfiguration,
  entry: ApplicationComponent,
  wanted: string | undefined,
): boolean {
  return entriesOf(application, wanted).includes(entry);
}

function componentFor(
  application: ApplicationConfiguration,
  rows: readonly RevisionRow[],
  wanted: string | undefined,
): string {
  const names = [...new Set(entriesOf(application, wanted).map(componentNameOf))];
  if (wanted !== undefined && names[0] === undefined) throw unknownComponent(application, wanted);
  const movable = names.filter((name) => rows.filter((row) => row.component === name).length > 1);
  const [only] = wanted === undefined ? movable : names;
  if (only !== undefined && (wanted !== undefined || movable.length === 1)) return only;
  const { name } = application.metadata;
  if (movable.length === 0) {
    throw new CapstanError(CLI_CODES.noRevision, `no component of ${name} has an earlier revision`, {
      hint: 'A component gets a revision with each change of its spec.',
      next: [`capstan history ${name}`],
      exit: EXIT.blocked,
    });
  }
  throw new CapstanError(CLI_CODES.usage, `which component of ${name}? ${enumerate(movable)} have earlier revisions`, {
    next: movable.map((component) => `capstan rollback ${name} -c ${component}`),
    exit: EXIT.usage,
  });
}

/** The revision that the application is made from now, or means to be. */
function current(application: ApplicationConfiguration, component: string, own: readonly RevisionRow[]): RevisionRow {
  const found = own.find(({ pinned }) => pinned) ?? own.find(({ runs }) => runs) ?? own.at(-1);
  if (found) return found;
  throw new CapstanError(CLI_CODES.noRevision, `component ${component} has no revision yet`, {
    hint: 'The operator makes the first one as soon as it sees the component.',
    next: [`capstan status ${application.metadata.name}`],
    exit: EXIT.blocked,
  });
}

function isNamed({ revision, number }: RevisionRow, to: string): boolean {
  return revision === to || String(number) === to.replace(/^v/, '');
}

function nothingBefore(application: ApplicationConfiguration, { component, revision }: RevisionRow): CapstanError {
  const { name } = application.metadata;
  return new CapstanError(CLI_CODES.noRevision, `there is no revision of ${component} before ${revision}`, {
    next: [`capstan history ${name} -c ${component}`],
    exit: EXIT.blocked,
  });
}

function unknownRevision(
  application: ApplicationConfiguration,
  component: string,
  own: readonly RevisionRow[],
  to: string,
): CapstanError {
  const { name } = application.metadata;
  return new CapstanError(CLI_CODES.notFound, `component ${component} has no revision ${to}`, {
    hint: `There are: ${own.map(({ number }) => number).join(', ') || 'none'}.`,
    next: [`capstan history ${name} -c ${component}`],
    exit: EXIT.usage,
  });
}
