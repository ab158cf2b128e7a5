/** CBOR in one spelling: deterministic when written, strict when read (RFC 8949 section 4.2). */
import { decode, encode } from 'cborg'
import { malformed } from '../malformed.js'

const MAX_BYTES = 4 * 1024 * 1024

/** A tagged item. */
class Tagged {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}

const SIGN1 = 18

/**
 * @param value - numbers, texts, bytes, arrays and maps
 * @returns its CBOR
 */
export function toCbor(value: unknown): Uint8Array {
  return encode(value)
}

/**
 * Marks CBOR as a COSE_Sign1.
 *
 * @param item - the CBOR of the four-part array
 * @returns the same behind tag 18
 */
export function tagged(item: Uint8Array): Uint8Array {
  // major type 6, the tag number in the same byte where it is below 24
  return Uint8Array.of(0xc0 | SIGN1, ...item)
}

/**
 * @param bytes - a COSE_Sign1, with its tag or without
 * @returns its four parts, still to be checked
 * @throws QuittanceError `ENVELOPE_MALFORMED`
 */
export function fromCbor(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_BYTES) throw malformed('cose', `it has more than ${MAX_BYTES} bytes`)
  try {
    const item: unknown = decode(bytes, {
      useMaps: true,
      strict: true,
      rejectDuplicateMapKeys: true,
      allowIndefinite: false,
      allowUndefined: false,
      tags: Object.assign([], {
        [SIGN1]: (inner: unknown) => new Tagged(typeof inner === 'function' ? inner() : inner),
      }),
    })
    return item instanceof Tagged ? item.value : item
  } catch (error) {
    throw malformed('cose', `it is not CBOR in its shortest form (${(error as Error).message.slice(0, 80)})`)
  }
}
