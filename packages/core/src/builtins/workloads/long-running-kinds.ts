/** A kind of workload that runs until it is told to stop. */
export interface LongRunningKind {
  readonly kind: string;
  readonly shortNames?: readonly string[];
  readonly description: string;
  /** Whether it has a port, and with it a Service. */
  readonly endpoint: 'none' | 'optional' | 'required';
  /** At most one pod at any time, and nobody may scale it. */
  readonly singleton: boolean;
}

/** The kind for most components: it leaves the endpoint to them. */
export const WEB_SERVICE: LongRunningKind = {
  kind: 'WebService',
  shortNames: ['websvc'],
  description: 'A long-running service: replicas of one container, reachable on one port.',
  endpoint: 'optional',
  singleton: false,
};

/** The long-running kinds of OAM v1alpha1, by its two questions: whether there is an endpoint and whether there may be several. */
export const OTHER_KINDS: readonly LongRunningKind[] = [
  {
    kind: 'Worker',
    description: 'A long-running program that nothing calls: replicas of one container.',
    endpoint: 'none',
    singleton: false,
  },
  {
    kind: 'Server',
    description: 'A long-running service that always has a port: replicas of one container.',
    endpoint: 'required',
    singleton: false,
  },
  {
    kind: 'SingletonServer',
    description: 'A service of exactly one pod; an update stops the old one before the new one starts.',
    endpoint: 'required',
    singleton: true,
  },
  {
    kind: 'SingletonWorker',
    description:
      'A program of exactly one pod that nothing calls; an update stops the old one before the new one starts.',
    endpoint: 'none',
    singleton: true,
  },
];
