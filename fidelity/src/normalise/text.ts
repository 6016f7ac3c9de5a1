import type { Identities } from './identities.ts';

const TIME = /\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)/g;
const JWT = /\bey[\w-]{10,}\.[\w-]+\.[\w-]+/g;
const DAY_MS = 24 * 3600 * 1000;

/**
 * A text without what is different in every run: UUIDs, names with random endings, times of now (a time that is more than
 * a day away was in the request), tokens, hashes of OpenAPI documents, and resource versions inside messages.
 */
export function normaliseText(text: string, identities: Identities): string {
  return identities
    .replaceIn(text)
    .replace(TIME, (whole, seconds: string, fraction?: string) => {
      const isNow = Math.abs(Date.parse(`${seconds}Z`) - Date.now()) < DAY_MS;
      if (!isNow) return whole;
      return fraction === undefined ? '<now>' : '<now, with fraction>';
    })
    .replace(JWT, '<token>')
    .replace(/\bhash=[0-9A-Fa-f]+/g, 'hash=<hash>')
    .replace(/\bkube-api-access-[a-z0-9]{5}\b/g, 'kube-api-access-<random>')
    .replace(/(too old resource version: )\d+ \(\d+\)/gi, '$1<version>')
    .replace(/(ResourceVersion in (?:record \(|object meta: ))\d+/g, '$1<version>')
    .replace(/(resourceVersion\\*":\\*")\d+/g, '$1<version>')
    .replace(/(\d:)3[0-2]\d{3}(?=\/)/g, '$1<node port>')
    .replace(/(Too large resource version: )\d+(, current: )\d+/g, '$1<version>$2<version>')
    .replace(/\b10\.(?:96|20[0-2])\.\d{1,3}\.\d{1,3}\b/g, '<cluster ip>')
    .replace(/\b127\.0\.0\.1:\d{4,5}\b/g, '<server address>')
    .replace(/\bv1\.35\.4(\+sim)?\b/g, '<server version>');
}
