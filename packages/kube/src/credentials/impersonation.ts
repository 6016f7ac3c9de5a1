import { CapstanError, EXIT } from '@capstan/base';
import { KUBE_CODES } from '../codes.ts';
import type { UserExtras } from './user-extras.ts';

/** Whom to act as (`--as`, `--as-group`, `--as-uid`); each wins over what the kubeconfig says. */
export interface Impersonation {
  readonly as?: string;
  readonly asGroups?: readonly string[];
  readonly asUid?: string;
}

/**
 * The headers by which one user acts as another, from the command line and the kubeconfig's user. Throws CONFIG_INVALID
 * (exit 2) for groups or a uid of nobody, which the API server would refuse with less to go by.
 */
export function impersonationHeaders(
  stated: Impersonation,
  kubeconfigUser: string | undefined,
  extras: UserExtras = {},
): Record<string, string | string[]> {
  const user = stated.as ?? kubeconfigUser;
  const groups = stated.asGroups?.length ? stated.asGroups : (extras.asGroups ?? []);
  const uid = stated.asUid ?? extras.asUid;
  const extra = Object.entries(extras.asUserExtra ?? {});
  if (!user) {
    if (groups.length === 0 && uid === undefined && extra.length === 0) return {};
    throw new CapstanError(KUBE_CODES.kubeconfigInvalid, 'groups, a uid or extras can only be taken on with a user', {
      hint: 'Name the user with --as, or with `as` in the kubeconfig.',
      exit: EXIT.usage,
    });
  }
  return {
    'Impersonate-User': user,
    ...(groups.length > 0 ? { 'Impersonate-Group': [...groups] } : {}),
    ...(uid === undefined ? {} : { 'Impersonate-Uid': uid }),
    ...Object.fromEntries(extra.map(([key, values]) => [`Impersonate-Extra-${encodeURIComponent(key)}`, [...values]])),
  };
}
