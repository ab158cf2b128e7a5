/** Packing: receipts and all that is known about them, in one file that can be judged elsewhere. */
import { open, rename, rm } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { QuittanceError } from '../errors.js'
import { admitKey } from '../keys/ed25519/admission.js'
import { verifySignature } from '../keys/ed25519/verify.js'
import type { Keyring } from '../keys/keyring.js'
import type { KeyProvider } from '../keys/provider.js'
import { toHex, utf8 } from '../primitives/bytes.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { isTime } from '../primitives/time.js'
import { canonicalize } from '../receipt/canonical.js'
import type { Report, ReportSeal } from '../report/types.js'
import type { ReceiptStore } from '../store/store.js'
import type { PublishedCheckpoint } from '../transparency/types.js'
import { type PackedChain, packChain } from './chain-lines.js'
import {
  EVIDENCE_FORMAT,
  type EvidenceManifest,
  type EvidenceMember,
  type EvidenceOmission,
  manifestMessage,
} from './manifest.js'
import { MANIFEST, SIGNATURE } from './names.js'
import { packageTexts } from './package-texts.js'
import { reportMembers } from './report-members.js'
import { type Packer, packer } from './zip/packer.js'

/** What goes into a package. */
export interface WriteEvidenceOptions {
  /** Holds the receipts; it stays the caller's. */
  readonly store: ReceiptStore
  /** Which chains, in this order; default every chain of the store, by name. */
  readonly chains?: readonly string[] | undefined
  /** The chain that holds the checkpoints of all others; it is packed too. */
  readonly logChain?: string | undefined
  /** The keys as you know them. They go along for people to read: no verifier believes them. */
  readonly keyring: Keyring
  /** Signs the list of what is in the package; its key has the use `report` or `receipt`. It stays the caller's. */
  readonly signer: KeyProvider
  /** Checkpoints with their cosignatures and time stamps, of any of these chains and of the log. */
  readonly checkpoints?: readonly Pick<PublishedCheckpoint, 'note' | 'timestamps'>[] | undefined
  readonly report?: { readonly report: Report; readonly seal?: ReportSeal | undefined } | undefined
  /** A path, which is there when the package is whole; or a stream, which is ended. */
  readonly out: string | Writable
  /** Makes the file smaller, and its verification slower; default false. */
  readonly compress?: boolean | undefined
  /** The time that the package says it was made at; default the clock. */
  readonly now?: Date | string | undefined
  readonly onProgress?: ((progress: { readonly receipts: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What was packed. */
export interface WrittenEvidence {
  readonly manifest: EvidenceManifest
  /** Of `manifest.json`: `sha256:` and hex. Noted elsewhere it names exactly this package. */
  readonly digest: string
}

const optionNames = {
  store: true,
  chains: true,
  logChain: true,
  keyring: true,
  signer: true,
  checkpoints: true,
  report: true,
  out: true,
  compress: true,
  now: true,
  onProgress: true,
  signal: true,
} satisfies Record<keyof WriteEvidenceOptions, true>

function timeOf(now: Date | string | undefined): string {
  const text = now === undefined ? new Date().toISOString() : typeof now === 'string' ? now : now.toISOString()
  if (!isTime(text)) throw new RangeError('options.now must be a valid Date or YYYY-MM-DDTHH:MM:SS.sssZ')
  return text
}

interface Chosen {
  readonly chains: readonly string[]
  /** Whether the store has others. */
  readonly others: boolean
}

async function chosenChains({ store, chains, logChain, signal }: WriteEvidenceOptions): Promise<Chosen> {
  const there: string[] = []
  for await (const chainId of store.chains({ signal })) there.push(chainId)
  const asked = chains ?? there.sort()
  // the log first: what it says of the others is then not newer than what is packed of them
  const all = logChain === undefined ? asked : [logChain, ...asked.filter((chainId) => chainId !== logChain)]
  const named = new Set(all)
  if (named.size !== all.length) throw new RangeError('options.chains must name each chain once')
  return { chains: all, others: there.some((chainId) => !named.has(chainId)) }
}

async function signed(signer: KeyProvider, manifest: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const { keyId, sign, delegation } = await signer.signer({ signal })
  if (delegation) throw new QuittanceError('KEY_WRONG_TYPE', 'a delegate signs no packages')
  const message = manifestMessage(manifest)
  const signature = await sign(message, { signal })
  const { key } = admitKey(keyId)
  if (key === undefined || !verifySignature(key, message, signature))
    throw new QuittanceError('KEY_BAD_SIGNATURE', 'the key gave a signature that does not verify', {
      details: { keyId },
    })
  return utf8(canonicalize({ keyId, signature: `ed25519:${toHex(signature)}` }))
}

async function packAll(pack: Packer, options: WriteEvidenceOptions): Promise<WrittenEvidence> {
  const { store, logChain, keyring, signer, checkpoints = [], report, onProgress, signal } = options
  const madeAt = timeOf(options.now)
  const { chains: chosen, others } = await chosenChains(options)
  const members: EvidenceMember[] = []
  const omitted: EvidenceOmission[] = []
  const chains: PackedChain['chain'][] = []
  const keyLines: string[] = []
  let receipts = 0
  for (const chainId of chosen) {
    const file = `receipts/${chains.length + 1}.jsonl`
    const packed = await packChain(store, chainId, file, {
      signal,
      key: (line) => void keyLines.push(line),
      tick(more) {
        receipts += more
        onProgress?.({ receipts })
      },
    })
    if (packed === undefined) {
      omitted.push({ what: `chain ${chainId}`, why: 'the store holds no receipt of it' })
      continue
    }
    members.push(await pack.stream(file, packed.lines))
    chains.push(packed.chain)
  }
  const whole = async (name: string, bytes: Uint8Array | string) =>
    members.push(await pack.whole(name, typeof bytes === 'string' ? utf8(bytes) : bytes))
  await whole('keyring.json', canonicalize(JSON.parse(JSON.stringify(keyring.toJSON()))))
  await whole('key-events.jsonl', keyLines.map((line) => `${line}\n`).join(''))
  for (const [index, { note, timestamps }] of checkpoints.entries()) {
    await whole(`checkpoints/${index + 1}.txt`, note)
    for (const [at, token] of timestamps.entries()) await whole(`timestamps/${index + 1}.${at + 1}.p7s`, token)
  }
  if (report !== undefined) {
    const made = await reportMembers(report)
    for (const [name, bytes] of made.members) await whole(name, bytes)
    omitted.push(...made.omitted)
  }
  for await (const [name, bytes] of packageTexts()) await whole(name, bytes)
  if (others) omitted.push({ what: 'other chains', why: 'they were not asked for' })
  if (checkpoints.length === 0) omitted.push({ what: 'checkpoints', why: 'none were given' })
  if (!checkpoints.some(({ timestamps }) => timestamps.length > 0))
    omitted.push({ what: 'timestamps', why: 'none were given' })
  if (report === undefined) omitted.push({ what: 'report', why: 'none was given' })

  const hasLog = chains.some(({ chainId }) => chainId === logChain)
  const manifest: EvidenceManifest = {
    format: EVIDENCE_FORMAT,
    madeAt,
    chains,
    ...(hasLog && { logChain }),
    members,
    omitted,
  }
  const text = utf8(canonicalize(manifest))
  const { sha256: digest } = await pack.whole(MANIFEST, text)
  await pack.whole(SIGNATURE, await signed(signer, text, signal))
  return { manifest, digest }
}

async function packTo(out: Writable, options: WriteEvidenceOptions): Promise<WrittenEvidence> {
  const pack = await packer(out, options.compress === true).catch((error: unknown) => {
    out.destroy()
    throw error
  })
  try {
    const written = await packAll(pack, options)
    await pack.finish()
    return written
  } catch (error) {
    await pack.abandon(error)
    throw error
  }
}

/**
 * Packs chains with all that is known about them: one ZIP archive, streamed in constant memory. The same input and `now` give the
 * same bytes.
 *
 * @param options - what goes in, who signs the list, and where it goes
 * @returns the manifest and its digest
 * @throws QuittanceError `KEY_*`, `TLOG_UNAVAILABLE` where `yazl` is not installed, and what the store throws; the system's error
 *   where `out` can't be written
 * @throws TypeError or RangeError that names the option
 * @example
 * ```ts
 * import { Keyring } from 'quittance'
 * import { writeEvidence } from 'quittance/evidence'
 * import { localKey } from 'quittance/keys/local'
 * import { fileStore } from 'quittance/store/file'
 *
 * async function pack(keyring: Keyring) {
 *   const store = fileStore('./receipts')
 *   const signer = localKey({ file: './report.key.pem' })
 *   const { digest } = await writeEvidence({ store, chains: ['acme'], keyring, signer, out: 'acme.zip' })
 *   console.log(digest)
 * }
 * ```
 */
export async function writeEvidence(options: WriteEvidenceOptions): Promise<WrittenEvidence> {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, optionNames, 'options')
  const { out } = options
  if (typeof out !== 'string') return packTo(out, options)
  const part = `${out}.part`
  try {
    const written = await packTo((await open(part, 'w')).createWriteStream(), options)
    const handle = await open(part, 'r+')
    await handle.datasync().finally(() => handle.close())
    await rename(part, out)
    return written
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}
