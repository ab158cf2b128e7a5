/** Holds what the verifier found against what the reference expects. */
import type { VerifyResult } from '../../src/verify/types.js'
import { type Expectation, incomplete } from '../reference/chain.js'

const notices = new Set(['LINE_NOT_CANONICAL', 'DETAILS_ERASED'])

/**
 * @param result - of the verifier
 * @param expected - by the reference
 * @returns what they disagree in, in words; nothing where they agree
 */
export function disagreements(result: VerifyResult, expected: Expectation): string[] {
  const codes = new Set(Object.keys(result.counts).filter((code) => !notices.has(code)))
  const found: string[] = []
  const follows = [...codes].some((code) => !incomplete.has(code)) ? 'INVALID' : codes.size > 0 ? 'INCOMPLETE' : 'VALID'
  if (result.verdict !== follows) found.push(`the verdict is ${result.verdict} with ${[...codes]}`)
  if (!expected.open && result.verdict !== expected.verdict)
    found.push(`the verdict is ${result.verdict}, the reference says ${expected.verdict}`)
  for (const code of expected.must) if (!codes.has(code)) found.push(`${code} was not found`)
  for (const group of expected.oneOf) {
    if (![...group].some((code) => codes.has(code))) found.push(`none of ${[...group]} was found`)
  }
  for (const code of codes) {
    if (!expected.must.has(code) && !expected.may.has(code)) found.push(`${code} was found`)
  }
  const about = result.problems.filter(({ code }) => !code.startsWith('CHECKPOINT_'))
  for (const [index, { must, may }] of expected.lines.entries()) {
    const there = new Set<string>(about.filter(({ line }) => line === index + 1).map(({ code }) => code))
    for (const code of must) if (!there.has(code)) found.push(`${code} was not found in line ${index + 1}`)
    for (const code of there)
      if (!must.has(code) && !may.has(code)) found.push(`${code} was found in line ${index + 1}`)
  }
  if (expected.notices !== undefined) {
    const said = [...notices].filter((code) => code in result.counts).sort()
    if (`${said}` !== `${[...expected.notices].sort()}`)
      found.push(`the notices are ${said}, not ${[...expected.notices]}`)
  }
  if (result.checked !== expected.checked) found.push(`${result.checked} lines were looked at, not ${expected.checked}`)
  if (result.verdict === 'VALID' && expected.verdict === 'VALID' && !expected.open) {
    const { head, ...scope } = result.scope
    if (head?.seq !== scope.toSeq) found.push('the head is not the last receipt')
    for (const [name, value] of Object.entries(expected.scope)) {
      const said = scope[name as keyof typeof scope]
      if (said !== value) found.push(`scope.${name} is ${said}, not ${value}`)
    }
  }
  return found
}
