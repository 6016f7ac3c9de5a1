import * as Flags from '@oclif/core/flags';
import { type OutputChoice, parseOutput } from '../render/output.ts';
import { parseDuration } from './duration.ts';

const output = Flags.custom<OutputChoice>({ parse: async (text) => parseOutput(text) });
const duration = Flags.custom<number>({ parse: async (text) => parseDuration(text) });

/** Flags that every command has. */
export const globalFlags = {
  namespace: Flags.string({ char: 'n', summary: 'namespace to work in', helpValue: 'NS', helpGroup: 'GLOBAL' }),
  'all-namespaces': Flags.boolean({ char: 'A', summary: 'all namespaces', helpGroup: 'GLOBAL' }),
  context: Flags.string({
    summary: 'context of the kubeconfig; `sandbox` is always the sandbox',
    helpValue: 'NAME',
    helpGroup: 'GLOBAL',
  }),
  kubeconfig: Flags.string({ summary: 'kubeconfig file to use', helpValue: 'FILE', helpGroup: 'GLOBAL' }),
  as: Flags.string({ summary: 'user to act as', helpValue: 'USER', helpGroup: 'GLOBAL' }),
  'as-group': Flags.string({
    summary: 'group to act as; may be repeated',
    helpValue: 'GROUP',
    multiple: true,
    helpGroup: 'GLOBAL',
  }),
  'as-uid': Flags.string({ summary: 'uid to act as', helpValue: 'UID', helpGroup: 'GLOBAL' }),
  output: output({
    char: 'o',
    summary: 'form of the output: table, wide, json, yaml, name or jsonpath=TEMPLATE',
    helpValue: 'FORM',
    helpGroup: 'GLOBAL',
  }),
  yes: Flags.boolean({ char: 'y', summary: 'answer yes to every question', helpGroup: 'GLOBAL' }),
  'no-input': Flags.boolean({ summary: 'never ask; implied without a terminal and by CI', helpGroup: 'GLOBAL' }),
  timeout: duration({
    summary: 'give up after this time, for instance 90s or 5m',
    helpValue: 'TIME',
    helpGroup: 'GLOBAL',
  }),
  'no-color': Flags.boolean({ summary: 'no colours; also with NO_COLOR', helpGroup: 'GLOBAL' }),
  quiet: Flags.boolean({ char: 'q', summary: 'only data and errors', helpGroup: 'GLOBAL' }),
  debug: Flags.boolean({ summary: 'show what happens inside', helpGroup: 'GLOBAL' }),
};
