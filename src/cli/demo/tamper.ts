/** Six ways to falsify a copy of the log, each on its lines. None of them has the private key. */
import { genesisHash, receiptHashOf } from '../../receipt/digest.js'
import { textsOf } from '../../receipt/seal.js'

/** One way to falsify a log. */
export interface Forgery {
  readonly name: string
  readonly what: string
  readonly forge: (lines: readonly string[]) => string[]
}

type Loose = Record<string, unknown>

const find = (lines: readonly string[], action: string): number =>
  lines.findIndex((line) => line.includes(`"action":"${action}"`))

/**
 * @param lines - the log
 * @returns the seq of the refusal that the forgeries turn into a grant; every line of the log is one seq
 */
export function forgedSeq(lines: readonly string[]): number {
  return find(lines, 'reject')
}

/** Turns one refusal into a grant, and nothing else. */
function changeField(lines: readonly string[]): string[] {
  const at = find(lines, 'reject')
  return lines.map((line, index) => (index === at ? line.replace('"action":"reject"', '"action":"allow"') : line))
}

/** Turns one refusal into a grant and makes every hash and link from there on right again. Only the signatures can't be. */
function rehash(lines: readonly string[]): string[] {
  const at = find(lines, 'reject')
  let previous: string | undefined
  return lines.map((line, index) => {
    const receipt: Loose = JSON.parse(line)
    if (index < at) {
      previous = receipt.receiptHash as string
      return line
    }
    if (index === at) receipt.action = 'allow'
    receipt.prevReceiptHash = previous ?? genesisHash(receipt.chainId as string)
    receipt.receiptHash = receiptHashOf(textsOf(receipt).preimage)
    previous = receipt.receiptHash as string
    return textsOf(receipt).line
  })
}

function swap(lines: readonly string[]): string[] {
  const at = Math.floor(lines.length / 2)
  return lines.toSpliced(at, 2, lines[at + 1] as string, lines[at] as string)
}

/** The forgeries, in the order they are shown. */
export const forgeries: readonly Forgery[] = [
  { name: 'field', what: 'one "reject" made "allow"', forge: changeField },
  {
    name: 'deletion',
    what: 'one receipt taken out of the middle',
    forge: (lines) => lines.toSpliced(Math.floor(lines.length / 2), 1),
  },
  { name: 'tail', what: 'the last 5 receipts cut off', forge: (lines) => lines.slice(0, -5) },
  { name: 'head', what: 'the first 5 receipts cut off', forge: (lines) => lines.slice(5) },
  { name: 'swap', what: 'two neighbours swapped', forge: swap },
  { name: 're-hash', what: 'one "reject" made "allow", all hashes made right again', forge: rehash },
]
