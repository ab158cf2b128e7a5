/**
 * Notes, proofs and tiles of ours in the hands of other people's code, and theirs in ours: golang.org/x/mod/sumdb/note and tlog,
 * and filippo.io/torchwood for cosignatures and the paths of tiles.
 */
import { spawnSync } from 'node:child_process'
import { createPrivateKey, sign as nodeSign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { localKey } from '../../src/keys/local.js'
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  merkleRoot,
  receiptLeaf,
  verifyConsistency,
  verifyInclusion,
} from '../../src/merkle/index.js'
import { memoryStore } from '../../src/store/memory.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { checkpointText, openCheckpoint, readCheckpoint } from '../../src/tlog/checkpoint.js'
import { cosign, verifyCosignature } from '../../src/tlog/cosignature.js'
import { signNote } from '../../src/tlog/note.js'
import { noteSigner } from '../../src/tlog/note-signer.js'
import { consistencyProofFromTiles, inclusionProofFromTiles } from '../../src/tlog/tiles/proofs.js'
import { noteKey, parseVkey, vkeyOf } from '../../src/tlog/vkey.js'
import { directoryTiles, exportTiles } from '../../src/transparency/tiles.js'

const source = fileURLToPath(new URL('./go/', import.meta.url))
const built = mkdtempSync(join(tmpdir(), 'quittance-interop-'))
const program = join(built, process.platform === 'win32' ? 'interop.exe' : 'interop')
afterAll(() => rmSync(built, { recursive: true, force: true }))

const go = (args: readonly string[]) =>
  spawnSync('go', args, { cwd: source, encoding: 'utf8', env: { ...process.env, GOTOOLCHAIN: 'local' } })

/** Why it can't be run here; `undefined` where it can. */
function hindrance(): string | undefined {
  const version = go(['env', 'GOVERSION'])
  if (version.error !== undefined) return 'Go is not on the PATH'
  const [, minor = '0'] = /^go1\.(\d+)/.exec(version.stdout) ?? []
  if (Number(minor) < 24) return `${version.stdout.trim()} is older than 1.24`
  const { status, stderr } = go(['mod', 'download'])
  return status === 0 ? undefined : `the Go modules can't be had: ${stderr.trim().split('\n').at(-1)}`
}
const reason = hindrance()
if (reason !== undefined) console.warn(`test/interop: skipped, ${reason}`)

interface Answer {
  readonly error?: string
  readonly text?: string
  readonly verified?: readonly { readonly name: string; readonly time?: number }[]
  readonly unverified: number
  readonly note?: string
  readonly vkey?: string
  readonly witnessVkey?: string
  readonly size: number
  readonly root?: string
  readonly entries?: readonly string[]
  readonly files?: readonly string[]
  readonly inclusion?: readonly { readonly index: number; readonly proof: readonly string[] }[]
  readonly consistency?: readonly { readonly first: number; readonly root: string; readonly proof: readonly string[] }[]
}
function ask(request: object): Answer {
  const { status, stdout, stderr } = spawnSync(program, [], {
    input: JSON.stringify(request),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Answer
}
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

const receipts = testReceipts({ chainId: 'acme', count: 600 })
const data = receipts.map(({ receiptHash, signature }) => receiptLeaf(receiptHash, signature))
const leaves = data.map(leafHash)
const origin = 'log.example/acme'
const seed = Buffer.alloc(32, 6)
const signer = await noteSigner(origin, localKey({ seed }))
const witness = noteKey('witness.example/w1', 'ed25519-cosignature', signer.key.publicKey)
const signByPlatform = async (message: Uint8Array) =>
  nodeSign(
    null,
    message,
    createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
      format: 'der',
      type: 'pkcs8',
    }),
  )
const textOf = (size: number) => checkpointText({ origin, size, rootHash: merkleRoot(leaves, size) })
const sizes = [1, 2, 3, 5, 7, 8, 13, 255, 256, 257, 600]
const asked = (size: number) =>
  [...new Set([0, 1, 2, size >> 1, size - 2, size - 1])].filter((at) => at >= 0 && at < size)
const firsts = (size: number) => asked(size).map((at) => at + 1)

describe.skipIf(reason !== undefined)('with what others wrote in Go', () => {
  it('builds', { timeout: 300_000 }, () => {
    const { status, stderr } = go(['build', '-o', program, '.'])
    expect({ status, stderr }).toMatchObject({ status: 0 })
  })

  it('opens our checkpoints and cosignatures there', async () => {
    const text = textOf(600)
    const line = await cosign(text, witness, 1_700_000_000, signByPlatform)
    const note = `${await signNote(text, [signer])}${line}`
    const keys = { vkeys: [vkeyOf(signer.key)], witnesses: [vkeyOf(witness)] }
    expect(ask({ op: 'openNote', note, ...keys })).toMatchObject({
      text,
      verified: [{ name: origin }, { name: witness.name, time: 1_700_000_000 }],
      unverified: 0,
    })
    expect(ask({ op: 'openNote', note, vkeys: keys.vkeys })).toMatchObject({
      verified: [{ name: origin }],
      unverified: 1,
    })
    expect(ask({ op: 'openNote', note: note.replace('\n600\n', '\n601\n'), ...keys }).error).toMatch(
      /invalid signature/,
    )
    expect(ask({ op: 'openNote', note: note.replace(line, line.replace('AAAA', 'AAAB')), ...keys }).error).toMatch(
      /invalid signature/,
    )
  })

  it('opens their checkpoints and cosignatures here', () => {
    const made = ask({ op: 'makeNote', text: textOf(5), name: origin, witness: witness.name, seed: base64(seed) })
    expect([made.vkey, made.witnessVkey]).toEqual([vkeyOf(signer.key), vkeyOf(witness)])
    const { note, size } = openCheckpoint(made.note!, [parseVkey(made.vkey!)])
    expect(size).toBe(5)
    const found = verifyCosignature(note, note.signatures[1]!, parseVkey(made.witnessVkey!))
    expect(Math.abs(found!.time - Date.now() / 1000)).toBeLessThan(3600)
  })

  it.each(sizes)('agrees about the proofs of a tree of %d leaves, both ways', (size) => {
    const root = merkleRoot(leaves, size)
    const inclusion = asked(size).map((index) => ({
      index,
      leaf: base64(data[index]!),
      proof: inclusionProof(leaves, index, size).map(base64),
    }))
    const consistency = firsts(size).map((first) => ({
      first,
      root: base64(merkleRoot(leaves, first)),
      proof: consistencyProof(leaves, first, size).map(base64),
    }))
    const ours = { op: 'checkProofs', size, root: base64(root), inclusion, consistency }
    expect(ask(ours).error).toBeUndefined()
    expect(ask({ ...ours, root: base64(leafHash(root)) }).error).toBeDefined()

    const theirs = ask({
      op: 'makeProofs',
      leaves: data.slice(0, size).map(base64),
      inclusion: inclusion.map(({ index }) => ({ index })),
      consistency: consistency.map(({ first }) => ({ first })),
    })
    expect(theirs).toMatchObject({ size, root: base64(root) })
    expect(theirs.inclusion).toHaveLength(inclusion.length)
    for (const { index, proof } of theirs.inclusion!)
      expect(verifyInclusion(leaves[index]!, index, size, proof.map(bytes), root)).toBe(true)
    for (const { first, root: smaller, proof } of theirs.consistency!)
      expect(verifyConsistency(first, size, bytes(smaller), root, proof.map(bytes))).toBe(true)
  })

  it('makes proofs out of our tiles there, and of theirs here', async () => {
    const store = memoryStore()
    await store.append('acme', receipts, undefined)
    const [ours, theirs] = await Promise.all(
      ['ours', 'theirs'].map((name) => mkdtemp(join(tmpdir(), `quittance-tiles-${name}-`))),
    )
    try {
      const checkpoint = await signNote(textOf(600), [signer])
      await exportTiles({ store, chainId: 'acme', directory: ours!, checkpoint })
      const [inclusion, consistency] = [asked(600).map((index) => ({ index })), firsts(600).map((first) => ({ first }))]
      const read = ask({ op: 'readTiles', dir: ours, vkeys: [vkeyOf(signer.key)], inclusion, consistency })
      expect(read.error).toBeUndefined()
      expect(read.entries).toEqual(data.map(base64))
      for (const { index, proof } of read.inclusion!)
        expect(proof).toEqual(inclusionProof(leaves, index, 600).map(base64))
      for (const { first, proof } of read.consistency!)
        expect(proof).toEqual(consistencyProof(leaves, first, 600).map(base64))

      const made = ask({ op: 'makeTiles', dir: theirs, leaves: data.map(base64) })
      expect(made.error).toBeUndefined()
      for (const path of made.files!)
        expect([path, await readFile(join(theirs!, path), 'hex')]).toEqual([
          path,
          await readFile(join(ours!, path), 'hex'),
        ])
      const present = (await readdir(ours!, { recursive: true, withFileTypes: true })).filter((one) => one.isFile())
      expect(present).toHaveLength(made.files!.length + 1)
      const { size, rootHash } = readCheckpoint(checkpoint)
      const tree = { size, rootHash, fetchTile: directoryTiles(theirs!) }
      for (const { index } of inclusion)
        expect((await inclusionProofFromTiles(tree, index)).map(base64)).toEqual(
          inclusionProof(leaves, index, 600).map(base64),
        )
      for (const { first } of consistency)
        expect((await consistencyProofFromTiles(tree, first)).map(base64)).toEqual(
          consistencyProof(leaves, first, 600).map(base64),
        )

      // what was altered is believed by neither
      const altered = await readFile(join(ours!, 'tile/0/001'))
      altered[100]! ^= 1
      await writeFile(join(ours!, 'tile/0/001'), altered)
      const refused = ask({ op: 'readTiles', dir: ours, vkeys: [vkeyOf(signer.key)], inclusion: [{ index: 300 }] })
      expect(refused.error).toBeDefined()
      await expect(
        inclusionProofFromTiles({ size, rootHash, fetchTile: directoryTiles(ours!) }, 300),
      ).rejects.toMatchObject({ code: 'TLOG_UNTRUSTED' })
    } finally {
      for (const folder of [ours!, theirs!]) await rm(folder, { recursive: true })
    }
  })
})
