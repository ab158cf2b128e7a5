import { QuittanceError } from '../../errors.js'

const messages = {
  empty: 'the chain has no receipts',
  rewritten:
    'another receipt stands where the last checkpoint ended: nothing is signed on a history that was rewritten',
  'rolled-back': 'the chain is shorter than its last checkpoint: nothing is signed on a history that was cut',
  pruned: 'receipts were removed that no checkpoint covers: the tree over them is not known',
  'unknown-key':
    'the last checkpoint was signed by a key that is not known: name it in formerKeys if it was this log’s',
  'no-checkpoint': 'the chain has no checkpoint yet',
  differs: 'the receipts do not give the root of the last checkpoint',
} as const

/** Why a log signs nothing. */
export type RefusalReason = keyof typeof messages

/**
 * @param chainId - the chain
 * @param reason - why nothing is signed
 * @param seq - where that shows
 * @returns the error that says so
 */
export function refused(chainId: string, reason: RefusalReason, seq?: number): QuittanceError {
  return new QuittanceError('TLOG_REFUSED', messages[reason], { details: { chainId, reason, seq } })
}
