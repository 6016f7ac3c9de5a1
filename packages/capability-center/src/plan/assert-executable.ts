import { CapstanError, EXIT } from '@capstan/base';
import type { InstallPlan } from './types.ts';

/**
 * Throws the first blocker of a plan as an error with exit code 5; further ones are named in its hint and listed in
 * `fields.blockers`.
 */
export function assertExecutable({ blockers }: Pick<InstallPlan, 'blockers'>): void {
  const [first, ...others] = blockers;
  if (!first) return;
  const more =
    others.length > 0
      ? `Also: ${others
          .slice(0, 5)
          .map(({ message }) => message)
          .join(' ')}`
      : '';
  const hint = [first.hint, more].filter(Boolean).join(' ');
  throw new CapstanError(first.code, first.message, {
    ...(hint === '' ? {} : { hint }),
    next: first.next ?? [],
    fields: { object: first.object, owner: first.owner, blockers },
    exit: EXIT.blocked,
  });
}
