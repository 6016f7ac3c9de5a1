/** How to authenticate at a host. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly token: string };

/** Finds the credentials for a host (with its port); undefined where there are none. */
export type CredentialsFor = (host: string) => Promise<Credentials | undefined>;

/** The `Authorization` header of credentials. */
export function authorizationOf(credentials: Credentials | undefined): string | undefined {
  if (!credentials) return undefined;
  if ('token' in credentials) return `Bearer ${credentials.token}`;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}
