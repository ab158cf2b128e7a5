/** A run whose power is cut after every call, and the judgement of what can be found then. */
import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QuittanceError } from '../../../src/errors.js'
import type { Ledger } from '../../../src/ledger/types.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { fileStoreOn } from '../../../src/store/file/file-store.js'
import { ownIdentity } from '../../../src/store/file/process-identity.js'
import { type FileStoreNotice, type FileStoreOptions, fileStore } from '../../../src/store/file.js'
import type { ReceiptStore } from '../../../src/store/store.js'
import { type Event, follow, type Image, lay, powerCutFs, type Survival, survivals } from './power-cut-fs.js'
import { randomFrom } from './random.js'
import { draft, handClock, judged, KEPT_DAYS, ledgerOn, retentionKey, scratch } from './world.js'

/** What the store told its caller, in the order in which it did. */
export type Told =
  | { readonly kind: 'acknowledged'; readonly receipt: DecisionReceipt }
  | { readonly kind: 'erased'; readonly chainId: string; readonly receiptId: string; readonly text: string }
  /** What is before `first` may be gone from now on; after `pruned` it is. */
  | { readonly kind: 'pruning' | 'pruned'; readonly chainId: string; readonly first: number }
  | { readonly kind: 'state'; readonly chainId: string; readonly version: number }

export interface Recording {
  readonly root: string
  /** What stood there when it began, and what had been promised of it. */
  readonly standing?: Image
  readonly promised?: Promised
  readonly events: readonly Event[]
  readonly clock: ReturnType<typeof handClock>
  /** What stands on the disk at the end, read from there: what the events must amount to. */
  readonly found: Image
}

/** Small, so that a few receipts fill a segment. */
export const SEGMENT_BYTES = 65_536

export const small = { segmentBytes: SEGMENT_BYTES }

/** Does the run once, on a disk that stays: opens, appends, rotation, state values, an erasure, a prune, a second open. */
export async function record(): Promise<Recording> {
  const root = await realpath(await mkdtemp(join(scratch(), 'quittance-power-')))
  try {
    const fs = powerCutFs(root)
    const clock = handClock()
    const tell = (what: Told) => fs.told(what)
    const open = async () => {
      const store = fileStoreOn(root, small, fs)
      return { store, ledger: await ledgerOn(store, clock) }
    }
    const append = async (ledger: Ledger, chainId: string, text: string, size = 0) => {
      const receipt = await ledger.append(draft(chainId, text, size))
      tell({ kind: 'acknowledged', receipt })
      return receipt
    }
    const erase = async (ledger: Ledger, { chainId, receiptId, details }: DecisionReceipt) => {
      assert.equal(await ledger.eraseDetails(chainId, receiptId, { reason: 'test' }), true)
      tell({ kind: 'erased', chainId, receiptId, text: String(details?.rationale).split('|')[0] ?? '' })
    }
    const prune = async ({ store, ledger }: Awaited<ReturnType<typeof open>>) => {
      const options = { olderThanDays: KEPT_DAYS, reason: 'test', keys: retentionKey() }
      const { through } = await ledger.prune('acme', { ...options, dryRun: true })
      const first = (through?.seq ?? -1) + 1
      tell({ kind: 'pruning', chainId: 'acme', first })
      await ledger.prune('acme', options)
      assert.equal((await store.bounds('acme'))?.first, first)
      tell({ kind: 'pruned', chainId: 'acme', first })
    }
    const put = async (store: ReceiptStore, version: number) => {
      await store.state.put('acme', 'torture', Buffer.from(`value ${version + 1}`), version)
      tell({ kind: 'state', chainId: 'acme', version: version + 1 })
    }

    const first = await open()
    await append(first.ledger, 'acme', 'secret-alone')
    const early = await Promise.all(
      [1, 2, 3, 4].map((n) => append(first.ledger, 'acme', `secret-early-${n}`, n * 3_000)),
    )
    await put(first.store, 0)
    await erase(first.ledger, early[1] as DecisionReceipt)
    // more than a page in one write, so that its parts can come apart
    await Promise.all([1, 2, 3].map((n) => append(first.ledger, 'acme', `secret-wide-${n}`, 14_000)))
    const later = await append(first.ledger, 'acme', 'secret-later', 20_000)
    clock.passDays(KEPT_DAYS + 1)
    await append(first.ledger, 'acme', 'secret-kept', 2_000)
    await prune(first)
    await append(first.ledger, 'other', 'secret-other')
    await first.ledger.close()

    const second = await open()
    await put(second.store, 1)
    const wide = await Promise.all([1, 2, 3, 4].map((n) => append(second.ledger, 'acme', `secret-second-${n}`, 20_000)))
    await erase(second.ledger, wide[0] as DecisionReceipt)
    clock.passDays(KEPT_DAYS + 1)
    await append(second.ledger, 'acme', 'secret-last', 100)
    await prune(second)
    await append(second.ledger, 'acme', 'secret-end', 100)
    await second.ledger.close()
    assert.ok(later.seq > 0)
    return { root, events: fs.events, clock, found: await imageOf(root) }
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** Opens what a cut has left and appends to it, watched in its turn. */
async function recordRecovery(standing: Image, promised: Promised, clock: Recording['clock']): Promise<Recording> {
  const root = await realpath(await mkdtemp(join(scratch(), 'quittance-power-')))
  try {
    await lay(standing, root)
    const fs = powerCutFs(root, standing)
    const ledger = await ledgerOn(fileStoreOn(root, { ...small, onNotice: () => undefined }, fs), clock)
    for (const chainId of ['acme', 'other'])
      fs.told({ kind: 'acknowledged', receipt: await ledger.append(draft(chainId, 'recovered')) } satisfies Told)
    await ledger.close()
    return { root, standing, promised: copyOf(promised), events: fs.events, clock, found: await imageOf(root) }
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count)
}

/** What stands in a directory. */
export async function imageOf(root: string): Promise<Map<string, Buffer | 'folder'>> {
  const image = new Map<string, Buffer | 'folder'>()
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    // the sockets of writers hold nothing
    if (!entry.isDirectory() && !entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    image.set(path.slice(root.length + 1), entry.isDirectory() ? 'folder' : await readFile(path))
  }
  return image
}

/** What must hold at a cut. */
interface Promised {
  readonly acknowledged: Map<string, DecisionReceipt>
  readonly erased: Map<string, string>
  /** By chain: from this on everything is there. */
  readonly keptFrom: Map<string, number>
  /** By chain: below this everything is gone. */
  readonly prunedBelow: Map<string, number>
  state: number
}

const copyOf = (promised?: Promised): Promised => ({
  acknowledged: new Map(promised?.acknowledged),
  erased: new Map(promised?.erased),
  keptFrom: new Map(promised?.keptFrom),
  prunedBelow: new Map(promised?.prunedBelow),
  state: promised?.state ?? 0,
})

function promise(promised: Promised, told: Told): void {
  if (told.kind === 'acknowledged') promised.acknowledged.set(told.receipt.receiptId, told.receipt)
  if (told.kind === 'erased') promised.erased.set(told.receiptId, told.text)
  if (told.kind === 'pruning') promised.keptFrom.set(told.chainId, told.first)
  if (told.kind === 'pruned') promised.prunedBelow.set(told.chainId, told.first)
  if (told.kind === 'state') promised.state = told.version
}

/** What was found at all cuts of a recording. */
export interface Findings {
  /** How many calls had changed something. */
  readonly cuts: number
  /** Directories that differ in what they hold or in what was promised. */
  images: number
  /** Of these, found by cutting the power again while the next process put the directory in order. */
  again: number
  tornSetAside: number
  /** By survival: how often the store said `STORE_CORRUPT`, though nothing acknowledged was missing. */
  readonly damaged: Map<string, number>
}

/** Survivals that keep the order of writes: after them there is no reason to find more than a torn last line. */
const inOrder = new Set([
  'only what was synced',
  'everything',
  'names without bytes',
  'bytes without names',
  'the newest write torn at any byte',
  'the newest write torn at a sector',
  'all bytes, some names',
])

const digestOf = (image: Image, promised: Promised): string => {
  const hash = createHash('sha256')
  for (const [path, content] of [...image].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}\n${typeof content === 'string' ? content : content.length}\n`).update(content)
  }
  const { acknowledged, erased, keptFrom, prunedBelow, state } = promised
  return hash.update(`${acknowledged.size} ${erased.size} ${[...keptFrom]} ${[...prunedBelow]} ${state}`).digest('hex')
}

/**
 * Cuts the power after every call of a recording, in each way.
 *
 * @param options - `seed` of what survives; `every` takes one cut of so many; `rounds` repeats the ways that draw lots;
 *   `againEvery` cuts the power again, everywhere, while one of so many directories is put in order
 */
export async function cutEverywhere(
  recording: Recording,
  options: { readonly seed: number; readonly every?: number; readonly rounds?: number; readonly againEvery?: number },
): Promise<Findings> {
  const { root, standing, events, clock } = recording
  const { seed, every = 1, rounds = 1, againEvery = 0 } = options
  const state = follow(root, standing)
  const promised = copyOf(recording.promised)
  const seen = new Set<string>()
  const findings: Findings = {
    cuts: events.filter(({ type }) => type !== 'told').length,
    images: 0,
    again: 0,
    tornSetAside: 0,
    damaged: new Map(),
  }
  for (const [at, event] of events.entries()) {
    state.step(event)
    if (event.type === 'told') promise(promised, event.what as Told)
    if (at % every !== 0) continue
    for (const survival of survivals) {
      for (let round = 0; round < rounds; round += 1) {
        const random = randomFrom(seed * 1_000_003 + at * 101 + round * 13 + survivals.indexOf(survival))
        const image = state.image(survival, random)
        const digest = digestOf(image, promised)
        if (seen.has(digest)) continue
        seen.add(digest)
        findings.images += 1
        try {
          const isSound = await judge(image, promised, survival, clock, findings)
          if (isSound && againEvery > 0 && findings.images % againEvery === 0) {
            const recovery = await recordRecovery(image, promised, clock)
            const more = await cutEverywhere(recovery, { seed: seed + findings.images })
            findings.images += more.images
            findings.again += more.images
            findings.tornSetAside += more.tornSetAside
            for (const [name, count] of more.damaged) add(findings.damaged, name, count)
          }
        } catch (error) {
          const before = events.slice(Math.max(0, at - 6), at + 1).map(describeEvent)
          const where = `cut after call ${at}, "${survival.name}", round ${round}, seed ${seed}\n  ${before.join('\n  ')}`
          throw new Error(`${where}\n${(error as Error).stack}`, { cause: error })
        }
      }
    }
  }
  return findings
}

function describeEvent(event: Event): string {
  if (event.type === 'told') return `told ${(event.what as Told).kind}`
  if (event.type === 'bytes') {
    const { change } = event
    return change.does === 'cut'
      ? `truncate file ${event.file} to ${change.size}`
      : `write file ${event.file} at ${change.at}, ${change.bytes.length} bytes`
  }
  if (event.type === 'name') return `${JSON.stringify(event.change)} in ${event.folder}`
  return event.type === 'sync-folder' ? `sync folder ${event.folder}` : `${event.type} ${event.file}`
}

/** Opens what a machine would find, as a reader and as a writer. @returns whether it could be read as it was */
async function judge(
  image: Image,
  promised: Promised,
  survival: Survival,
  clock: Recording['clock'],
  findings: Findings,
): Promise<boolean> {
  const dir = await mkdtemp(join(scratch(), 'quittance-power-'))
  try {
    await lay(image, dir)
    if (findings.images % 2 === 0) await leaveLock(dir, image)
    noneErased(image, promised)
    const damage = await readable(dir, image, promised, clock)
    const notices: FileStoreNotice[] = []
    if (damage === undefined) await goesOn(dir, promised, clock, {}, notices)
    else {
      assert.ok(!inOrder.has(survival.name), `in-order survival, and yet: ${damage.message} (${damage.details.file})`)
      add(findings.damaged, survival.name, 1)
      await refusesAndThenGoesOn(dir, damage, promised, clock, notices)
    }
    for (const notice of notices) {
      if (notice.code !== 'TORN_LINE_SET_ASIDE') continue
      findings.tornSetAside += 1
      assert.equal((await readFile(notice.file)).length, notice.bytes)
    }
    noneErased(await imageOf(dir), promised)
    return damage === undefined
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** The lock file, which nobody makes durable, may survive as well: it is of an earlier boot then. */
async function leaveLock(dir: string, image: Image): Promise<void> {
  const epoch = image.get('writer.epoch')
  if (!Buffer.isBuffer(epoch) || epoch.length === 0) return
  const { token } = JSON.parse(epoch.toString()) as { token: string }
  const owner = { ...(await ownIdentity()), bootId: 'an earlier boot', token, beacon: false }
  await writeFile(join(dir, 'writer.lock'), JSON.stringify(owner))
}

/** No file of the directory holds a text whose erasure had resolved. */
function noneErased(image: Image, { erased }: Promised): void {
  for (const [path, content] of image) {
    for (const text of erased.values())
      assert.ok(content === 'folder' || !content.includes(`${text}|`), `${text} is back in ${path}`)
  }
}

/** @returns why it can't be read, where it can't */
async function readable(
  dir: string,
  image: Image,
  promised: Promised,
  clock: Recording['clock'],
): Promise<QuittanceError | undefined> {
  const reader = fileStore(dir)
  let damage: QuittanceError | undefined
  try {
    for (const chainId of ['acme', 'other']) damage ??= await damageOf(reader, chainId)
    if (damage) await acknowledgedIsShown(reader, promised)
    else await keepsEveryPromise(reader, promised, clock, false)
  } finally {
    await reader.close()
  }
  const after = await imageOf(dir)
  after.delete('writer.lock')
  assert.deepEqual([...after.keys()].sort(), [...image.keys()].sort(), 'a reader changed something')
  for (const [path, content] of after)
    assert.ok(content === 'folder' || content.equals(image.get(path) as Buffer), `a reader changed ${path}`)
  return damage
}

async function damageOf(store: ReceiptStore, chainId: string): Promise<QuittanceError | undefined> {
  try {
    await store.head(chainId)
    for await (const _ of store.read(chainId)) {
      // only whether it can be read
    }
    return undefined
  } catch (error) {
    if (QuittanceError.is(error, 'STORE_CORRUPT')) return error
    throw error
  }
}

const stillThere = ({ acknowledged, keptFrom }: Promised): DecisionReceipt[] =>
  [...acknowledged.values()].filter(({ chainId, seq }) => seq >= (keptFrom.get(chainId) ?? 0))

/** Where the store refuses to judge, `lines` still shows every acknowledged receipt. */
async function acknowledgedIsShown(store: ReceiptStore, promised: Promised): Promise<void> {
  const shown = new Set<string>()
  for (const chainId of ['acme', 'other']) {
    for await (const line of store.lines?.(chainId) ?? []) {
      try {
        shown.add((JSON.parse(line) as DecisionReceipt).receiptHash)
      } catch {
        // the damage itself
      }
    }
  }
  for (const { seq, chainId, receiptHash } of stillThere(promised))
    assert.ok(shown.has(receiptHash), `acknowledged ${chainId} ${seq} is not even among the lines`)
}

async function keepsEveryPromise(
  store: ReceiptStore,
  promised: Promised,
  clock: Recording['clock'],
  isJudged = true,
): Promise<void> {
  for (const chainId of ['acme', 'other']) {
    const found = new Map<string, DecisionReceipt>()
    let count = 0
    for await (const receipt of store.read(chainId)) {
      count += 1
      found.set(receipt.receiptId, receipt)
      assert.ok(receipt.seq >= (promised.prunedBelow.get(chainId) ?? 0), `pruned ${chainId} ${receipt.seq} is back`)
    }
    assert.equal(found.size, count, 'a receipt is there twice')
    const mine = stillThere(promised).filter((receipt) => receipt.chainId === chainId)
    for (const { receiptId, receiptHash, seq } of mine) {
      assert.equal(found.get(receiptId)?.receiptHash, receiptHash, `acknowledged ${chainId} ${seq} is lost`)
    }
    for (const { receiptId, receiptHash, seq } of new Set(
      mine.filter((_, at) => at === 0 || at === mine.length >> 1 || at === mine.length - 1),
    )) {
      assert.equal((await store.get(chainId, receiptId))?.receiptHash, receiptHash, `get of ${chainId} ${seq}`)
    }
    for (const receiptId of promised.erased.keys()) assert.equal(found.get(receiptId)?.details, undefined)
    if (count > 0 && isJudged) await isValid(store, chainId, clock)
  }
  const value = await store.state.get('acme', 'torture')
  assert.ok((value?.version ?? 0) >= promised.state, 'a state value is lost')
  if (value) assert.equal(Buffer.from(value.bytes).toString(), `value ${value.version}`)
}

export async function isValid(store: ReceiptStore, chainId: string, clock: Recording['clock']): Promise<void> {
  const { verdict, problems } = await judged(store.lines?.(chainId) ?? [], clock)
  assert.equal(verdict, 'VALID', JSON.stringify(problems))
}

/** A ledger goes on behind what was found, and everything is there that was promised. */
async function goesOn(
  dir: string,
  promised: Promised,
  clock: Recording['clock'],
  options: FileStoreOptions,
  notices: FileStoreNotice[],
): Promise<void> {
  const store = fileStore(dir, { ...small, ...options, onNotice: (notice) => notices.push(notice) })
  const ledger = await ledgerOn(store, clock)
  try {
    const more = new Map(promised.acknowledged)
    for (const chainId of ['acme', 'other']) {
      const receipt = await ledger.append(draft(chainId, 'goes on'))
      more.set(receipt.receiptId, receipt)
    }
    await keepsEveryPromise(store, { ...promised, acknowledged: more }, clock)
  } finally {
    await ledger.close()
  }
}

/** Damage stops the writer until it is accepted by name; then the chain goes on. */
async function refusesAndThenGoesOn(
  dir: string,
  damage: QuittanceError,
  promised: Promised,
  clock: Recording['clock'],
  notices: FileStoreNotice[],
): Promise<void> {
  const { chainId = '', file = '' } = damage.details
  const store = fileStore(dir, { ...small, onNotice: () => undefined })
  const ledger = await ledgerOn(store, clock)
  try {
    await assert.rejects(ledger.append(draft(chainId, 'refused')), { code: 'STORE_CORRUPT' })
  } finally {
    await ledger.close()
  }
  await goesOn(dir, promised, clock, { acceptDamaged: [file] }, notices)
}
