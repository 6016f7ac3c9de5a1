/* Reading protobuf's wire format: varints, fixed and length-delimited fields. Errors are worded as gogo/protobuf's. */

/** Bytes that are not the message they should be. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** How a field is encoded. */
export type WireType = 'varint' | 'fixed64' | 'bytes' | 'fixed32';

const WIRE_TYPES: Readonly<Record<number, WireType>> = { 0: 'varint', 1: 'fixed64', 2: 'bytes', 5: 'fixed32' };
const MOST_VARINT_BYTES = 10;

/** Reads one message from front to back. Every method throws `WireError` at what is malformed. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The number and encoding of the next field; `message` is the type's name for errors. */
  tag(message: string): { number: number; wire: WireType } {
    const tag = Number(this.#unsigned());
    const number = Math.floor(tag / 8);
    const code = tag % 8;
    if (code === 4) throw new WireError(`proto: ${message}: wiretype end group for non-group`);
    if (number <= 0 || number > 0x1fffffff) {
      throw new WireError(`proto: ${message}: illegal tag ${number} (wire type ${code})`);
    }
    const wire = WIRE_TYPES[code];
    if (wire === undefined) throw new WireError(`proto: illegal wireType ${code}`);
    return { number, wire };
  }

  /** A signed integer of 64 bits; beyond 2^53 as exact as a number is. */
  integer(): number {
    return Number(BigInt.asIntN(64, this.#unsigned()));
  }

  /** A varint that is a yes or no. */
  bool(): boolean {
    return this.#unsigned() !== 0n;
  }

  double(): number {
    const at = this.#advance(8);
    return this.#bytes.readDoubleLE(at);
  }

  /** A length-delimited field's bytes; a view, not a copy. */
  bytes(): Buffer {
    const length = Number(this.#unsigned());
    const at = this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  skip(wire: WireType): void {
    if (wire === 'varint') this.#unsigned();
    else if (wire === 'bytes') this.bytes();
    else this.#advance(wire === 'fixed64' ? 8 : 4);
  }

  #advance(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw new WireError('unexpected EOF');
    this.#at += length;
    return at;
  }

  #unsigned(): bigint {
    let low = 0;
    let result = 0n;
    for (let index = 0; index < MOST_VARINT_BYTES; index += 1) {
      const byte = this.#bytes[this.#advance(1)] ?? 0;
      if (index < 4) {
        // Nearly all numbers are short; bigints cost more.
        low |= (byte & 0x7f) << (7 * index);
        if (byte < 0x80) return BigInt(low >>> 0);
        if (index === 3) result = BigInt(low >>> 0);
      } else {
        result |= BigInt(byte & 0x7f) << BigInt(7 * index);
        if (byte < 0x80) return BigInt.asUintN(64, result);
      }
    }
    throw new WireError('proto: integer overflow');
  }
}
