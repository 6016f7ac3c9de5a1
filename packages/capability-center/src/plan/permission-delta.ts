import type { PolicyRule } from '@capstan/capability-model';
import { describeRule, isNotableRule, type PermissionGrant } from './permissions.ts';
import { rightsBeyond } from './rights.ts';

/** One right in words. */
export interface PermissionLine {
  /** `cluster`, or the namespace in which it holds. */
  readonly scope: string;
  readonly subjects: readonly string[];
  readonly role: string;
  readonly line: string;
  /** Secrets of the whole cluster, wildcards, escalation, impersonation: worth a second look. */
  readonly notable: boolean;
}

/** What changes in the rights of a package's programs. */
export interface PermissionDelta {
  /** Rights that the version in force does not have; all of them on a first installation. */
  readonly added: readonly PermissionLine[];
  readonly removed: readonly PermissionLine[];
  /** Rights of the rendered roles that the package's metadata does not declare. */
  readonly undeclared: readonly PermissionLine[];
}

/** Nothing changes. */
export const NO_PERMISSION_DELTA: PermissionDelta = { added: [], removed: [], undeclared: [] };

/**
 * Compares rights, not texts: a rule that was split in two or moved to another role of the same account adds nothing.
 * `declared` are the rights that the package's metadata names; what lies beyond them is told apart.
 */
export function permissionDelta(
  wanted: readonly PermissionGrant[],
  before: readonly PermissionGrant[],
  declared: readonly PolicyRule[],
): PermissionDelta {
  return {
    added: beyond(wanted, before),
    removed: beyond(before, wanted),
    undeclared: wanted.flatMap((grant) => grant.rules.flatMap((rule) => linesOf(grant, rightsBeyond(rule, declared)))),
  };
}

function beyond(wanted: readonly PermissionGrant[], known: readonly PermissionGrant[]): PermissionLine[] {
  return wanted.flatMap((grant) => {
    const rules = known.filter((other) => holdsFor(other, grant)).flatMap((other) => other.rules);
    if (grant.rules.length > 0)
      return linesOf(
        grant,
        grant.rules.flatMap((rule) => rightsBeyond(rule, rules)),
      );
    // A role that is not part of the package: what it grants is not known here, only that it is bound.
    const bound = known.some((other) => holdsFor(other, grant) && other.role === grant.role);
    return bound ? [] : grant.lines.map((line) => lineOf(grant, line, grant.notable.includes(line)));
  });
}

/** Whether a grant's rights hold at least where another one's do, for all of its subjects. */
function holdsFor(grant: PermissionGrant, other: PermissionGrant): boolean {
  const scope = grant.scope === 'cluster' || grant.scope === other.scope;
  return scope && other.subjects.every((subject) => grant.subjects.includes(subject));
}

function linesOf(grant: PermissionGrant, rules: readonly PolicyRule[]): PermissionLine[] {
  return rules.map((rule) => lineOf(grant, describeRule(rule, grant.scope), isNotableRule(rule, grant.scope)));
}

function lineOf({ scope, subjects, role }: PermissionGrant, line: string, notable: boolean): PermissionLine {
  return { scope, subjects, role, line, notable };
}
