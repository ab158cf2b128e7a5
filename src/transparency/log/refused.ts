import { QuittanceError } from '../../errors.js'

const messages = {
  empty: 'the chain has no receipts',
  rewritten:
    'another receipt stands where the last checkpoint ended: nothing is signed on a history that was rewritten',
  'rolled-back': 'the chain is shorter than its last checkpoint: nothing is signed on a history that was cut',
  'entries-lost':
    'the log chain does not have what it had of other chains, by what lies beside these: restore it, or begin anew under another origin and name this one in formerOrigins',
  pruned: 'receipts were removed that no checkpoint covers: the tree over them is not known',
  'unknown-key':
    'the last checkpoint was signed by a key that is not known: name it in formerKeys if it was this log’s',
  'no-checkpoint': 'the chain has no checkpoint yet',
  differs: 'the receipts do not give the root of the last checkpoint',
  'unknown-origin':
    'what lies beside the chain as its last checkpoint is not of this chain and this log: restore it, or name the former origin of the log in formerOrigins',
  'origin-taken': 'another chain has checkpoints under the same origin: the roots of both begin alike',
  behind:
    'somebody has a head of this log that the log chain does not lead to: restore the receipts, or begin anew under another origin and name this one in formerOrigins',
} as const

/** Why a log signs nothing. */
export type RefusalReason = keyof typeof messages

/**
 * @param chainId - a chain
 * @param size - how many receipts it has
 * @param entered - how many it had, as the log chain has it
 * @returns what shows that it was cut
 */
export const cutWords = (chainId: string, size: number, entered: number): string =>
  `${chainId} has ${size} receipts, and the log chain has a checkpoint of its first ${entered}`

/**
 * @param chainId - the chain
 * @param reason - why nothing is signed
 * @param seq - where that shows
 * @param name - who or what showed it
 * @returns the error that says so
 */
export function refused(chainId: string, reason: RefusalReason, seq?: number, name?: string): QuittanceError {
  const message = name === undefined ? messages[reason] : `${name}: ${messages[reason]}`
  return new QuittanceError('TLOG_REFUSED', message, { details: { chainId, reason, seq } })
}
