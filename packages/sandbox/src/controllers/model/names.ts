import { randomInt } from 'node:crypto';

/** The letters of generated names: no vowels and no digits that look like them (apimachinery util/rand). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** The random suffix of a name made from generateName: five letters. */
export function randomSuffix(): string {
  return Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/**
 * A hash of any JSON value as Kubernetes shows hashes: 32 bits of FNV-1a in decimal digits, each turned into a letter that
 * makes no words (rand.SafeEncodeString). The value of a template differs from the real one's, which hashes Go's way of
 * printing a struct; it is as stable, and does not depend on the order of fields.
 */
export function hashOf(value: unknown, collisions = 0): string {
  const text = canonical(value) + (collisions > 0 ? `#${collisions}` : '');
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return [...String(hash)].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}

/** JSON with the fields of every object in order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
}
