import { goQuote } from '../model/go-format.ts';
import { formatOf } from '../schema/formats.ts';
import type { Crd } from './definition.ts';
import { versionSchemas, walkSchema } from './schemas-of.ts';

/** Warnings for string formats that are not checked, where they are new. */
export function formatWarnings(next: Crd, live: Crd | undefined): string[] {
  const known = new Set(live ? unknownFormats(live) : []);
  return unknownFormats(next)
    .filter((format) => !known.has(format))
    .map((format) => `unrecognized format ${goQuote(format)}`);
}

function unknownFormats(crd: Crd): string[] {
  const found: string[] = [];
  for (const { schema } of versionSchemas(crd)) {
    walkSchema(schema, '', ({ type, format }) => {
      if (type === 'string' && format !== undefined && format !== '' && !formatOf(format)) found.push(format);
    });
  }
  return [...new Set(found)];
}
