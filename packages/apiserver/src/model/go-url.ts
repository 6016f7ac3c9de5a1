/** The parts of a URL as Go's net/url sees them; all decoded but `host`, which may carry a port. */
export interface GoUrl {
  readonly scheme: string;
  readonly host: string;
  /** Host without port and brackets. */
  readonly hostname: string;
  readonly port: string;
  readonly path: string;
  readonly escapedPath: string;
  readonly rawQuery: string;
}

const HOST = /^[\w\-.~!$&'()*+,;=:[\]<>"%]*$/;
const ESCAPE = /%(?![0-9A-Fa-f]{2})/;

/**
 * A URI as in a request line: absolute, or an absolute path (url.ParseRequestURI). Fragments count as part of the
 * path. Returns undefined where Go gives an error.
 */
export function parseRequestUri(text: string): GoUrl | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is forbidden
  if (text === '' || /[\x00-\x1f\x7f]/.test(text)) return undefined;
  if (text === '*') return { scheme: '', host: '', hostname: '', port: '', path: '*', escapedPath: '*', rawQuery: '' };
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1] ?? '';
  let rest = scheme === '' ? text : text.slice(scheme.length + 1);
  if (scheme === '' && /^[^/?#]*:/.test(text)) return undefined;
  const question = rest.indexOf('?');
  const rawQuery = question < 0 ? '' : rest.slice(question + 1);
  if (question >= 0) rest = rest.slice(0, question);
  if (!rest.startsWith('/')) {
    // What does not begin with a slash is opaque, which needs a scheme.
    return scheme === '' ? undefined : emptyHost(scheme, '', rawQuery);
  }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) return emptyHost(scheme, rest, rawQuery);
  if (scheme === '') return emptyHost(scheme, rest, rawQuery);
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  return withAuthority(scheme, authority, slash < 0 ? '' : rest.slice(slash), rawQuery);
}

function emptyHost(scheme: string, path: string, rawQuery: string): GoUrl | undefined {
  const decoded = decode(path);
  if (decoded === undefined) return undefined;
  return { scheme: scheme.toLowerCase(), host: '', hostname: '', port: '', ...paths(path, decoded), rawQuery };
}

function paths(escapedPath: string, path: string): { path: string; escapedPath: string } {
  return { path, escapedPath: /[^\w\-.~!$&'()*+,;=:@/%[\]]/.test(escapedPath) ? encodeURI(path) : escapedPath };
}

function decode(text: string): string | undefined {
  if (ESCAPE.test(text)) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    // Escapes that are no UTF-8 are legal; Go keeps the bytes.
    return Buffer.from(unescape(text), 'latin1').toString('utf8');
  }
}

function withAuthority(scheme: string, authority: string, rest: string, rawQuery: string): GoUrl | undefined {
  const at = authority.lastIndexOf('@');
  if (at >= 0 && !/^[\w\-.~!$&'()*+,;=:%@]*$/.test(authority.slice(0, at))) return undefined;
  const host = authority.slice(at + 1);
  const parts = splitHost(host);
  const path = decode(rest);
  if (!parts || path === undefined) return undefined;
  return { scheme: scheme.toLowerCase(), host, ...parts, ...paths(rest, path), rawQuery };
}

function splitHost(host: string): { hostname: string; port: string } | undefined {
  const nonAscii = [...host].some((character) => character > '\x7f');
  if ((!HOST.test(host) && !nonAscii) || /[\s\\^`{|}]/.test(host)) return undefined;
  const literal = /^\[([^\]]*)\](?::(\d*))?$/.exec(host);
  if (literal) return { hostname: literal[1] ?? '', port: literal[2] ?? '' };
  if (host.startsWith('[')) return undefined;
  if (/%(?![89A-Fa-f][0-9A-Fa-f])/.test(host)) return undefined;
  const colon = host.lastIndexOf(':');
  if (colon < 0) return { hostname: host, port: '' };
  const port = host.slice(colon + 1);
  return /^\d*$/.test(port) ? { hostname: host.slice(0, colon), port } : undefined;
}
