/** One receipt on a terminal. Every word of it is somebody else's. */
import { colorsFor, type Io } from '../io.js'
import { printable } from '../printable.js'
import { paintVerdict } from '../verdict.js'
import { claimOf, type Found } from './find.js'
import { type Judgement, stepNames } from './judge.js'

const longestValue = 300

/** @returns every value of a JSON tree with its path, in the order of the receipt */
function* leaves(value: unknown, path: string): Generator<readonly [string, string]> {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    yield [path, typeof value === 'string' ? value : JSON.stringify(value)]
    return
  }
  for (const [name, member] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${name}]` : path === '' ? name : `.${name}`
    yield* leaves(member, `${path}${step}`)
  }
}

/**
 * @param found - the receipt's line
 * @param judgement - how it was judged
 * @param trust - where the keyring is from
 * @param io - the process
 * @returns verdict, reasons, and every member
 */
export function inspectText(found: Found, judgement: Judgement, trust: string | undefined, io: Io): string {
  const { green, red, yellow, dim } = colorsFor(io, io.stdout)
  const claim = claimOf(found.raw)
  const text = (value: unknown) => printable(typeof value === 'string' ? value : JSON.stringify(value ?? null))
  const what = claim === undefined ? 'no receipt' : `receipt ${text(claim.seq)} of chain ${text(claim.chainId)}`
  const marks = { true: green('ok'), false: red('no'), null: yellow('--') }
  const lines = [`${paintVerdict(judgement.verdict, io)}  ${what}, line ${found.line}`]
  for (const name of stepNames) {
    const { ok, message } = judgement.steps[name]
    lines.push(`  ${marks[`${ok}`]}  ${name.padEnd(9)}  ${printable(message, 1_000)}`)
  }
  for (const { code, message } of judgement.notices) lines.push(`      ${dim(`${code}: ${printable(message)}`)}`)
  lines.push(
    `  ${dim(`trust: ${trust === undefined ? 'no keyring was given' : printable(trust)}. One receipt says nothing of what was cut around it.`)}`,
  )
  if (claim !== undefined) {
    lines.push('')
    const members = [...leaves(claim, '')].map(
      ([path, value]) => [printable(path, 100), printable(value, longestValue)] as const,
    )
    const width = Math.min(28, Math.max(...members.map(([path]) => path.length)))
    for (const [path, value] of members) lines.push(`  ${dim(path.padEnd(width))}  ${value}`)
  }
  return `${lines.join('\n')}\n`
}
