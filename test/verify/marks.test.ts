/** What is said of each checkpoint that a chain does not lead to, where anchors and signed checkpoints stand side by side. */
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { openCheckpoints } from '../../src/verify/checkpoints.js'
import type { Anchor, VerifyOptions, VerifyResult } from '../../src/verify/types.js'
import { anchorOf } from './anchor.js'
import { noteOf, originOf, policyOf } from './notes.js'
import { judge, plainChain } from './support.js'

const chain = plainChain(12)
const origin = originOf((chain[0] as DecisionReceipt).receiptHash)
/** The same first three receipts, and others behind them. */
const rewritten = [...chain.slice(0, 3), ...plainChain(9, { on: chain.slice(0, 3), label: 'rewritten' })]
const longer = [...chain, ...plainChain(8, { on: chain })]

const open = async (...notes: Promise<string>[]) => openCheckpoints(await Promise.all(notes), policyOf())
/** Of the true chain. */
const anchors = (...sizes: number[]): Anchor[] => sizes.map((size) => anchorOf(longer, size))
const notes = (...sizes: number[]) => open(...sizes.map((size) => noteOf(longer, { size })))

/** Verdict, and of each problem its code, seq and the sizes in its words. */
async function told(receipts: readonly (DecisionReceipt | string)[], options: Partial<VerifyOptions>) {
  const { verdict, problems } = await judge(receipts, options)
  return [
    verdict,
    ...problems.map(({ code, seq, message }) => `${code}@${seq ?? '-'} ${message.match(/size (\d+)/)?.[1]}`),
  ]
}

const messages = ({ problems }: VerifyResult) => problems.map(({ message }) => message)

describe('a chain that contradicts', () => {
  it('each anchor by itself, and of signed checkpoints only the first', async () => {
    expect(await told(rewritten, { anchors: anchors(3, 6, 9), checkpoints: await notes(2, 5, 8, 11) })).toEqual([
      'INVALID',
      'CHECKPOINT_MISMATCH@4 5',
      'CHECKPOINT_MISMATCH@5 6',
      'CHECKPOINT_MISMATCH@8 9',
    ])
    expect(await told(rewritten, { anchors: anchors(4), checkpoints: await notes(5, 8) })).toEqual([
      'INVALID',
      'CHECKPOINT_MISMATCH@3 4',
      'CHECKPOINT_MISMATCH@4 5',
    ])
  })

  it('is shown with the signed checkpoint, where there is one, and where it still led to a smaller', async () => {
    const checkpoints = await notes(2, 5)
    const { problems } = await judge(rewritten, { anchors: anchors(4), checkpoints })
    const place = (seq: number) => ({ seq, receiptId: rewritten[seq]?.receiptId, line: seq + 1 })
    expect(problems).toStrictEqual([
      {
        code: 'CHECKPOINT_MISMATCH',
        ...place(3),
        message: 'does not lead to the checkpoint of size 4: the chain was rewritten or forked before it',
      },
      {
        code: 'CHECKPOINT_MISMATCH',
        ...place(4),
        message: expect.stringMatching(/of size 5: .* before it, and behind the one of size 2, which holds$/),
        notes: [checkpoints.known[1]?.note],
      },
    ])
  })

  it('one of a size at which it leads to another is not rewritten behind that', async () => {
    const checkpoints = await open(noteOf(rewritten, { size: 9, origin }))
    const { problems } = await judge(chain, { anchors: anchors(9), checkpoints })
    expect(problems.map(({ code, seq }) => `${code}@${seq}`)).toEqual(['CHECKPOINT_MISMATCH@8'])
    expect(problems[0]?.message).toMatch(/ before it$/)
  })
})

describe('a chain that does not reach', () => {
  it('each anchor by itself, and of signed checkpoints the largest', async () => {
    for (const more of [anchors(14, 18), anchors(18, 14)])
      expect(await told(chain, { anchors: more, checkpoints: await notes(13, 17, 15) })).toEqual([
        'INCOMPLETE',
        'CHECKPOINT_NOT_REACHED@- 14',
        'CHECKPOINT_NOT_REACHED@- 17',
        'CHECKPOINT_NOT_REACHED@- 18',
      ])
  })

  it('is told which receipts are missing only where they are', async () => {
    const whole = await judge(chain, { anchors: anchors(13, 15) })
    expect(messages(whole).map((message) => message.match(/covers (.*)$/)?.[1])).toEqual([
      'seq 12 to 12, which are missing',
      'seq 12 to 14, which are missing',
    ])
    // behind a hole nobody can tell, also not where it ends at or behind the checkpoint, or before it
    const holed = [...chain.slice(0, 4), ...chain.slice(5)]
    const { problems } = await judge(holed, { anchors: anchors(4, 8, 12, 13) })
    expect(problems.map(({ code }) => code)).toEqual(['SEQ_GAP', ...Array(3).fill('CHECKPOINT_NOT_REACHED')])
    for (const { message } of problems.slice(1)) expect(message).toContain('was not seen whole from seq 0')
  })

  it('is not followed through a signature that has no form', async () => {
    const at = chain[5] as DecisionReceipt
    for (const signature of [`x${at.signature}`, `${at.signature}0`, at.signature.toUpperCase(), 'ed25519:', '', 1]) {
      const spoilt = { ...at, signature } as DecisionReceipt
      const found = await judge([...chain.slice(0, 5), spoilt, ...chain.slice(6)], { anchors: anchors(5, 6, 12) })
      expect([found.verdict, found.counts.CHECKPOINT_NOT_REACHED]).toEqual(['INVALID', 2])
      expect(found.counts).not.toHaveProperty('CHECKPOINT_MISMATCH')
    }
  })
})
