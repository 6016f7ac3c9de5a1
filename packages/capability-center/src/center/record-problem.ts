import { isAbsolute } from 'node:path';
import { messageOf } from '@capstan/base';
import { parseOciReference } from '../registry/remote/oci-reference.ts';
import { readPublicKey } from '../registry/signature/keys.ts';

const NAME = /^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with a value that should be a CenterRecord; undefined when it is one. Unknown fields are tolerated. */
export function recordProblem(record: unknown): string | undefined {
  const fields = fieldsOf(record);
  const { name, priority = 0, mirrors } = fields;
  if (typeof name !== 'string' || !NAME.test(name)) return 'its name is no DNS label';
  if (!Number.isSafeInteger(priority)) return 'its priority is no whole number';
  return (
    locationProblem(fields) ??
    mirrorsProblem(mirrors) ??
    credentialsProblem(fields['credentials']) ??
    verifyProblem(fields['verify'])
  );
}

function locationProblem({ type, location, plainHttp = false }: Fields): string | undefined {
  if (typeof location !== 'string') return 'it has no location';
  switch (type) {
    case 'directory':
      return isAbsolute(location) ? undefined : 'its location is no absolute path';
    case 'http':
      return httpProblem(location);
    case 'oci':
      if (typeof plainHttp !== 'boolean') return 'plainHttp is neither true nor false';
      return ociProblem(location);
    default:
      return `its type is ${JSON.stringify(type)}; known are "directory", "http" and "oci"`;
  }
}

function httpProblem(address: string): string | undefined {
  const url = URL.parse(address);
  if (!url || !['http:', 'https:'].includes(url.protocol)) return 'its location is no http:// or https:// address';
  if (url.username !== '' || url.password !== '') return 'its location carries credentials';
  return url.search === '' && url.hash === '' ? undefined : 'its location has a query or a fragment';
}

function ociProblem(address: string): string | undefined {
  try {
    parseOciReference(address);
    return undefined;
  } catch (error) {
    return `its location ${messageOf(error)}`;
  }
}

function mirrorsProblem(mirrors: unknown): string | undefined {
  if (!Array.isArray(mirrors)) return 'its mirrors are no list';
  for (const mirror of mirrors) {
    const { name, directory, from, to } = fieldsOf(mirror);
    if (typeof name !== 'string') return 'a mirror lacks its name';
    if (from === undefined && to === undefined) {
      if (typeof directory !== 'string' || !isAbsolute(directory)) return `mirror ${name} has no absolute directory`;
    } else if (!isAddress(from)) return `mirror ${name} does not say from which address`;
    else if (!isAddress(to) && !(typeof to === 'string' && isAbsolute(to))) {
      return `mirror ${name} leads neither to an address nor to an absolute directory`;
    }
  }
  return undefined;
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && /^(https?|oci):\/\/[^/@\s]+(\/[^@\s]*)?$/.test(value);
}

function credentialsProblem(credentials: unknown): string | undefined {
  if (credentials === undefined) return undefined;
  const { secretRef, env } = fieldsOf(credentials);
  if (typeof env === 'string') return VARIABLE.test(env) ? undefined : 'its credentials name no variable';
  const { namespace, name } = fieldsOf(secretRef);
  const named = [namespace, name].every((part) => typeof part === 'string' && OBJECT_NAME.test(part));
  return named ? undefined : 'its credentials name neither a Secret nor a variable';
}

function verifyProblem(verify: unknown): string | undefined {
  if (verify === undefined) return undefined;
  const { keys } = fieldsOf(verify);
  if (!Array.isArray(keys) || keys.length === 0) return 'its policy has no keys';
  for (const key of keys) {
    try {
      readPublicKey(String(key));
    } catch (error) {
      return `a key of its policy cannot be used: ${messageOf(error)}`;
    }
  }
  return undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
