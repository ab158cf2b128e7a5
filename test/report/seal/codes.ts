/** Names that are taken: error codes, and problem codes of chains. */
import { readFileSync } from 'node:fs'
import { incompleteCodes, invalidCodes } from '../../../src/verify/types.js'

export function fixtureCodes(): ReadonlySet<string> {
  const source = readFileSync(new URL('../../../src/errors.ts', import.meta.url), 'utf8')
  const errors = [...source.matchAll(/^ {2}\| '([A-Z_]+)'$/gm)].map(([, code = '']) => code)
  if (errors.length < 40) throw new Error('the error codes were not found')
  return new Set([...errors, ...invalidCodes, ...incompleteCodes])
}
