/** Damage to a directory that was closed in good order, and what each part of the package says of it. */
import { strict as assert } from 'node:assert'
import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { QuittanceError } from '../../../src/errors.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { type FileStoreNotice, fileStore } from '../../../src/store/file.js'
import { small } from './power-cut.js'
import type { Random } from './random.js'
import { draft, handClock, judged, ledgerOn, scratch } from './world.js'

export const CHAIN = 'acme'

export interface Sound {
  readonly dir: string
  readonly receipts: readonly DecisionReceipt[]
  /** Paths within `dir`. */
  readonly files: readonly string[]
  readonly clock: ReturnType<typeof handClock>
  remove(): Promise<void>
}

/** A chain of several segments, the last of which holds some receipts. */
export async function soundDirectory(count = 60): Promise<Sound> {
  const dir = await mkdtemp(join(scratch(), 'quittance-sound-'))
  const clock = handClock()
  const ledger = await ledgerOn(fileStore(dir, small), clock)
  for (let done = 0; done < count; done += 10)
    await Promise.all(Array.from({ length: 10 }, (_, n) => ledger.append(draft(CHAIN, `text-${done + n}`, 3_000))))
  const receipts: DecisionReceipt[] = []
  for await (const receipt of ledger.store.read(CHAIN)) receipts.push(receipt)
  await ledger.close()
  const files: string[] = []
  for (const name of await readdir(dir, { recursive: true }))
    if ((await stat(join(dir, name))).isFile()) files.push(name)
  return { dir, receipts, files: files.sort(), clock, remove: () => rm(dir, { recursive: true, force: true }) }
}

/** One thing done to one file. */
export interface Damage {
  readonly file: string
  readonly name: string
  apply(path: string): Promise<void>
}

/** A file is removed, emptied, cut at a line's end and within a line, and has one bit flipped in each region. */
export async function damagesOf(sound: Sound, random: Random, flips: number): Promise<Damage[]> {
  const damages: Damage[] = []
  for (const file of sound.files) {
    const content = await readFile(join(sound.dir, file))
    const cutTo = (size: number, name: string): Damage => ({ file, name, apply: (path) => truncate(path, size) })
    damages.push({ file, name: 'removed', apply: unlink }, cutTo(0, 'emptied'))
    const ends = [...content.keys()].filter((at) => content[at] === 10 && at + 1 < content.length)
    if (file.endsWith('.jsonl') && ends.length > 1) {
      const [first, middle, last] = [ends[0], ends[ends.length >> 1], ends.at(-1)] as [number, number, number]
      for (const [at, where] of [
        [first, 'first'],
        [middle, 'middle'],
        [last, 'last'],
      ] as const) {
        damages.push(cutTo(at + 1, `cut behind the ${where} line`))
        damages.push(cutTo(at + 40, `cut within the line after the ${where}`))
        damages.push(flip(file, at, 0, `newline of the ${where} line flipped`))
      }
    }
    damages.push(cutTo(content.length - 1, 'last byte cut'), cutTo(content.length >> 1, 'cut in half'))
    damages.push({
      file,
      name: 'rubbish behind its end',
      apply: async (path) => writeFile(path, Buffer.concat([content, Buffer.from('rubbish\n')])),
    })
    const region = content.length / flips
    for (let index = 0; index < flips && index < content.length; index += 1) {
      const at = Math.min(content.length - 1, Math.floor(index * region + random.unit() * region))
      damages.push(flip(file, at, random.below(8), `bit flipped at ${at} of ${content.length}`))
    }
  }
  return damages
}

function flip(file: string, at: number, bit: number, name: string): Damage {
  return {
    file,
    name,
    async apply(path) {
      const content = await readFile(path)
      content[at] = (content[at] ?? 0) ^ (1 << bit)
      await writeFile(path, content)
    },
  }
}

/** What was said of a damage, part by part; `sound` where nothing was found. */
export interface Verdicts {
  /** Of `head`, `bounds`, `read`, `get` of every receipt, `query`: the code, or `short` where less is there. */
  readonly reader: string
  /** Whether the error named the damaged file. */
  readonly named: boolean
  /** Whether it named the file that comes next. */
  readonly behind: boolean
  /** Whether it named the damaged file, or another of the same folder. */
  readonly inside: boolean
  /** Of an append by a ledger that knows nothing of it. */
  readonly ledger: string
  readonly notices: readonly string[]
  /** The verifier's first problem or its verdict, over what the store shows. */
  readonly verifier: string
  /** The same, of who noted the head. */
  readonly auditor: string
}

/** Asks every part about one damage, each on the directory as it was found. */
export async function verdictsOn(sound: Sound, damage: Damage): Promise<Verdicts> {
  const dir = await mkdtemp(join(scratch(), 'quittance-damage-'))
  try {
    await cp(sound.dir, dir, { recursive: true })
    await damage.apply(join(dir, damage.file))
    const read = await readerOn(dir, sound, damage)
    const [verifier, auditor] = await verifierOn(dir, sound)
    return { ...read, verifier, auditor, ...(await ledgerIn(dir, sound)) }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function readerOn(
  dir: string,
  { receipts, files }: Sound,
  damage: Damage,
): Promise<Pick<Verdicts, 'reader' | 'named' | 'behind' | 'inside'>> {
  const store = fileStore(dir)
  try {
    const found = new Map<string, DecisionReceipt>()
    for await (const receipt of store.read(CHAIN)) {
      assert.ok(!found.has(receipt.receiptId), 'read twice')
      found.set(receipt.receiptId, receipt)
    }
    let other = 0
    for (const receipt of receipts) {
      const got = await store.get(CHAIN, receipt.receiptId)
      const [as, was] = [got && JSON.stringify(got), JSON.stringify(receipt)]
      const read = found.get(receipt.receiptId)
      assert.ok(as === (read && JSON.stringify(read)), `get and read differ about seq ${receipt.seq}`)
      if (as !== was) other += 1
    }
    let queried = 0
    for await (const { receiptId } of store.query?.({ chainId: CHAIN, action: 'allow' }) ?? []) {
      assert.ok(found.has(receiptId))
      queried += 1
    }
    const asked = [...found.values()].filter(({ action }) => action === 'allow').length
    assert.equal(queried, asked, 'query and read differ')
    const bounds = await store.bounds(CHAIN)
    assert.equal(bounds === undefined ? 0 : bounds.last - bounds.first + 1, found.size)
    return {
      reader: found.size < receipts.length ? 'short' : other > 0 ? 'other' : 'sound',
      named: false,
      behind: false,
      inside: false,
    }
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    const { file = '' } = error.details
    const damaged = join(dir, damage.file)
    const segments = files.filter((name) => name.endsWith('.jsonl'))
    const next = segments[segments.indexOf(damage.file) + 1] ?? ''
    const behind = segments.includes(damage.file) && file === join(dir, next)
    return { reader: error.code, named: file === damaged, behind, inside: file.startsWith(dirname(damaged)) }
  } finally {
    await store.close()
  }
}

async function verifierOn(dir: string, { receipts, clock }: Sound): Promise<[string, string]> {
  const head = receipts.at(-1)
  assert.ok(head)
  const said: string[] = []
  for (const expect of [undefined, { head: { seq: head.seq, receiptHash: head.receiptHash } }]) {
    const store = fileStore(dir)
    try {
      const { verdict, problems } = await judged(store.lines?.(CHAIN) ?? [], clock, expect && { expect })
      said.push(problems[0] ? `${verdict} ${problems[0].code}` : verdict)
    } catch (error) {
      if (!QuittanceError.is(error)) throw error
      said.push(error.code)
    } finally {
      await store.close()
    }
  }
  return said as [string, string]
}

async function ledgerIn(
  dir: string,
  { receipts, clock }: Sound,
): Promise<{ ledger: string; notices: readonly string[] }> {
  const notices: FileStoreNotice[] = []
  const store = fileStore(dir, { ...small, onNotice: (notice) => notices.push(notice) })
  const ledger = await ledgerOn(store, clock)
  ledger.on('warning', () => undefined)
  let said = 'sound'
  try {
    const { seq } = await ledger.append(draft(CHAIN, 'afterwards'), { timeoutMs: 5_000 })
    if (seq !== receipts.length) said = `went on at ${seq}`
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    said = error.code
  } finally {
    await ledger.close()
  }
  return { ledger: said, notices: notices.map(({ code }) => code) }
}
