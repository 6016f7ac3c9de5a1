import type { JsonObject } from '@capstan/base';
import { CONTRACT_API_VERSION, CONTRACT_KIND } from './contract.ts';
import { DNS_LABEL, list, matching, SEMVER, text } from './schema-words.ts';

/** The JSON Schema (2020-12) of a contract document; contracts are always read strictly. */
export function contractSchema(): JsonObject {
  const feature = strict({ name: matching(DNS_LABEL), summary: text(200), test: matching('^[a-z0-9][-a-z0-9/.]*$') });
  const version = strict(
    { version: matching(SEMVER), features: list(feature, { minItems: 1, maxItems: 100 }) },
    { notes: text() },
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: CONTRACT_KIND,
    ...strict({
      apiVersion: { const: CONTRACT_API_VERSION },
      kind: { const: CONTRACT_KIND },
      id: matching(DNS_LABEL),
      summary: text(120),
      versions: list(version, { minItems: 1, maxItems: 100 }),
    }),
  };
}

function strict(required: JsonObject, optional: JsonObject = {}): JsonObject {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}
