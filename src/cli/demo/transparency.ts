/** What a chain alone can't show: its end cut, and the whole written anew with the stolen keys. A checkpoint and a witness do. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QuittanceError } from '../../errors.js'
import { localKey } from '../../keys/local.js'
import type { KeyProvider } from '../../keys/provider.js'
import { createLedger } from '../../ledger/ledger.js'
import { toHex } from '../../primitives/bytes.js'
import { genesisHash, receiptHashOf, signedMessage } from '../../receipt/digest.js'
import { lineOf, textsOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { memoryStore } from '../../store/memory.js'
import { noteSigner } from '../../tlog/note-signer.js'
import { parsePolicy } from '../../tlog/policy.js'
import { vkeyOf } from '../../tlog/vkey.js'
import { checkpointLog } from '../../transparency/log/checkpoint-log.js'
import { fileSink } from '../../transparency/sinks/file.js'
import type { CheckpointSink, Witness } from '../../transparency/types.js'
import { localWitness } from '../../transparency/witness/local-witness.js'
import { verifyChain } from '../../verify/chain.js'
import { openCheckpoints } from '../../verify/checkpoints.js'
import { verifyLog } from '../../verify/log.js'
import type { VerifyOptions, VerifyResult } from '../../verify/types.js'
import { forgedSeq } from './tamper.js'

const ORIGIN = 'bank.example/decisions'

/** What somebody with the keys did, and what showed it. */
export interface Shown {
  readonly what: string
  readonly by: string
  readonly verdict: VerifyResult['verdict']
  readonly codes: readonly string[]
}

type Loose = Record<string, unknown>

/** One refusal made a grant, and all from there on hashed, linked and signed again with the bank's own key. */
async function rewritten(lines: readonly string[], keys: KeyProvider): Promise<string[]> {
  const at = forgedSeq(lines)
  const { sign } = await keys.signer()
  const forged = lines.slice(0, at)
  let previous = at === 0 ? undefined : ((JSON.parse(lines[at - 1] as string) as Loose).receiptHash as string)
  for (const line of lines.slice(at)) {
    const receipt: Loose = JSON.parse(line)
    if (forged.length === at) receipt.action = 'allow'
    receipt.prevReceiptHash = previous ?? genesisHash(receipt.chainId as string)
    receipt.receiptHash = receiptHashOf(textsOf(receipt).preimage)
    previous = receipt.receiptHash as string
    receipt.signature = `ed25519:${toHex(await sign(signedMessage(previous)))}`
    forged.push(textsOf(receipt).line)
  }
  return forged
}

interface Logging {
  readonly keyFile: string
  readonly checkpointKeys: () => KeyProvider
  readonly witness: Witness
  readonly sinks: readonly CheckpointSink[]
}

/** Puts a chain into a store of its own and makes its checkpoint, the log's entry and the log's head. */
async function logged(lines: readonly string[], { keyFile, checkpointKeys, witness, sinks }: Logging) {
  const store = memoryStore()
  const receipts = lines.map((line) => JSON.parse(line) as DecisionReceipt)
  const { chainId } = receipts[0] as DecisionReceipt
  await store.append(chainId, receipts, undefined)
  const ledger = createLedger({ store, keys: localKey({ file: keyFile }), redactor: false })
  const log = checkpointLog(ledger, {
    origin: ORIGIN,
    keys: checkpointKeys(),
    sinks,
    witnesses: { clients: [witness] },
  })
  const refusals: string[] = []
  log.on('warning', ({ error, name }) => {
    if (QuittanceError.is(error, 'TLOG_REFUSED') && name === witness.name) refusals.push(error.code)
    else ledger.warn(error)
  })
  try {
    await log.checkpoint(chainId)
    await log.publish()
    const ofLog: string[] = []
    for await (const receipt of store.read(log.chainId)) ofLog.push(lineOf(receipt))
    return { log: ofLog, refused: refusals.length > 0 }
  } finally {
    await log.close()
    await ledger.close()
  }
}

const shownAs = (what: string, by: string, { verdict, counts }: VerifyResult): Shown => ({
  what,
  by,
  verdict,
  codes: Object.keys(counts).filter((code) => code.startsWith('CHECKPOINT_')),
})

/** Keeps in memory what a sink was given. */
function keeping(): CheckpointSink & { readonly notes: string[] } {
  const notes: string[] = []
  return { name: 'memory', notes, publish: async ({ note }) => void notes.push(note) }
}

/**
 * Makes checkpoints of the demonstration's chain, has a witness cosign them, and plays whoever has the keys.
 *
 * @param dir - gets `audit` with the checkpoints and the log, `policy.txt` and `forged/rewritten.jsonl`
 * @param keyFile - the key that signs receipts, which the thief has too
 * @param lines - the chain
 * @param options - how it is verified; a noted head is left out, because here checkpoints are to show it
 * @returns what was done, and what showed it
 */
export async function showTransparency(
  dir: string,
  keyFile: string,
  lines: readonly string[],
  { keyring, chainId }: VerifyOptions,
): Promise<readonly Shown[]> {
  const file = join(dir, 'checkpoint.key.pem')
  const checkpointKeys = () => localKey({ file, create: true })
  const { key: logKey } = await noteSigner(ORIGIN, checkpointKeys())
  const witness = localWitness({ keys: localKey({ ephemeral: true }), name: 'auditor.example/witness', logs: [logKey] })
  const policyText = `log ${vkeyOf(logKey)}\nwitness auditor ${vkeyOf(await witness.core.key())}\nquorum auditor\n`
  await writeFile(join(dir, 'policy.txt'), policyText)
  const policy = parsePolicy(policyText)

  const audit = keeping()
  const honest = { keyFile, checkpointKeys, witness, sinks: [fileSink(join(dir, 'audit')), audit] }
  const { log } = await logged(lines, honest)
  await writeFile(join(dir, 'audit', 'transparency-log.jsonl'), `${log.join('\n')}\n`)
  const heads = openCheckpoints(audit.notes, policy)
  // what the log says of its chains, and when the witness had seen it
  const { checkpoints } = await verifyLog(log, { keyring, checkpoints: heads })
  const whole = await verifyChain(lines, { keyring, chainId, checkpoints })
  const cut = await verifyChain(lines.slice(0, -5), { keyring, chainId, checkpoints })

  const forged = await rewritten(lines, localKey({ file: keyFile }))
  await writeFile(join(dir, 'forged', 'rewritten.jsonl'), `${forged.join('\n')}\n`)
  const againstCheckpoint = await verifyChain(forged, { keyring, chainId, checkpoints })

  const thief = keeping()
  // a log that is honest would ask the witness first, and sign nothing
  const { newest: _, ...unasked } = witness
  const second = await logged(forged, { ...honest, witness: unasked, sinks: [thief] })
  const own = await verifyLog(second.log, { keyring, checkpoints: openCheckpoints(thief.notes, policy) })
  const seen = await verifyLog(second.log, { keyring, checkpoints: heads })
  const refusal = second.refused ? 'the witness refuses to cosign its log' : 'the witness has cosigned its log'
  return [
    shownAs('nothing was done', 'the checkpoint', whole),
    shownAs('the last 5 receipts cut off', 'the checkpoint', cut),
    shownAs('one "reject" made "allow", signed anew with the stolen key', 'the checkpoint', againstCheckpoint),
    shownAs('the same, and new checkpoints with their stolen key', refusal, own.result),
    shownAs('the same, its log against what the witness has seen', 'the witness', seen.result),
  ]
}
