/** Which receipts a report names. */
import type { ReceiptRef } from '../statistics/receipt-ref.js'

const isRef = (value: object): value is ReceiptRef =>
  'receiptId' in value &&
  typeof value.receiptId === 'string' &&
  'chainId' in value &&
  typeof value.chainId === 'string' &&
  'seq' in value &&
  typeof value.seq === 'number'

/**
 * @param parts - of a report, those that matter most first
 * @returns the receipts named in them, each once, in that order
 */
export function refsIn(...parts: readonly unknown[]): readonly ReceiptRef[] {
  const found = new Map<string, ReceiptRef>()
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if (isRef(value)) {
      const { chainId, seq, receiptId } = value
      const key = `${seq} ${chainId}`
      if (!found.has(key)) found.set(key, { chainId, seq, receiptId })
    }
    for (const member of Object.values(value)) walk(member)
  }
  for (const part of parts) walk(part)
  return [...found.values()]
}
