import { readPath } from '../script/path.ts';
import type { JsonMap } from '../script/types.ts';

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

/** The letters that Kubernetes makes random endings of. */
const RANDOM = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * What a script has seen of its objects so far: their uids, their versions and the names that the server made up. Labels
 * speak of the object and not of a running number, so that one difference does not spread to later steps.
 */
export class Identities {
  readonly #uids = new Map<string, string>();
  readonly #uidByName = new Map<string, string>();
  readonly #randomNames = new Map<string, string>();
  readonly #versions = new Map<string, bigint[]>();
  readonly #prefixes: readonly string[];
  #highest = 0n;

  /** `prefixes` are the `generateName`s that the script sends: they are known even where no object comes of them. */
  constructor(prefixes: readonly string[] = []) {
    this.#prefixes = prefixes;
  }

  /** Takes note of an object's uid and generated name. Call it for every object of an answer before its texts are changed. */
  learn(object: JsonMap): void {
    const uid = readPath(object, 'metadata.uid');
    const name = readPath(object, 'metadata.name');
    const prefix = readPath(object, 'metadata.generateName');
    if (typeof prefix === 'string' && typeof name === 'string' && name !== prefix && name.startsWith(prefix)) {
      this.#randomNames.set(name, `${prefix}<random>`);
    }
    if (typeof uid === 'string' && !this.#uids.has(uid))
      this.#uids.set(uid, `<uid of ${this.replaceIn(String(name))}>`);
  }

  /** An object's own uid: whether it is the same as when an object of this name was seen before. */
  ownUid(object: JsonMap, uid: string): string {
    const label = this.replaceIn(uid);
    const name = `${readPath(object, 'kind')} ${readPath(object, 'metadata.name')}`;
    const isNew = this.#uidByName.get(name) !== uid;
    this.#uidByName.set(name, uid);
    return isNew ? label.replace('<uid', '<new uid') : label;
  }

  /** The text with known uids and random names replaced; other UUIDs become `<uuid>`. */
  replaceIn(text: string): string {
    return this.#replaceNames(text.replace(UUID, (uid) => this.#uids.get(uid) ?? '<uuid>'));
  }

  /**
   * How an object's resourceVersion relates to what was seen: `<first>`, `<unchanged>`, `<newer>` or `<older>` against the
   * same object, with `newest` where it is above all versions that the script saw. Of events only the former: what else
   * was written in the meantime is chance.
   */
  version(object: string, value: string, isEvent = false): string {
    if (!/^\d+$/.test(value)) return value;
    const version = BigInt(value);
    const known = this.#versions.get(object) ?? [];
    const last = known.at(-1);
    const isHighest = version > this.#highest;
    if (isHighest) this.#highest = version;
    const isNewest = isHighest && !isEvent;
    if (last === undefined || version > last) this.#versions.set(object, [...known, version]);
    if (last === undefined) return isNewest ? '<first, newest>' : '<first>';
    if (version === last) return '<unchanged>';
    if (version < last) return known.includes(version) ? '<older, known>' : '<older>';
    return isNewest ? '<newer, newest>' : '<newer>';
  }

  /** A list's or bookmark's resourceVersion is right when nothing that was seen is newer. */
  listVersion(value: string): string {
    if (!/^\d+$/.test(value)) return value;
    return BigInt(value) >= this.#highest ? '<current>' : '<behind>';
  }

  #replaceNames(text: string): string {
    let replaced = text;
    for (const [name, label] of this.#randomNames) replaced = replaced.replaceAll(name, label);
    for (const prefix of this.#prefixes) {
      replaced = replaced.replaceAll(
        new RegExp(`${escapeRegExp(prefix)}[${RANDOM}]{5}(?![a-z0-9])`, 'g'),
        `${prefix}<random>`,
      );
    }
    return replaced;
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
