/** The verdict on a package in words. */
import type { EvidenceResult } from './findings.js'

const MOST = 20

/** Words of a package's maker are shown as far as they can't be commands to a terminal. */
const shown = (words: string): string => words.slice(0, 200).replace(/[^\x20-\x7e]/g, '?')

function listed<T>(all: readonly T[], most: number, line: (one: T) => string): string[] {
  const lines = all.slice(0, most).map(line)
  return all.length > most ? [...lines, `  … and ${all.length - most} more`] : lines
}

/**
 * @param result - from `verifyEvidence`
 * @param options - how the verdict is painted, and how many problems are listed
 * @returns lines for people, verdict first, each with its newline
 */
export function evidenceText(
  result: EvidenceResult,
  options: {
    readonly paint?: ((verdict: EvidenceResult['verdict']) => string) | undefined
    readonly maxProblems?: number | undefined
  } = {},
): string {
  const { paint = (verdict) => verdict, maxProblems = MOST } = options
  const { verdict, digest, madeAt, keyId, chains, problems, proved, notProved, unverified, omitted } = result
  const lines = [
    paint(verdict),
    ...(digest === undefined ? [] : [`  manifest  ${digest}`]),
    ...(madeAt === undefined ? [] : [`  made at   ${madeAt}, by its own word`]),
    ...(keyId === undefined ? [] : [`  signed by ${keyId}`]),
  ]
  for (const { chainId, result: chain } of chains) {
    const codes = Object.entries(chain.counts).map(([code, count]) => `${code} ${count}`)
    const found = codes.length === 0 ? '' : `  (${codes.join(', ')})`
    lines.push(
      `  ${paint(chain.verdict)}  chain ${chainId}, ${chain.checked} receipts, tail ${chain.scope.tail}${found}`,
    )
    lines.push(
      ...listed(chain.problems, maxProblems, ({ line, seq, code, message }) =>
        shown(
          `    ${line === undefined ? '' : `line ${line}  `}${seq === undefined ? '' : `seq ${seq}  `}${code}  ${message}`,
        ),
      ),
    )
  }
  if (problems.length > 0) lines.push('problems')
  lines.push(...listed(problems, maxProblems, ({ code, message }) => shown(`  ${code}  ${message}`)))
  lines.push(
    'proved',
    ...(proved.length === 0 ? ['  nothing'] : proved.map(({ code, message }) => `  ${code}  ${message}`)),
  )
  lines.push('not proved', ...notProved.map(({ code, message }) => `  ${code}  ${message}`))
  const cosignatures = `ML-DSA-44 cosignatures: ${unverified}; nothing here can check them, and they count for nothing`
  if (unverified !== undefined) lines.push('not checked', `  ${cosignatures}`)
  if (omitted.length > 0) lines.push('left out, by the word of who packed it')
  lines.push(...listed(omitted, MOST, ({ what, why }) => `  ${shown(what)}: ${shown(why)}`))
  return `${lines.join('\n')}\n`
}
