/** Where the values of an argument or a flag come from. */
export type Source =
  /** Packages that the centers offer; after `NAME@` the versions of that package. */
  | 'packages'
  | 'installed'
  | 'contracts'
  | 'applications'
  | 'workloads'
  | 'traits'
  | 'scopes'
  | 'types'
  | 'namespaces'
  | 'contexts'
  | 'centers'
  /** Versions of the package that the line names. */
  | 'versions'
  | 'formats'
  | 'drawings'
  | 'shells'
  | 'kubernetes'
  | 'files'
  | 'folders'
  | 'nothing';

/** Of each command with arguments, where they come from; a test compares this with the commands there are. */
export const ARGUMENT_SOURCES: Readonly<Record<string, Source>> = {
  'cap:bundle': 'packages',
  'cap:bundle:load': 'files',
  'cap:cancel': 'installed',
  'cap:graph': 'installed',
  'cap:history': 'installed',
  'cap:install': 'packages',
  'cap:pause': 'installed',
  'cap:query': 'contracts',
  'cap:resume': 'installed',
  'cap:rollback': 'installed',
  'cap:search': 'nothing',
  'cap:show': 'packages',
  'cap:status': 'installed',
  'cap:uninstall': 'installed',
  'cap:upgrade': 'installed',
  'cap:why': 'installed',
  'center:add': 'nothing',
  'center:login': 'centers',
  'center:remove': 'centers',
  'center:sync': 'centers',
  completion: 'shells',
  delete: 'applications',
  doctor: 'installed',
  events: 'applications',
  explain: 'types',
  help: 'nothing',
  history: 'applications',
  logs: 'applications',
  rollback: 'applications',
  'sandbox:attach': 'nothing',
  'sandbox:detach': 'nothing',
  'scope:show': 'scopes',
  status: 'applications',
  'trait:show': 'traits',
  'workload:show': 'workloads',
};

/** Commands that take any number of arguments; all others take one. */
export const REPEATING: ReadonlySet<string> = new Set(['cap:install', 'cap:bundle', 'cap:upgrade']);

/** Of flags, by name, or by command and name where the name means different things. */
const FLAG_SOURCES: Readonly<Record<string, Source>> = {
  'applies-to': 'workloads',
  archive: 'folders',
  bundle: 'files',
  context: 'contexts',
  file: 'files',
  helm: 'files',
  kubeconfig: 'files',
  kubernetes: 'kubernetes',
  namespace: 'namespaces',
  output: 'formats',
  values: 'files',
  'cap:bundle --output': 'files',
  'cap:graph --output': 'drawings',
  'cap:upgrade --to': 'versions',
};

/** Where the values of a flag come from; `nothing` where only the user knows. */
export function flagSource(command: string, flag: string): Source {
  return FLAG_SOURCES[`${command} --${flag}`] ?? FLAG_SOURCES[flag] ?? 'nothing';
}
