/** Pseudonyms that only number the values of one receipt, or of one tenant while the process lives. */
import { QuittanceError } from '../../errors.js'
import { hmacHex } from './keyed.js'

/** Numbers values, from 1, by type. */
export interface TokenBook {
  /**
   * @param type - of what was found
   * @param value - its normal form
   * @returns the value's number: the same for the same value, never that of another
   * @throws QuittanceError `PII_TOKENS_FULL`
   */
  numberOf(type: string, value: string): number
}

/** Whose values are numbered together. */
export interface TokenPlace {
  /** One receipt. */
  readonly scope?: object | undefined
  readonly tenantId?: string | undefined
}

/** Hands out books. */
export type Tokens = (place: TokenPlace) => TokenBook

/** What is left for all books that have one bound. */
interface Room {
  left: number
}

function numbering(keyOf: (type: string, value: string) => string, room: Room | undefined): TokenBook {
  const numbers = new Map<string, number>()
  const last = new Map<string, number>()
  return {
    numberOf(type, value) {
      const key = keyOf(type, value)
      const known = numbers.get(key)
      if (known !== undefined) return known
      if (room) {
        if (room.left === 0)
          throw new QuittanceError(
            'PII_TOKENS_FULL',
            'as many different values as maxTokens allows have a token already',
          )
        room.left -= 1
      }
      const number = (last.get(type) ?? 0) + 1
      last.set(type, number)
      numbers.set(key, number)
      return number
    },
  }
}

/** @returns a book that nobody else has */
export function ownBook(): TokenBook {
  return numbering((type, value) => `${type}\n${value}`, undefined)
}

/** @returns a book for each scope, forgotten together with it; without a scope a new one */
export function receiptTokens(): Tokens {
  const books = new WeakMap<object, TokenBook>()
  return ({ scope }) => {
    if (scope === undefined) return ownBook()
    let book = books.get(scope)
    if (book === undefined) {
      book = ownBook()
      books.set(scope, book)
    }
    return book
  }
}

/**
 * Books that live as long as the process. They hold no values: only hashes under a key that is made anew in each process.
 *
 * @param max - how many different values all of them may number together
 * @returns a book for each tenant
 */
export function tenantTokens(max: number): Tokens {
  const books = new Map<string, TokenBook>()
  const room = { left: max }
  let key: Uint8Array | undefined
  return ({ tenantId = '' }) => {
    let book = books.get(tenantId)
    if (book === undefined) {
      key ??= crypto.getRandomValues(new Uint8Array(32))
      const secret = key
      book = numbering((type, value) => hmacHex(secret, `${type}\n${value}`).slice(0, 32), room)
      books.set(tenantId, book)
    }
    return book
  }
}
