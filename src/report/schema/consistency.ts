/** What a report's members say of each other: what no schema can hold. */
import { byChainId } from '../options.js'
import type { Report } from '../types.js'

/** A rule that a report breaks, and where. */
export interface Inconsistency {
  readonly path: string
  readonly message: string
}

/**
 * @param report - one whose shape holds
 * @returns the first rule that it breaks; `undefined` where it breaks none
 */
export function inconsistencyOf(report: Report): Inconsistency | undefined {
  const { figures, provisions } = report
  return (
    periodFault(report) ??
    chainFault(report) ??
    excerptFault(report) ??
    rateFault(figures, 'figures') ??
    rateFault(provisions, 'provisions')
  )
}

const at = (path: string, message: string): Inconsistency => ({ path, message })

function periodFault({ period, asOf, chains }: Report): Inconsistency | undefined {
  const { from, until, state, empty, receipts } = period
  if (from >= until) return at('period.until', 'must be after period.from')
  const stands = asOf >= until ? 'over' : asOf < from ? 'ahead' : 'running'
  if (state !== stands) return at('period.state', 'must be what asOf says')
  const sum = chains.reduce((all, chain) => all + chain.period.receipts, 0)
  if (receipts !== sum) return at('period.receipts', 'must be the sum of the chains')
  return empty === (receipts === 0) ? undefined : at('period.empty', 'must be whether there is no receipt')
}

function chainFault({ chains, verdict, period, figures }: Report): Inconsistency | undefined {
  for (const [index, chain] of chains.entries()) {
    const path = `chains[${index}]`
    const before = chains[index - 1]
    if (before !== undefined && byChainId(before, chain) >= 0)
      return at(`${path}.chainId`, 'must be in order, each once')
    if (chain.counted > chain.checked) return at(`${path}.counted`, 'must be at most checked')
    if (chain.period.receipts > chain.counted) return at(`${path}.period.receipts`, 'must be at most counted')
    const { monitor } = chain
    if (monitor.failures > monitor.decisions) return at(`${path}.monitor.failures`, 'must be at most decisions')
  }
  const verdicts = new Set<string>(chains.map((chain) => chain.verdict))
  const worst = verdicts.has('INVALID')
    ? 'INVALID'
    : verdicts.has('INCOMPLETE') || chains.length === 0
      ? 'INCOMPLETE'
      : 'VALID'
  if (verdict !== worst) return at('verdict', 'must be the worst of the chains')
  const { counts } = figures
  if (counts.receipts !== period.receipts) return at('figures.counts.receipts', 'must be those of the period')
  return counts.hourOfDay.length === 24 ? undefined : at('figures.counts.hourOfDay', 'must have 24 numbers')
}

function excerptFault({ excerpt, parameters }: Report): Inconsistency | undefined {
  let lines = excerpt.cited.length
  for (const [index, { fromSeq, toSeq, lines: own }] of excerpt.ranges.entries()) {
    lines += own.length
    if (own.length !== toSeq - fromSeq + 1 || own.length === 0)
      return at(`excerpt.ranges[${index}].lines`, 'must have a line for each seq')
  }
  return lines > parameters.embed ? at('excerpt', 'must have at most parameters.embed lines') : undefined
}

/** Every rate below: its count by its n. */
function rateFault(value: unknown, path: string): Inconsistency | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const isList = Array.isArray(value)
  if (!isList && 'level' in value && 'count' in value && 'n' in value && 'method' in value) {
    const { count, n, rate, interval, absent } = value as { [name: string]: number | undefined }
    const stands =
      n === 0
        ? count === 0 && rate === undefined && interval === undefined && absent !== undefined
        : rate === (count as number) / (n as number)
    if (!stands) return at(path, 'must have the rate that its count and n give')
  }
  for (const [name, member] of Object.entries(value)) {
    const found = rateFault(member, isList ? `${path}[${name}]` : `${path}.${name}`)
    if (found !== undefined) return found
  }
  return undefined
}
