import type { ListedCenter } from '@capstan/capability-center';
import { formatAge } from '../lib/duration.ts';

/** A center as it is listed: its record and what is known of it. Credentials are named, never shown. */
export function centerRow({ record, packages, fetchedAt, ageMs, problem }: ListedCenter) {
  const { credentials } = record;
  return {
    ...record,
    ...(packages === undefined ? {} : { packages }),
    ...(fetchedAt === undefined ? {} : { fetchedAt }),
    ...(ageMs === undefined ? {} : { ageSeconds: Math.floor(ageMs / 1000), age: formatAge(fetchedAt) }),
    ...(problem === undefined ? {} : { problem }),
    ...(credentials ? { credentialsFrom: credentialsText(credentials) } : {}),
  };
}

function credentialsText(credentials: NonNullable<ListedCenter['record']['credentials']>): string {
  if ('env' in credentials) return `env:${credentials.env}`;
  return `secret:${credentials.secretRef.namespace}/${credentials.secretRef.name}`;
}
