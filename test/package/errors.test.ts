/** docs/errors.md and docs/verification.md list every code, and no name means two things. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { incompleteCodes, invalidCodes } from '../../src/verify/types.js'
import { root } from '../support/program.js'

const union = async () => {
  const text = await readFile(join(root, 'src/errors.ts'), 'utf8')
  const declared = text.slice(text.indexOf('export type ErrorCode'), text.indexOf('/** Where a receipt stands'))
  return [...declared.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code as string)
}

describe('error codes', () => {
  it('each stand in docs/errors.md with a cause and a cure', async () => {
    const page = await readFile(join(root, 'docs/errors.md'), 'utf8')
    const rows = new Map(
      [...page.matchAll(/^\| `([A-Z_]+)` \| (.+?) \| (.+?) \|$/gm)].map(([, code, cause, cure]) => [
        code,
        [cause, cure],
      ]),
    )
    expect([...rows.keys()].sort()).toEqual((await union()).sort())
    for (const words of rows.values()) for (const word of words) expect(word?.length).toBeGreaterThan(10)
  })

  it('are no problem codes', async () => {
    const problems = new Set<string>([...invalidCodes, ...incompleteCodes, 'LINE_NOT_CANONICAL', 'DETAILS_ERASED'])
    expect((await union()).filter((code) => problems.has(code))).toEqual([])
  })

  it('are each thrown somewhere', async () => {
    const names = (await readdir(join(root, 'src'), { recursive: true })).filter(
      (name) => name.endsWith('.ts') && name !== 'errors.ts',
    )
    const source = (await Promise.all(names.map((name) => readFile(join(root, 'src', name), 'utf8')))).join('\n')
    expect((await union()).filter((code) => !source.includes(`'${code}'`))).toEqual([])
  })
})

describe('problem codes', () => {
  it('each stand in docs/verification.md', async () => {
    const page = await readFile(join(root, 'docs/verification.md'), 'utf8')
    expect(
      [...invalidCodes, ...incompleteCodes, 'LINE_NOT_CANONICAL', 'DETAILS_ERASED'].filter(
        (code) => !page.includes(`\`${code}\``),
      ),
    ).toEqual([])
  })
})
