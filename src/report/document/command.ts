/** The command that checks a chain again. */
import type { ChainFindings, ReportParameters } from '../types.js'

/**
 * What a reader types to judge a chain by a keyring of their own.
 *
 * @param chain - The chain, with what the verifier saw of it.
 * @param acceptPruned - Whether removal of old receipts was accepted.
 * @returns One line for a POSIX shell; `./receipts` stands for the store.
 */
export function commandOf(
  { chainId, scope }: Pick<ChainFindings, 'chainId' | 'scope'>,
  acceptPruned: ReportParameters['acceptPruned'],
): string {
  const words = ['quittance', 'verify', './receipts', '--chain', chainId, '--keyring', 'keyring.json']
  if (scope.root !== undefined) words.push('--chain-root', scope.root)
  if (scope.head !== undefined) words.push('--expect-head', `${scope.head.seq}:${scope.head.receiptHash}`)
  if (acceptPruned !== undefined) words.push('--accept-pruned', String(acceptPruned.minDays))
  return words.map(quoted).join(' ')
}

/** A chain's name is text from outside: in a shell it must stay one word. */
function quoted(word: string): string {
  return /^[A-Za-z0-9._:@/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** What a reader types to judge a report with its seal. */
export const reportCommand = 'quittance report verify report.json --keyring keyring.json --store ./receipts'
