/** Who depends on what, found from either side without looking at the others. */
export class Dependents {
  readonly #users = new Map<string, Set<string>>();
  readonly #keys = new Map<string, ReadonlySet<string>>();

  /** Says what a user depends on, in place of what was said before. Returns the keys that came or went. */
  set(user: string, keys: Iterable<string>): string[] {
    const before = this.#keys.get(user) ?? new Set<string>();
    const after = new Set(keys);
    const gone = [...before].filter((key) => !after.has(key));
    const come = [...after].filter((key) => !before.has(key));
    for (const key of gone) this.#leave(key, user);
    for (const key of come) this.#users.set(key, (this.#users.get(key) ?? new Set()).add(user));
    if (after.size > 0) this.#keys.set(user, after);
    else this.#keys.delete(user);
    return [...gone, ...come];
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
