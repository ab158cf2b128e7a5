/** Which shares are as they were made, and which are not. */
import { QuittanceError } from '../../errors.js'
import { bytesOf, checkOf, parseShare, type SecretShare, splitIdOf } from './share.js'

/** Why a share can't be used. */
export interface ShareFault {
  /** Its place among those that were given, from 0. */
  readonly position: number
  /** What it says of itself; absent where it can't be read. */
  readonly index?: number | undefined
  readonly reason: 'malformed' | 'altered' | 'foreign' | 'twice'
  /** For people. */
  readonly message: string
}

/** What was found out about a set of shares. */
export interface ShareReport {
  /** The split that they are of; absent where none could be read. */
  readonly splitId?: string | undefined
  /** The shares of that split, each as it was made, each once. */
  readonly good: readonly SecretShare[]
  /** Every other one, in the order given. */
  readonly faults: readonly ShareFault[]
}

const messages = {
  altered: 'it was altered: it does not fit its own check value',
  foreign: 'it is a share of another split',
  undecided: 'these shares are of several splits, none of which is the commonest: say which one is meant',
  twice: 'the same share was given before',
} as const

/** Whether the share is the one that its check value was made of, and the check value the one that the split was named by. */
function isWhole(share: SecretShare): boolean {
  const bytes = bytesOf(share)
  try {
    const check = checkOf(share.index, bytes.salt, bytes.share)
    return check === share.checks[share.index - 1] && splitIdOf(share) === share.splitId
  } finally {
    bytes.share.fill(0)
  }
}

/** The split that most of them name; `undefined` where two are named as often, because nobody can tell which was meant. */
function commonest(shares: readonly SecretShare[]): string | undefined {
  const counts = new Map<string, number>()
  for (const { splitId } of shares) counts.set(splitId, (counts.get(splitId) ?? 0) + 1)
  const [first, second] = [...counts].sort(([, a], [, b]) => b - a)
  return first === undefined || first[1] === second?.[1] ? undefined : first[0]
}

/**
 * Looks at shares without combining them.
 *
 * @param given - the texts of the files, or what `JSON.parse` made of them
 * @param options - `splitId`: the split that is meant, where it was noted; default the one that most shares are of
 * @returns which are good, and what is wrong with each of the others
 * @throws TypeError when it is no list
 * @example
 * ```ts
 * import { examineShares } from 'quittance/keys/split'
 * const { good, faults } = examineShares(['{"format":"quittance/1 share"}'])
 * for (const { position, message } of faults) console.log(position, message)
 * ```
 */
export function examineShares(
  given: readonly unknown[],
  options: { readonly splitId?: string | undefined } = {},
): ShareReport {
  if (!Array.isArray(given)) throw new TypeError('shares must be a list')
  const faults: ShareFault[] = []
  const read: { readonly position: number; readonly share: SecretShare }[] = []
  given.forEach((one: unknown, position) => {
    try {
      const share = parseShare(one)
      if (isWhole(share)) read.push({ position, share })
      else faults.push({ position, index: share.index, reason: 'altered', message: messages.altered })
    } catch (error) {
      if (!QuittanceError.is(error, 'KEY_SHARE')) throw error
      faults.push({ position, reason: 'malformed', message: error.message })
    }
  })
  const splitId = options.splitId ?? commonest(read.map(({ share }) => share))
  const seen = new Set<number>()
  const good: SecretShare[] = []
  for (const { position, share } of read) {
    const reason = share.splitId !== splitId ? 'foreign' : seen.has(share.index) ? 'twice' : undefined
    if (reason === undefined) good.push(share)
    else {
      const message = messages[splitId === undefined ? 'undecided' : reason]
      faults.push({ position, index: share.index, reason, message })
    }
    if (reason !== 'foreign') seen.add(share.index)
  }
  faults.sort((a, b) => a.position - b.position)
  return { ...(splitId === undefined ? {} : { splitId }), good, faults }
}
