/** A kind of workload that ends by itself. */
export interface TaskKind {
  readonly kind: string;
  readonly description: string;
  /** One pod at a time, and nothing to count. */
  readonly singleton: boolean;
}

/** The kinds that end: those of OAM v1alpha1. */
export const TASK_KINDS: readonly TaskKind[] = [
  {
    kind: 'Task',
    description: 'A program that runs to its end once, in one pod or in several.',
    singleton: false,
  },
  {
    kind: 'SingletonTask',
    description: 'A program that runs to its end once, in one pod at a time.',
    singleton: true,
  },
];
