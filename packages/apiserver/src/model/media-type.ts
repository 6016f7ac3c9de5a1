import type { GroupVersionKind } from './object.ts';

/** One clause of an Accept header. */
export interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
  readonly parameters: ReadonlyMap<string, string>;
}

/** What a client gets: one of the offered types, perhaps another kind of object than the endpoint's own. */
export interface Negotiated {
  /** One of the offered media types. */
  readonly mediaType: string;
  /** The object asked for by `as`, `g` and `v`: Table, PartialObjectMetadata, APIGroupDiscoveryList ... */
  readonly transform?: GroupVersionKind;
  readonly pretty: boolean;
}

/**
 * The clauses of an Accept header, those of the highest quality first, then types before wildcards. Clauses that cannot
 * be read are left out (github.com/munnerz/goautoneg).
 */
export function parseAccept(header: string): readonly MediaRange[] {
  const ranges = header.split(',').flatMap((clause) => parseClause(clause) ?? []);
  return ranges.sort(
    (a, b) =>
      b.quality - a.quality ||
      Number(a.type === '*') - Number(b.type === '*') ||
      Number(a.subtype === '*') - Number(b.subtype === '*'),
  );
}

function parseClause(clause: string): MediaRange | undefined {
  const [range = '', ...rest] = clause.split(';');
  const parts = range.split('/').map((part) => part.trim());
  const type = parts[0] ?? '';
  const subtype = parts.length === 1 && type === '*' ? '*' : (parts[1] ?? '');
  if (parts.length > 2 || subtype === '') return undefined;
  const parameters = new Map<string, string>();
  let quality = 1;
  for (const parameter of rest) {
    const [name = '', value, more] = parameter.split('=').map((part) => part.trim());
    if (value === undefined || value === '' || more !== undefined) continue;
    if (name === 'q') quality = Number.parseFloat(value) || 0;
    else parameters.set(name, value);
  }
  return { type, subtype, quality, parameters };
}

/**
 * The first clause of an Accept header that fits an offer and whose transformation the endpoint can make; `allows` is
 * asked with undefined for the endpoint's own kind. Undefined: 406. No header means the first offer. (apiserver
 * endpoints/handlers/negotiation)
 */
export function negotiate(
  accept: string | undefined,
  offers: readonly string[],
  allows: (transform: GroupVersionKind | undefined, mediaType: string) => boolean,
): Negotiated | undefined {
  const first = offers[0];
  if (accept === undefined || accept === '') {
    return first === undefined ? undefined : { mediaType: first, pretty: false };
  }
  for (const range of parseAccept(accept)) {
    const transform = transformOf(range.parameters);
    const mediaType = understood(range) && offers.find((offer) => fits(range, offer) && allows(transform, offer));
    if (!mediaType) continue;
    return { mediaType, pretty: range.parameters.get('pretty') === '1', ...(transform && { transform }) };
  }
  return undefined;
}

/** Other streams than watch, and versions of the server, are never offered. */
function understood({ parameters }: MediaRange): boolean {
  return (parameters.get('stream') ?? 'watch') === 'watch' && !parameters.has('sv');
}

function fits(range: MediaRange, mediaType: string): boolean {
  const [type, subtype] = mediaType.split('/');
  if (range.type === '*') return range.subtype === '*';
  return range.type === type && (range.subtype === '*' || range.subtype === subtype);
}

function transformOf(parameters: ReadonlyMap<string, string>): GroupVersionKind | undefined {
  const [kind, group, version] = ['as', 'g', 'v'].map((name) => parameters.get(name));
  if (kind === undefined && group === undefined && version === undefined) return undefined;
  return { kind: kind ?? '', group: group ?? '', version: version ?? '' };
}
