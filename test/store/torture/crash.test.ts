import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, bundled } from './bundle.js'
import { crash } from './crash.js'

const seed = Number(process.env.TORTURE_SEED ?? 20_260_102)
let writer: Bundle

beforeAll(async () => {
  writer = await bundled('writer')
})
afterAll(() => writer.remove())

describe('a writer is killed', () => {
  it('200 times, with 64 appends in flight: every acknowledged receipt is there exactly once, and the chain is VALID', async () => {
    const findings = await crash({ kills: 200, seed, writer })
    expect(findings.kills).toBe(200)
    expect(findings.acknowledged).toBeGreaterThan(2_000)
    // how many of them come to their end before the kill is the machine's affair
    expect(findings.erased + findings.pruned + findings.interrupted).toBeGreaterThan(0)
  }, 300_000)
})
