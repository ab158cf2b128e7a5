/** What `quittance verify` prints: a report or JSON of one chain, or of several with the verdict on all. */
import type { DirectoryResult, ScopedFile } from '../../verify/node/directory.js'
import type { Verdict } from '../../verify/types.js'
import type { Io } from '../io.js'
import { printable, printableJson } from '../printable.js'
import type { Target } from '../target.js'
import type { Trust } from '../trust-flags.js'
import {
  briefText,
  type LinePlace,
  paintVerdict,
  type ResultJson,
  reportText,
  resultJson,
  worstOf,
} from '../verdict.js'
import { defaultMaxProblems } from '../verify-flags.js'
import type { Judged } from './judging.js'

/** Everything there is to say, and the verdict that decides. */
export interface Answer {
  readonly verdict: Verdict
  readonly text: string
  /** What else to give, for stderr. */
  readonly hints?: readonly (string | undefined)[] | undefined
  /** What was not looked at, for stderr. */
  readonly warnings?: readonly string[] | undefined
}

/** How it is to be said. */
export interface Shown {
  readonly json: boolean
  readonly brief: boolean
  /** Whether who asks named the chain. */
  readonly chainNamed: boolean
  /** Of `--max-problems`. */
  readonly maxProblems: number | undefined
  readonly trust: Trust
}

/**
 * @param shown - how it is to be said
 * @returns how many problems and notices are listed
 */
export const mostListed = ({ maxProblems, json }: Pick<Shown, 'maxProblems' | 'json'>): number =>
  maxProblems ?? defaultMaxProblems[json ? 'json' : 'text']

/** Says on which line of which file something is, where a chain is in several. */
function placer(from: DirectoryResult | undefined): ((line: number) => LinePlace) | undefined {
  if (from === undefined || from.files.length === 0) return undefined
  return (line) => {
    const file = from.files.findLast(({ firstLine }) => firstLine <= line) as ScopedFile
    return { file: file.name, line: line - file.firstLine + 1 }
  }
}

function reportOf({ result, from }: Judged, shown: Shown, io: Io): string {
  const keys = shown.trust.keyring.entries().length
  const options = {
    chainNamed: shown.chainNamed || from?.chainId !== undefined,
    name: from?.name,
    trust: `${keys} key${keys === 1 ? '' : 's'} from ${shown.trust.origin}`,
    maxProblems: mostListed(shown),
    place: placer(from),
  }
  return shown.brief && result.verdict === 'VALID' ? briefText(result, options, io) : reportText(result, options, io)
}

const jsonOf = ({ result, from }: Judged, shown: Shown): ResultJson =>
  resultJson(result, mostListed(shown), placer(from))

/** The end of many verdicts: which chains are not VALID is not to be looked for among thousands of lines. */
function totalText(judged: readonly DirectoryResult[], most: number, io: Io): string {
  const verdict = worstOf(judged.map(({ result }) => result.verdict))
  const count = judged.length
  const total = (words: string) => `${paintVerdict(verdict, io)}  ${words}\n`
  if (count < 2) return total(count === 0 ? 'there is no chain' : '1 chain')
  const of = (one: Verdict) => judged.filter(({ result }) => result.verdict === one)
  const kinds = (['INVALID', 'INCOMPLETE', 'VALID'] as const).filter((one) => of(one).length > 0)
  if (kinds.length === 1) return total(`${count} chains; the worst verdict counts`)
  const bad = [...of('INVALID'), ...of('INCOMPLETE')]
  const listed = Math.max(most, defaultMaxProblems.text)
  const lines = bad.slice(0, listed).map(({ name, chainId, result }) => {
    const codes = Object.entries(result.counts).map(([code, found]) => `${code} ${found}`)
    return `  ${paintVerdict(result.verdict, io)}  ${printable(chainId ?? name)}  ${codes.join(', ')}\n`
  })
  if (bad.length > listed) lines.push(`  … and ${bad.length - listed} more (--max-problems)\n`)
  const counted = kinds.map((one) => `${of(one).length} ${one}`).join(', ')
  return `${lines.join('')}${total(`${count} chains: ${counted}; the worst verdict counts`)}`
}

/**
 * @param judged - one chain
 * @param shown - how to say it
 * @param io - the process
 * @returns its verdict, and what to print
 */
export function answerOne(judged: Judged, shown: Shown, io: Io): Answer {
  const text = shown.json ? printableJson(jsonOf(judged, shown)) : reportOf(judged, shown, io)
  return { verdict: judged.result.verdict, text }
}

/**
 * @param judged - several chains
 * @param target - what was named
 * @param shown - how to say it
 * @param io - the process
 * @returns the worst verdict, and what to print
 */
export function answerMany(judged: readonly DirectoryResult[], target: Target, shown: Shown, io: Io): Answer {
  const verdict = worstOf(judged.map(({ result }) => result.verdict))
  const all = judged.map((from) => ({ result: from.result, from }))
  if (shown.json) {
    const chains = all.map((one) => ({ name: one.from.name, ...jsonOf(one, shown) }))
    return { verdict, text: printableJson({ verdict, chains }) }
  }
  const reports = all.map(({ result, from }) => {
    const named = target.kind === 'server' && from.chainId !== undefined ? { ...from, name: target.name } : from
    return `${reportOf({ result, from: named }, shown, io)}${shown.brief ? '' : '\n'}`
  })
  return { verdict, text: `${reports.join('')}${totalText(judged, mostListed(shown), io)}` }
}
