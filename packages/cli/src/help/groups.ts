/** A group of commands in the root help, in the order in which people meet them. */
export interface HelpGroup {
  readonly title: string;
  /** Command ids, or names of topics (`cap`), which stand for all their commands. */
  readonly entries: readonly string[];
}

/** Every command and topic stands in exactly one group; a test compares this with the commands there are. */
export const HELP_GROUPS: readonly HelpGroup[] = [
  { title: 'Start', entries: ['sandbox', 'system', 'doctor', 'completion', 'version', 'help'] },
  {
    title: 'Applications',
    entries: ['up', 'diff', 'status', 'list', 'events', 'logs', 'history', 'rollback', 'delete', 'validate', 'render'],
  },
  { title: 'Capabilities', entries: ['cap', 'center'] },
  { title: 'What an application may use', entries: ['workload', 'trait', 'scope', 'explain'] },
];

/** One line for each topic. */
export const TOPICS: Readonly<Record<string, string>> = {
  cap: 'search, install, inspect and remove capabilities',
  center: 'where capabilities come from',
  sandbox: 'a throwaway cluster on this machine, with simulated pods',
  system: "Capstan's own kinds and its operator in a cluster",
  scope: 'scopes that components may be in',
  trait: 'traits that components may carry',
  workload: 'kinds of components',
};

/** The first lines of the root help. */
export const ROOT_EXAMPLES: readonly (readonly [command: string, says: string])[] = [
  ['capstan sandbox start', 'a cluster to try things on'],
  ['capstan cap search scale --context sandbox', 'what could it learn?'],
  ['capstan up -f app.yaml --context sandbox', 'run an application'],
];

/** Commands whose examples a topic shows; of others those that come first. */
export const TOPIC_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  cap: ['cap:search', 'cap:install', 'cap:upgrade'],
};
