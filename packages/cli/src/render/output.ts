import { CapstanError, EXIT } from '@capstan/base';
import { didYouMean } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import type { JsonPathTemplate } from './jsonpath.ts';
import { type Column, renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Forms in which every read command prints; the last one with a template: `jsonpath={.items[*].name}`. */
export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml', 'name', 'jsonpath'] as const;

/** One of the output forms. */
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** What `-o` asks for. */
export interface OutputChoice {
  readonly format: OutputFormat;
  /** Fills the template of `jsonpath=`. */
  readonly template?: JsonPathTemplate;
}

/**
 * Reads the value of `-o`. Anything that is no form, or no JSONPath, is a usage error; `besides` are the forms that a
 * command has of its own.
 */
export async function parseOutput(text: string, besides: readonly string[] = []): Promise<OutputChoice> {
  const [name = '', ...rest] = text.split('=');
  const format = OUTPUT_FORMATS.find((each) => each === name);
  if (format === 'jsonpath' && rest.length > 0) {
    const { parseJsonPath } = await import('./jsonpath.ts');
    return { format, template: parseJsonPath(rest.join('=')) };
  }
  if (format !== undefined && format !== 'jsonpath' && rest.length === 0) return { format };
  const forms = [...besides, ...OUTPUT_FORMATS];
  throw new CapstanError(CLI_CODES.usage, `-o ${text} is no form of output`, {
    hint: didYouMean(text, forms) ?? `There are: ${forms.join(', ')}=TEMPLATE.`,
    exit: EXIT.usage,
  });
}

/** Version of the machine output: fields are added, never renamed. */
export const OUTPUT_API_VERSION = 'cli.capstan.dev/v1';

/** A list to print in any form. */
export interface Listing<T> {
  /** Kind of the envelope, `CapabilityList`. */
  readonly kind: string;
  readonly items: readonly T[];
  readonly columns: readonly Column<T>[];
  /** `-o name`: what other commands take as an argument. */
  readonly name: (item: T) => string;
  /** Said on stderr when there is nothing. */
  readonly empty: string;
  /** Lines for people in place of a table, where each item has more to say than fits a line. */
  readonly text?: (item: T) => readonly string[];
}

/** One thing to print in any form. */
export interface Document {
  /** Kind of the envelope. */
  readonly kind: string;
  readonly data: object;
  readonly name: string;
  /** Lines for people. */
  readonly text: (format: 'table' | 'wide') => readonly string[];
}

/** The two streams of a command: data on stdout, everything else on stderr. */
export class Output {
  readonly format: OutputFormat;
  readonly #template: JsonPathTemplate | undefined;
  readonly quiet: boolean;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** JSON as one line for each object, as `--watch` prints it. */
  compact = false;

  constructor(options: { output: OutputChoice; quiet: boolean; stdout: Terminal; stderr: Terminal }) {
    this.format = options.output.format;
    this.#template = options.output.template;
    this.quiet = options.quiet;
    this.stdout = options.stdout;
    this.stderr = options.stderr;
  }

  /** True when a program reads the output. */
  get forMachines(): boolean {
    return this.format === 'json' || this.format === 'yaml' || this.format === 'jsonpath';
  }

  /** Writes data. */
  data(lines: readonly string[]): void {
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  }

  /** Writes a message; nothing with `--quiet`. */
  note(...lines: readonly string[]): void {
    if (!this.quiet && lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
  }

  /** Prints a list in the asked form. */
  async list<T>(listing: Listing<T>): Promise<void> {
    const { kind, items, columns, name, empty, text } = listing;
    if (this.forMachines) return this.envelope(kind, { items });
    if (this.format === 'name') return this.data(items.map(name));
    if (items.length === 0) return this.note(empty);
    if (text) return this.data(items.flatMap(text));
    this.data(renderTable(items, columns, { terminal: this.stdout, wide: this.format === 'wide' }));
  }

  /** Prints one thing in the asked form. */
  async document({ kind, data, name, text }: Document): Promise<void> {
    if (this.forMachines) return this.envelope(kind, data);
    if (this.format === 'name') return this.data(name === '' ? [] : [name]);
    this.data(text(this.format === 'wide' ? 'wide' : 'table'));
  }

  /** Prints an object of `cli.capstan.dev/v1` as JSON or YAML. The data has no apiVersion and kind of its own. */
  async envelope(kind: string, data: object): Promise<void> {
    await this.raw({ apiVersion: OUTPUT_API_VERSION, kind, ...data });
  }

  /** Prints an object as it is, as JSON, or as YAML or through a template where that was asked for. */
  async raw(object: object): Promise<void> {
    // As kubectl prints it: what the template says, with no line end of our own.
    if (this.#template) {
      process.stdout.write(this.#template(object));
      return;
    }
    if (this.format !== 'yaml') return this.data([JSON.stringify(object, undefined, this.compact ? undefined : 2)]);
    const { stringify } = await import('../services/yaml.ts');
    this.data([stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd()]);
  }
}
