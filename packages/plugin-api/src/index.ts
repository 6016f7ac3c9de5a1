export * from '@capstan/base';
export {
  type ClusterPort,
  type ComponentContext,
  cluster,
  type Problem,
  type Registry,
  type TraitContribution,
  type TraitRenderInput,
  traits,
  type WorkloadContribution,
  workloads,
} from './contributions.ts';
export { definePlugin, PLUGIN_API_VERSION, type Plugin, type PluginContext } from './plugin.ts';
export { optional, type Token, type Tokens, type TokenValues, token } from './tokens.ts';
