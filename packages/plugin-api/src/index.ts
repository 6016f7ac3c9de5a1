export * from '@capstan/base';
export {
  type ClusterPort,
  type ClusterView,
  type ComponentContext,
  cluster,
  EMPTY_CLUSTER,
  type ObjectSelection,
  type Problem,
  type ProvidedCapability,
  type Registry,
  type TraitContribution,
  type TraitNeighbour,
  type TraitRenderInput,
  traits,
  type WorkloadContribution,
  workloads,
} from './contributions.ts';
export { definePlugin, PLUGIN_API_VERSION, type Plugin, type PluginContext } from './plugin.ts';
export { optional, type Token, type Tokens, type TokenValues, token } from './tokens.ts';
