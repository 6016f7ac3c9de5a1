/** Who depends on what, found from either side without looking at the others. */
export class Dependents {
  readonly #users = new Map<string, Set<string>>();
  readonly #keys = new Map<string, ReadonlySet<string>>();

  /** Says what a user depends on, in place of what was said before. */
  set(user: string, keys: Iterable<string>): void {
    const wanted = new Set(keys);
    for (const key of this.#keys.get(user) ?? []) if (!wanted.has(key)) this.#leave(key, user);
    for (const key of wanted) {
      const users = this.#users.get(key);
      if (users) users.add(user);
      else this.#users.set(key, new Set([user]));
    }
    if (wanted.size > 0) this.#keys.set(user, wanted);
    else this.#keys.delete(user);
  }

  /** Who depends on this. */
  of(key: string): Iterable<string> {
    return this.#users.get(key) ?? [];
  }

  #leave(key: string, user: string): void {
    const users = this.#users.get(key);
    users?.delete(user);
    if (users?.size === 0) this.#users.delete(key);
  }
}
