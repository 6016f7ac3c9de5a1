/** What an application depends on beside its own objects. Everything is a key of the kind that the field names. */
export interface Concerns {
  /** `<namespace>/<name>` of Components. */
  readonly components: ReadonlySet<string>;
  /** `<group>/<kind>` without the version: what a CRD defines. */
  readonly kinds: ReadonlySet<string>;
  /** Names by which a Definition may be meant: its own, or `<plural>.<group>` of its CRD. */
  readonly definitions: ReadonlySet<string>;
  /** `objectKey` of scopes, stores and other objects that it refers to and did not make. */
  readonly objects: ReadonlySet<string>;
  /** `listKey` of objects that its plugins listed. */
  readonly lists: ReadonlySet<string>;
  /** Contracts whose provider its plugins asked for, `EVERY_CAPABILITY` when for all. */
  readonly capabilities: ReadonlySet<string>;
  /** uids of its workloads and traits, whose children count. */
  readonly owners: ReadonlySet<string>;
}

/** One kind of key in `Concerns`. */
export type Concern = keyof Concerns;

const CONCERNS: readonly Concern[] = [
  'components',
  'kinds',
  'definitions',
  'objects',
  'lists',
  'capabilities',
  'owners',
];

/** Which applications something concerns, found without looking at the others. */
export class ConcernIndex {
  readonly #users: Readonly<Record<Concern, Map<string, Set<string>>>> = {
    components: new Map(),
    kinds: new Map(),
    definitions: new Map(),
    objects: new Map(),
    lists: new Map(),
    capabilities: new Map(),
    owners: new Map(),
  };
  readonly #concerns = new Map<string, Concerns>();

  /** The applications that depend on this. */
  usersOf(concern: Concern, key: string): Iterable<string> {
    return this.#users[concern].get(key) ?? [];
  }

  /** Whether any application depends on something of this kind. */
  has(concern: Concern): boolean {
    return this.#users[concern].size > 0;
  }

  /** Says what an application depends on, in place of what was said before. */
  set(application: string, concerns: Concerns): void {
    const before = this.#concerns.get(application);
    this.#concerns.set(application, concerns);
    for (const concern of CONCERNS) {
      for (const key of concerns[concern]) this.#add(concern, key, application);
      for (const key of before?.[concern] ?? []) {
        if (!concerns[concern].has(key)) this.#remove(concern, key, application);
      }
    }
  }

  /** Forgets an application. */
  delete(application: string): void {
    const before = this.#concerns.get(application);
    this.#concerns.delete(application);
    if (!before) return;
    for (const concern of CONCERNS) for (const key of before[concern]) this.#remove(concern, key, application);
  }

  #add(concern: Concern, key: string, application: string): void {
    const users = this.#users[concern].get(key);
    if (users) users.add(application);
    else this.#users[concern].set(key, new Set([application]));
  }

  #remove(concern: Concern, key: string, application: string): void {
    const users = this.#users[concern].get(key);
    users?.delete(application);
    if (users?.size === 0) this.#users[concern].delete(key);
  }
}
