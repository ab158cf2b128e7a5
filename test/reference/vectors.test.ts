/** The reference against the published vectors: each must be what they say, before anything is compared with it. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Asked, judgeChain, linesOfFile } from './chain.js'
import { readKeyring } from './keyring.js'

interface Vector {
  readonly name: string
  readonly file: string
  readonly keyring: unknown
  readonly options: Asked
  readonly expected: {
    readonly verdict: string
    readonly scope: { readonly [name: string]: unknown; readonly tail: string }
    readonly checked: number
    readonly problems: readonly { readonly code: string }[]
  }
}

const folder = new URL('../vectors/', import.meta.url)
const { vectors } = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as { vectors: Vector[] }

describe('the reference verifier', () => {
  test.each(vectors.map((vector) => [vector.name, vector] as const))(
    '%s',
    (_, { file, keyring, options, expected }) => {
      const trusted = readKeyring(JSON.stringify(keyring))
      if (trusted === undefined) throw new Error('expected a keyring')
      const judged = judgeChain(linesOfFile(readFileSync(new URL(file, folder))), trusted, options)
      expect({ verdict: judged.verdict, checked: judged.checked }).toEqual({
        verdict: expected.verdict,
        checked: expected.checked,
      })
      const codes = new Set(expected.problems.map(({ code }) => code))
      expect([...judged.must].filter((code) => !codes.has(code))).toEqual([])
      expect([...codes].filter((code) => !judged.must.has(code) && !judged.may.has(code))).toEqual([])
      expect(judged.open).toBe(false)
      if (expected.verdict === 'VALID') {
        const { head: _head, ...scope } = expected.scope
        const { fromSeq, toSeq, chainId, root, tail } = judged.scope
        expect({ chainId, fromSeq, toSeq, tail, ...(root === undefined ? {} : { root }) }).toEqual(scope)
      }
    },
  )
})
