/** Addresses of the Pods' network, 10.244.0.0/16, given out in order; those of Pods that are gone are used again last. */
export class PodAddresses {
  readonly #byPod = new Map<string, string>();
  readonly #taken = new Set<string>();
  #next = 1;

  /** The address of a Pod, a new one where it has none. */
  take(uid: string): string {
    const known = this.#byPod.get(uid);
    if (known) return known;
    for (let tries = 0; tries < LAST; tries++) {
      const address = `10.244.${this.#next >> 8}.${this.#next & 255}`;
      this.#next = this.#next === LAST ? 1 : this.#next + 1;
      if (this.#taken.has(address)) continue;
      this.keep(uid, address);
      return address;
    }
    throw new Error(`all ${LAST} addresses of Pods are in use`);
  }

  /** Notes the address that a Pod has. */
  keep(uid: string, address: string): void {
    this.#byPod.set(uid, address);
    this.#taken.add(address);
  }

  /** Gives the address of a Pod back. */
  release(uid: string): void {
    const address = this.#byPod.get(uid);
    if (address === undefined) return;
    this.#byPod.delete(uid);
    this.#taken.delete(address);
  }
}

/** 10.244.255.254. */
const LAST = 65_534;
