/** A chain as a system of some traffic writes it, in a file store: the same bytes for the same count. */
import { didKey } from '../../src/keys/did-key.js'
import { fastestBackend } from '../../src/keys/ed25519/sodium.js'
import { Keyring } from '../../src/keys/keyring.js'
import { sha256, sha256Hex } from '../../src/primitives/sha256.js'
import { detailsHashOf, genesisHash } from '../../src/receipt/digest.js'
import { frame, link, type ReceiptBody, seal } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { type SeededGenerator, seededGenerator } from '../../src/report/statistics/generator.js'
import { fileStore } from '../../src/store/file.js'

/** The chain of the bench. */
export const chainId = 'bench'
/** The first receipt's time. */
export const start = Date.UTC(2026, 0, 1)
const SPACING = 25_000
const BATCH = 2_000
const digest = `sha256:${'0'.repeat(64)}` as const
const pseudonym = `hmac-sha256:${'1'.repeat(64)}` as const
const models = ['model-a', 'model-b', 'model-c']
const actions = ['allow', 'allow', 'allow', 'reject', 'escalate'] as const

const seed = sha256('quittance report bench')

/** @returns the keyring with the key that signs the chain */
export async function benchKeyring(): Promise<Keyring> {
  return Keyring.from(didKey((await fastestBackend()).signerFromSeed(seed).publicKey))
}

const pick = <T>(list: readonly T[], generator: SeededGenerator): T =>
  list[Math.floor(generator.next() * list.length)] as T

function idOf(seq: number, at: number): string {
  const ms = at.toString(16).padStart(12, '0')
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-${seq.toString(16).padStart(12, '0')}`
}

interface About {
  readonly receiptId: string
  readonly receiptHash: string
}

function bodyOf(seq: number, at: number, generator: SeededGenerator, last: About | undefined): ReceiptBody {
  const base = {
    version: 'quittance/1',
    receiptId: idOf(seq, at),
    chainId,
    tenantId: 'bench',
    traceId: `trace-${seq}`,
  } as const
  const kind = generator.next()
  const time = new Date(at).toISOString()
  if (kind < 0.1 && last !== undefined) {
    return {
      ...base,
      eventType: 'human_oversight',
      humanOversight: { kind: kind < 0.02 ? 'override' : 'approval', reviewerId: pseudonym },
      pseudonymKeyId: 'bench',
      links: [{ rel: 'about', ...last }],
      startedAt: time,
      endedAt: new Date(at + 5_000).toISOString(),
    } as ReceiptBody
  }
  if (kind < 0.25) {
    return {
      ...base,
      eventType: 'inference',
      modelId: pick(models, generator),
      input: { kind: 'text', hash: digest },
      output: { kind: 'text', hash: digest },
    }
  }
  const details = { salt: sha256Hex(`salt ${seq}`), groups: { band: pick(['a', 'b', 'c'], generator) } }
  return {
    ...base,
    eventType: 'decision',
    action: pick(actions, generator),
    modelId: pick(models, generator),
    latencyMs: Math.round(Math.exp(5 + generator.next()) * 10) / 10,
    input: { kind: 'text', hash: digest, redactions: { EMAIL: 1 } },
    output: { kind: 'text', hash: digest },
    checks: ['pii', 'toxicity', 'injection'].map((name) => {
      const score = Math.round(generator.next() * 1000) / 1000
      return { name, score, threshold: 0.985, op: 'gt', fired: score > 0.985 }
    }),
    decision: {
      favourable: generator.next() < 0.6,
      oversight: generator.next() < 0.1 ? 'after' : 'none',
      groupBasis: 'direct',
    },
    details,
    detailsHash: detailsHashOf(details),
  } as ReceiptBody
}

/**
 * Writes the chain.
 *
 * @param dir - an empty folder
 * @param count - how many receipts
 */
export async function writeChain(dir: string, count: number): Promise<void> {
  const generator = seededGenerator(7)
  const signer = (await fastestBackend()).signerFromSeed(seed)
  const keyId = didKey(signer.publicKey)
  const store = fileStore(dir)
  let head: DecisionReceipt | undefined
  let about: About | undefined
  let batch: DecisionReceipt[] = []
  let expected: DecisionReceipt | undefined
  for (let seq = 0; seq < count; seq += 1) {
    const at = start + seq * SPACING
    const body = Object.freeze(bodyOf(seq, at, generator, about))
    const linked = link(frame(body), {
      seq,
      timestamp: new Date(at).toISOString(),
      keyId,
      prevReceiptHash: head?.receiptHash ?? genesisHash(chainId),
    })
    head = seal(linked, signer.signSync(linked.message))
    if (head.eventType === 'decision') about = { receiptId: head.receiptId, receiptHash: head.receiptHash }
    batch.push(head)
    if (batch.length < BATCH && seq < count - 1) continue
    await store.append(chainId, batch, expected && { seq: expected.seq, receiptHash: expected.receiptHash })
    expected = head
    batch = []
  }
  await store.close()
}
