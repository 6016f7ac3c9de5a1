import {
  dns1035LabelErrors,
  dns1035Name,
  dnsLabelErrors,
  dnsSubdomainErrors,
  labelName,
  labelValueErrors,
  qualifiedNameErrors,
  subdomainName,
} from '../builtin/names.ts';
import { parseRequestUri } from '../model/go-url.ts';
import { formatOf } from '../schema/formats.ts';
import type { CelEnvironment, CelLibrary } from './engine.ts';

/* Named formats: apiserver pkg/cel/library/format.go. */

type Validate = (text: string) => string[];

class Format {
  readonly validate: Validate;

  constructor(validate: Validate) {
    this.validate = validate;
  }
}

class FormatNamespace {}

/** A format of schemas; what it complains is one sentence. */
function schemaFormat(name: string, complaint: string): Validate {
  return (text) => (formatOf(name)?.matches(text) === true ? [] : [complaint]);
}

const FORMATS: Readonly<Record<string, Validate>> = {
  dns1123Label: dnsLabelErrors,
  dns1123Subdomain: (text) => dnsSubdomainErrors(text),
  dns1035Label: dns1035LabelErrors,
  qualifiedName: qualifiedNameErrors,
  dns1123LabelPrefix: (text) => labelName(text, true),
  dns1123SubdomainPrefix: (text) => subdomainName(text, true),
  dns1035LabelPrefix: (text) => dns1035Name(text, true),
  labelValue: labelValueErrors,
  uri: (text) => (parseRequestUri(text) ? [] : [`parse "${text}": invalid URI for request`]),
  uuid: schemaFormat('uuid', 'does not match the UUID format'),
  byte: schemaFormat('byte', 'invalid base64'),
  date: schemaFormat('date', 'invalid date'),
  datetime: schemaFormat('datetime', 'invalid datetime'),
};

/** Adds format.named, format.dns1123Label and its siblings, and validate. */
export function registerFormats(environment: CelEnvironment, cel: CelLibrary): void {
  const on = (signature: string, handler: (...args: never[]) => unknown): void => {
    environment.registerFunction(signature, handler as (...args: unknown[]) => unknown);
  };
  const formats = new Map(Object.entries(FORMATS).map(([name, validate]) => [name, new Format(validate)]));
  environment.registerType('kubernetes.NamedFormat', { ctor: Format, fields: {} });
  environment.registerType('FormatNamespace', FormatNamespace);
  environment.registerConstant('format', 'FormatNamespace', new FormatNamespace());
  for (const [name, format] of formats) on(`FormatNamespace.${name}(): kubernetes.NamedFormat`, () => format);
  on('FormatNamespace.named(string): optional<kubernetes.NamedFormat>', (_: unknown, name: string) => {
    const found = formats.get(name);
    return found ? cel.Optional.of(found) : cel.Optional.none();
  });
  on('kubernetes.NamedFormat.validate(string): optional<list<string>>', (format: Format, text: string) => {
    const errors = format.validate(text);
    return errors.length > 0 ? cel.Optional.of(errors) : cel.Optional.none();
  });
}
