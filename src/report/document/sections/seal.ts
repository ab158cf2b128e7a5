/** How the report was sealed. */
import { reportCommand } from '../command.js'
import type { Context } from '../context.js'
import { callout, code, paragraph, receipt, section, see, table } from '../phrase.js'
import type { Inline, Phrase, Section } from '../types.js'

/** @returns The digest and the receipts that hold it, or that there is no seal. */
export function seal(context: Context): Section {
  const { texts, seal: given } = context
  const t = texts.seal
  if (given === undefined) return section('seal', t.title, [callout('warning', t.noneTitle, t.none)])
  return section('seal', t.title, [
    paragraph(t.sealed(code(given.digest))),
    table(
      t.caption,
      [t.receipt, t.time, t.covers, t.holds],
      given.lines.map((line) => rowOf(context, line, given.digest)),
    ),
    paragraph(t.check(code(reportCommand), see('verification-yourself', texts.verification.yourselfTitle))),
  ])
}

/** A seal comes with the report, not out of the verifier: whatever is not as it should be is said, not thrown. */
function rowOf({ texts, format }: Context, line: string, digest: string): readonly (Inline | Phrase)[] {
  const t = texts.seal
  const found = reportReceipt(line)
  if (found === undefined) return [t.unreadable, t.unreadable, t.unreadable, t.unreadable]
  return [
    receipt(found),
    format.stamp(found.timestamp),
    t.coversText(found.fromSeq, found.toSeq),
    found.hash === digest ? t.matches : t.differs,
  ]
}

interface ReportReceipt {
  readonly chainId: string
  readonly seq: number
  readonly receiptId: string
  readonly timestamp: string
  readonly hash: string
  readonly fromSeq: number
  readonly toSeq: number
}

function reportReceipt(line: string): ReportReceipt | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    // told to the reader as "not readable"
    return undefined
  }
  if (!isRecord(value) || !isRecord(value.system) || value.system.event !== 'report') return undefined
  const { chainId, seq, receiptId, timestamp } = value
  const { hash, fromSeq, toSeq } = value.system
  if (typeof chainId !== 'string' || typeof receiptId !== 'string' || typeof hash !== 'string') return undefined
  if (typeof seq !== 'number' || typeof fromSeq !== 'number' || typeof toSeq !== 'number') return undefined
  if (typeof timestamp !== 'string' || Number.isNaN(Date.parse(timestamp))) return undefined
  return { chainId, seq, receiptId, timestamp: new Date(timestamp).toISOString(), hash, fromSeq, toSeq }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
