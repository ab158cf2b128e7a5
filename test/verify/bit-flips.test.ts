/** Every bit of every byte of a stored chain, flipped alone: never VALID. */
import { expect, test } from 'vitest'
import { verifyLines } from '../../src/verify/chain.js'
import { chainOf, delegated, entryOf, fileOf, judge, keys, linesOf, NOW, rawLines, trusting } from './support.js'

const keyring = trusting(keys.one, entryOf(keys.root, { uses: ['delegate'] }))

/** Three receipts: details, a link with its hash, a certificate, numbers, text that is not ASCII. */
const file = fileOf(
  linesOf(
    chainOf([
      { details: { rationale: 'ä€😀' } },
      delegated(),
      (before) => ({
        details: { oversight: { comment: 'ok' } },
        body: {
          eventType: 'human_oversight',
          links: [
            { rel: 'about', receiptId: before[0]?.receiptId as string, receiptHash: before[0]?.receiptHash as never },
          ],
          humanOversight: { kind: 'approval', reviewerId: `hmac-sha256:${'5'.repeat(64)}` },
          pseudonymKeyId: 'p-1',
          xRate: -0.5,
        },
      }),
    ]),
  ),
)

test('the chain is valid', async () => {
  const result = await judge(file, { keyring })
  expect([result.verdict, result.problems, result.notices]).toEqual(['VALID', [], []])
})

/** Flipped in parts, so that a failure says where. */
const PARTS = 8
const part = Math.ceil(file.length / PARTS)

test.each(Array.from({ length: PARTS }, (_, index) => index * part))(
  'from byte %i on',
  async (from) => {
    const passed: string[] = []
    const flipped = Buffer.from(file)
    const to = Math.min(from + part, file.length)
    for (let at = from; at < to; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        flipped[at] = (file[at] as number) ^ (1 << bit)
        const { verdict } = await verifyLines(rawLines(flipped), { keyring, now: NOW })
        if (verdict === 'VALID') passed.push(`byte ${at}, bit ${bit}`)
      }
      flipped[at] = file[at] as number
    }
    expect(passed).toEqual([])
    expect(to).toBeGreaterThan(from)
  },
  120_000,
)

test('every byte left out, and every byte doubled', async () => {
  const passed: string[] = []
  for (let at = 0; at < file.length; at += 1) {
    for (const [what, bytes] of [
      ['left out', Buffer.concat([file.subarray(0, at), file.subarray(at + 1)])],
      ['doubled', Buffer.concat([file.subarray(0, at + 1), file.subarray(at)])],
    ] as const) {
      const { verdict } = await verifyLines(rawLines(bytes), { keyring, now: NOW })
      if (verdict === 'VALID') passed.push(`byte ${at} ${what}`)
    }
  }
  expect(passed).toEqual([])
}, 120_000)

test('the file cut at every byte is VALID only between lines, and then says that its tail is unproved', async () => {
  const valid: number[] = []
  for (let length = 0; length <= file.length; length += 1) {
    const { verdict, scope } = await verifyLines(rawLines(file.subarray(0, length)), { keyring, now: NOW })
    if (verdict === 'VALID') {
      valid.push(length)
      expect(scope.tail).toBe('unproved')
    }
  }
  const ends = [...file.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1)
  expect(valid).toEqual(ends)
}, 120_000)
