/** A deployment with a log and a witness, and what a verifier knows of it. */
import { parseDidKey } from '../../src/keys/did-key.js'
import { Keyring } from '../../src/keys/keyring.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger } from '../../src/ledger/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { type Policy, parsePolicy } from '../../src/tlog/policy.js'
import { noteKey, vkeyOf } from '../../src/tlog/vkey.js'
import { checkpointLog } from '../../src/transparency/log/checkpoint-log.js'
import type { CheckpointLog, CheckpointLogOptions } from '../../src/transparency/log/types.js'
import { localWitness } from '../../src/transparency/witness/local-witness.js'
import { draft, keyNamed } from '../ledger/support.js'
import { never, ORIGIN } from './log-support.js'

export const WITNESS = 'witness.example/one'

const publicKeyOf = async (keys: KeyProvider) => parseDidKey((await keys.signer()).keyId)

export const logVkey = async (name = 'checkpoints', origin = ORIGIN) =>
  vkeyOf(noteKey(origin, 'ed25519', await publicKeyOf(keyNamed(name))))
export const witnessVkey = async (name = 'witness') =>
  vkeyOf(noteKey(WITNESS, 'ed25519-cosignature', await publicKeyOf(keyNamed(name))))

/** Text of a policy that asks for the witness, or for nobody. */
export async function policyText(quorum: 'w1' | 'none' = 'w1', log = 'checkpoints', witness = 'witness') {
  return `log ${await logVkey(log)}\nwitness w1 ${await witnessVkey(witness)}\nquorum ${quorum}\n`
}

export interface ProofWorld {
  readonly store: ReceiptStore
  readonly ledger: Ledger
  readonly log: CheckpointLog
  readonly keyring: Keyring
  /** Asks for the witness. */
  readonly policy: Policy
  /** Asks for nobody. */
  readonly lonely: Policy
  /** Appends so many decisions, and says their ids. */
  decide(count: number, chainId?: string): Promise<string[]>
  /** Makes checkpoints of these chains and brings the log's head to the witness. */
  publish(...chains: string[]): Promise<void>
  close(): Promise<void>
}

export async function proofWorld(
  store: ReceiptStore = memoryStore(),
  keys: KeyProvider = keyNamed('receipts'),
  options: Partial<CheckpointLogOptions> = {},
): Promise<ProofWorld> {
  const ledger = createLedger({ store, keys, redactor: false })
  const witness = localWitness({
    keys: keyNamed('witness'),
    name: WITNESS,
    logs: [noteKey(ORIGIN, 'ed25519', await publicKeyOf(keyNamed('checkpoints')))],
  })
  const log = checkpointLog(ledger, {
    origin: ORIGIN,
    keys: keyNamed('checkpoints'),
    witnesses: { clients: [witness] },
    ...never,
    ...options,
  })
  log.on('warning', () => {})
  return {
    store,
    ledger,
    log,
    keyring: new Keyring([(await keyNamed('receipts').signer()).keyId]),
    policy: parsePolicy(await policyText()),
    lonely: parsePolicy(await policyText('none')),
    async decide(count, chainId = 'acme') {
      const receipts = await Promise.all(
        Array.from({ length: count }, (_, at) =>
          ledger.append(draft({ chainId, details: { metadata: { note: `neighbour ${chainId} ${at}` } } })),
        ),
      )
      return receipts.map(({ receiptId }) => receiptId)
    },
    async publish(...chains) {
      for (const chainId of chains) await log.checkpoint(chainId)
      await log.publish()
    },
    async close() {
      await log.close()
      await ledger.close()
    },
  }
}
