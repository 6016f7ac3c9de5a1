import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { JsonMap } from '../script/types.ts';

const FOLDER = fileURLToPath(new URL('templates/', import.meta.url));

/** What is known about a built-in type to make scripts for it. Every change is a JSON merge patch. */
export interface Template {
  readonly apiVersion: string;
  readonly resource: string;
  readonly kind: string;
  readonly cluster?: boolean;
  /** Its scripts may not run beside others. */
  readonly alone?: boolean;
  /** The server itself writes to its objects whenever it wants: only what is refused can be compared. */
  readonly restless?: boolean;
  /** It is only admitted where the namespace has the default service account. */
  readonly accounts?: boolean;
  /** It cannot be deleted as a collection. */
  readonly noCollectionDelete?: boolean;
  /** It keeps a finalizer that only a controller takes away, so that it is never gone. */
  readonly protected?: boolean;
  /** Names for types whose names follow rules of their own; three. */
  readonly names?: readonly string[];
  /** What the body has to say beside the name, for each of `names`. */
  readonly perName?: readonly JsonMap[];
  /** The smallest valid body without apiVersion, kind and name. */
  readonly minimal: JsonMap;
  /** A valid change, and another one of the same fields. */
  readonly change: JsonMap;
  readonly other: JsonMap;
  /** Added to `minimal`: a body with much more in it. */
  readonly full?: JsonMap;
  /** Further valid bodies: changes of `minimal` by what they show. */
  readonly variants?: Readonly<Record<string, JsonMap>>;
  /** Changes of `minimal` that make it invalid, by what is wrong. */
  readonly invalid: Readonly<Record<string, JsonMap>>;
  /** A change of `minimal` that gives a field another JSON type. */
  readonly wrongType: JsonMap;
  /** A change that is refused on update; `from` is added to `minimal` first. */
  readonly immutable?: { readonly from?: JsonMap; readonly to: JsonMap };
  /** A valid change of the status. */
  readonly status?: JsonMap;
  readonly scale?: boolean;
}

/** Reads the templates of all types, in order of type. */
export async function loadTemplates(folder = FOLDER): Promise<Template[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort();
  const groups = await Promise.all(
    files.map(async (file) => {
      const group = parse(await readFile(join(folder, file), 'utf8')) as { apiVersion: string; types: Template[] };
      return group.types.map((type) => ({ ...type, apiVersion: group.apiVersion }));
    }),
  );
  return groups.flat();
}
