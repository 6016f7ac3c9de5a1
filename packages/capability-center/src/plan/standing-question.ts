import type { InstallerContext } from '../installer/context.ts';
import { readState } from '../installer/state.ts';
import type { ResolverInput } from '../resolver/types.ts';
import { readFacts } from './facts.ts';
import { resolverInput, universe } from './resolver-question.ts';

/**
 * What the resolver would be asked if nobody wanted anything new: what is wanted and installed, what the centers offer,
 * and the facts of the cluster. For `whyInstalled`, `packageGraph` and `whatIf`. Only reads; throws SYSTEM_MISSING.
 */
export async function standingQuestion(
  context: Pick<InstallerContext, 'client' | 'catalog' | 'command'>,
): Promise<ResolverInput> {
  const [state, facts] = await Promise.all([readState(context), readFacts(context.client)]);
  const entries = await universe(context, state, {});
  return resolverInput(state, facts, { asked: [], besides: [], entries, policy: {} });
}
