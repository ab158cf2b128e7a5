/** What a report says of itself twice, and differently. */
import type { DecisionReceipt } from '../../receipt/types.js'
import type { Verdict } from '../../verify/types.js'
import type { Report } from '../types.js'
import type { ReportProblem } from './findings.js'

const gravity: readonly Verdict[] = ['VALID', 'INCOMPLETE', 'INVALID']

const worst = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.length === 0 ? 'INCOMPLETE' : (gravity[Math.max(...verdicts.map((one) => gravity.indexOf(one)))] as Verdict)

const key = (chainId: string, seq: number): string => `${chainId} ${seq}`

function embeddedIds({ excerpt }: Report): ReadonlyMap<string, string> {
  const ids = new Map<string, string>()
  const lines = [...excerpt.ranges.flatMap((range) => range.lines), ...excerpt.cited]
  for (const line of lines) {
    try {
      const { chainId, seq, receiptId } = JSON.parse(line) as DecisionReceipt
      ids.set(key(chainId, seq), receiptId)
    } catch {
      // a line that is no receipt is told of elsewhere
    }
  }
  return ids
}

/** Goes through everything that names a receipt by chain, seq and id. */
function wrongRefs(report: Report, most: number): readonly string[] {
  const ids = embeddedIds(report)
  const found: string[] = []
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || found.length >= most) return
    const { chainId, seq, receiptId } = value as Partial<DecisionReceipt>
    if (typeof chainId === 'string' && typeof seq === 'number' && typeof receiptId === 'string') {
      const embedded = ids.get(key(chainId, seq))
      if (embedded !== undefined && embedded !== receiptId) found.push(path)
    }
    for (const [name, member] of Object.entries(value))
      walk(member, Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`)
  }
  const { excerpt: _, ...rest } = report
  walk(rest, '')
  return found
}

/**
 * @param report - schema-valid
 * @returns where its own words don't fit together
 */
export function contradictions(report: Report): readonly ReportProblem[] {
  const { chains, verdict, period, excerpt } = report
  const problems: ReportProblem[] = []
  const contradicts = (paths: readonly string[], message: string): void => {
    problems.push({ code: 'CONTENT_CONTRADICTORY', paths, message })
  }
  const follows = worst(chains.map((chain) => chain.verdict))
  if (verdict !== follows)
    contradicts(['verdict'], `the verdict is ${verdict}, and from those of the chains follows ${follows}`)
  const receipts = chains.reduce((sum, chain) => sum + chain.period.receipts, 0)
  if (period.receipts !== receipts)
    contradicts(['period.receipts'], `the period has ${period.receipts} receipts, its chains have ${receipts}`)
  if (period.empty !== (period.receipts === 0)) contradicts(['period.empty'], 'the period is empty, or it is not')
  if (period.from >= period.until) contradicts(['period'], 'the period ends before it begins')
  if (new Set(chains.map(({ chainId }) => chainId)).size < chains.length)
    contradicts(['chains'], 'a chain is there twice')
  for (const [index, chain] of chains.entries()) {
    if (chain.verdict === 'VALID' && chain.problems.length > 0)
      contradicts([`chains[${index}].verdict`], 'a chain with problems is called VALID')
    if (chain.counted > chain.checked)
      contradicts([`chains[${index}].counted`], 'more receipts are counted than were looked at')
  }
  for (const [index, { fromSeq, toSeq, lines }] of excerpt.ranges.entries())
    if (toSeq - fromSeq + 1 !== lines.length)
      contradicts([`excerpt.ranges[${index}]`], 'a range has another number of receipts than it says')
  const refs = wrongRefs(report, 10)
  if (refs.length > 0) contradicts(refs, 'a receipt is named by another id than the one that came along for its place')
  return problems
}
