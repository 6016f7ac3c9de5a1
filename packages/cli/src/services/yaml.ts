import { type CreateNodeOptions, type ToStringOptions, stringify as write } from 'yaml';

// `yaml` is CommonJS: once bundled, its names can be imported statically but not with `import()`. Commands import this.
export { parse } from 'yaml';

/** A value as YAML that says the same to readers of 1.1, as kubectl is, and of 1.2: a text `on` is none when it is bare. */
export function stringify(value: unknown, options: CreateNodeOptions & ToStringOptions): string {
  return write(value, { ...options, compat: 'yaml-1.1' });
}
