// `yaml` is CommonJS: once bundled, its names can be imported statically but not with `import()`. Commands import this.
export { parse, stringify } from 'yaml';
