import { dirname, isAbsolute, join } from 'node:path';

/** What a kubeconfig says about a user and the client library drops. */
export interface UserExtras {
  /** Absolute. Read again from time to time: who issues short-lived tokens replaces the file. */
  readonly tokenFile?: string;
  readonly asGroups?: readonly string[];
  readonly asUid?: string;
  readonly asUserExtra?: Readonly<Record<string, readonly string[]>>;
}

/** Most files hold none of it, and are then not parsed a second time. */
const HELD = /\b(tokenFile|as-groups|as-uid|as-user-extra)\b/;

/** The extras of the users of a kubeconfig, by their names. */
export async function readUserExtras(text: string, file: string): Promise<ReadonlyMap<string, UserExtras>> {
  if (!HELD.test(text)) return new Map();
  const { parse } = await import('yaml');
  const { users } = (parse(text) ?? {}) as { users?: unknown };
  const entries = Array.isArray(users) ? (users as { name?: unknown; user?: unknown }[]) : [];
  return new Map(
    entries.flatMap(({ name, user }) =>
      typeof name === 'string' && typeof user === 'object' && user !== null
        ? [[name, extrasOf(user as Record<string, unknown>, file)] as const]
        : [],
    ),
  );
}

function extrasOf(user: Readonly<Record<string, unknown>>, file: string): UserExtras {
  const { tokenFile, 'as-groups': groups, 'as-uid': uid, 'as-user-extra': extra } = user;
  return {
    ...(typeof tokenFile === 'string' && tokenFile !== '' ? { tokenFile: absolute(tokenFile, file) } : {}),
    ...(Array.isArray(groups) ? { asGroups: groups.map(String) } : {}),
    ...(typeof uid === 'string' ? { asUid: uid } : {}),
    ...(typeof extra === 'object' && extra !== null ? { asUserExtra: extra as Record<string, string[]> } : {}),
  };
}

/** Paths in a kubeconfig are relative to the folder that it is in. */
export function absolute(path: string, file: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}
