/** A small chain with everything that could lead a line tool astray, signed by node:crypto. */

import { detailsHashOf, genesisHash } from '../../src/receipt/digest.js'
import { frame, lineOf, link, type ReceiptBody, seal } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { JsonObject } from './arbitraries.js'
import type { TestKey } from './keys.js'

const idOf = (index: number) => `019b0000-0000-7000-8000-00000000000${index}`

/** Seals bodies one after the other; each may look at those before it. */
export function sealChain(
  chainId: string,
  key: TestKey,
  bodies: readonly ((before: readonly DecisionReceipt[]) => JsonObject)[],
): DecisionReceipt[] {
  const receipts: DecisionReceipt[] = []
  for (const [seq, body] of bodies.entries()) {
    const facts = body(receipts)
    const detailsHash = facts.details === undefined ? {} : { detailsHash: detailsHashOf(facts.details) }
    const framed = frame({
      version: 'quittance/1',
      receiptId: idOf(seq),
      chainId,
      tenantId: 'acme',
      ...facts,
      ...detailsHash,
    } as unknown as ReceiptBody)
    const linked = link(framed, {
      seq,
      timestamp: `2026-03-04T05:06:0${seq}.000Z`,
      keyId: key.keyId,
      prevReceiptHash: receipts.at(-1)?.receiptHash ?? genesisHash(chainId),
    })
    receipts.push(seal(linked, key.sign(linked.message)))
  }
  return receipts
}

/** Five lines: chain_start, a decision with details, one without, oversight with links, a rollback. */
export function awkwardChain(chainId: string, key: TestKey): string[] {
  const decoy = `,"receiptHash":"sha256:${'0'.repeat(64)}","receiptId":"${idOf(9)}","seq":1`
  return sealChain(chainId, key, [
    () => ({
      eventType: 'system',
      system: {
        event: 'chain_start',
        nonce: '0'.repeat(32),
        retentionDays: 184,
        predecessor: { chainId: 'old', seq: 4, receiptHash: `sha256:${'5'.repeat(64)}` },
      },
    }),
    () => ({
      eventType: 'decision',
      checks: [{ name: 'limit', fired: false, xNote: decoy }],
      action: 'allow',
      tags: ['€ 漢字 😀', decoy, '},"detailsHash":', "it's", '\n\t\u0000', '%s %d \\n', '$HOME `ls`'],
      details: {
        salt: '7'.repeat(64),
        rationale: { details: { a: 1 }, detailsHash: 'x', receiptHash: 'y', signature: `ed25519:${'0'.repeat(128)}` },
        metadata: { text: `},"detailsHash":${decoy}`, percent: '100 % of\nit' },
      },
      xVendor: { a: 1, prevReceiptHash: `sha256:${'0'.repeat(64)}`, receiptId: idOf(9), seq: 3 },
    }),
    () => ({
      eventType: 'decision',
      checks: [],
      action: 'reject',
      redactor: { name: 'none', version: '1', configDigest: `sha256:${'1'.repeat(64)}` },
    }),
    (before) => ({
      eventType: 'human_oversight',
      humanOversight: { kind: 'approval', reviewerId: `hmac-sha256:${'2'.repeat(64)}` },
      pseudonymKeyId: 'people-1',
      reasonCodes: ['R1', 'R2'],
      links: [
        {
          rel: 'about',
          chainId,
          receiptId: before[1]?.receiptId as string,
          receiptHash: before[1]?.receiptHash as string,
          xSeq: 1,
        },
      ],
      details: { salt: '8'.repeat(64), oversight: { comment: 'seen' } },
    }),
    (before) => ({
      eventType: 'system',
      system: {
        event: 'rollback',
        lost: before.slice(2, 4).map(({ seq, receiptId, receiptHash }) => ({ seq, receiptId, receiptHash })),
      },
    }),
  ]).map(lineOf)
}
