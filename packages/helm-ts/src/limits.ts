import type { CallOptions } from './call-types.ts';

const WRITE_LIMIT_MS = 300_000;
const READ_LIMIT_MS = 60_000;

/** How long a call that only reads may take. */
export const readLimit = (flags: CallOptions): number => flags.timeLimitMs ?? READ_LIMIT_MS;

/** How long a call that changes the cluster may take. */
export const writeLimit = (flags: CallOptions): number => flags.timeLimitMs ?? WRITE_LIMIT_MS;
