import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { QuittanceError } from '../../src/errors.js'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStoreOn } from '../../src/store/file/file-store.js'
import { chainFolder } from '../../src/store/file/layout.js'
import { fileStore } from '../../src/store/file.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { asAfterCrash, type FsCall, type FsFault, failingFs } from './failing-fs.js'
import { closedAtEnd, collect, failureOf, refOf, temporaryFolder } from './temporary.js'

const receipts = testReceipts({ chainId: 'acme', count: 8, rationale: (seq) => `free text ${seq}` })
const bytes = new TextEncoder().encode('value')

/** One thing to do with a store, and what is there before and after it. */
interface Deed {
  readonly name: string
  prepare(store: ReceiptStore): Promise<unknown>
  perform(store: ReceiptStore): Promise<unknown>
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly state?: Uint8Array
}

const linesOf = (some: readonly DecisionReceipt[]) => some.map(lineOf)
const erased = receipts.map(({ details: _, ...rest }) => rest as DecisionReceipt)
const start = (store: ReceiptStore, count: number) => store.append('acme', receipts.slice(0, count), undefined)

const deeds: readonly Deed[] = [
  {
    name: 'the first append of a chain',
    prepare: async () => undefined,
    perform: (store) => store.append('acme', receipts.slice(0, 3), undefined),
    before: [],
    after: linesOf(receipts.slice(0, 3)),
  },
  {
    name: 'a later append',
    prepare: (store) => start(store, 3),
    perform: (store) => store.append('acme', receipts.slice(3, 6), refOf(receipts[2]!)),
    before: linesOf(receipts.slice(0, 3)),
    after: linesOf(receipts.slice(0, 6)),
  },
  {
    name: 'a prune',
    prepare: (store) => start(store, 6),
    perform: async (store) => store.prune?.('acme', 4, refOf(receipts[3]!)),
    before: linesOf(receipts.slice(0, 6)),
    after: linesOf(receipts.slice(4, 6)),
  },
  {
    name: 'an erasure',
    prepare: (store) => start(store, 4),
    perform: async (store) => store.eraseDetails?.('acme', receipts[1]!.receiptId),
    before: linesOf(receipts.slice(0, 4)),
    after: linesOf([receipts[0]!, erased[1]!, ...receipts.slice(2, 4)]),
  },
  {
    name: 'a state value',
    prepare: (store) => start(store, 2),
    // put again after a failure finds its own value or none
    perform: async (store) => {
      const found = await store.state.get('acme', 'head')
      if (found === undefined) await store.state.put('acme', 'head', bytes, 0)
      else expect(found.bytes).toEqual(bytes)
    },
    before: linesOf(receipts.slice(0, 2)),
    after: linesOf(receipts.slice(0, 2)),
    state: bytes,
  },
]

const readable = async (store: ReceiptStore) => collect(store.lines!('acme'))

/** Appends what follows the newest receipt, to show that the chain goes on. */
async function goOn(store: ReceiptStore): Promise<void> {
  const head = await store.head('acme')
  const [next] = testReceipts({ chainId: 'acme', count: 1, after: head, label: 'goes on' })
  await store.append('acme', [next!], head && refOf(head))
  expect(await store.get('acme', next!.receiptId)).toEqual(next)
}

/** Does a deed with the n-th call failing, for each n until there is none. */
async function forEachCall(
  deed: Deed,
  faultOf: (call: FsCall) => FsFault | undefined,
  check: (state: { dir: string; store: ReceiptStore; error: unknown; call: FsCall; heal: () => void }) => Promise<void>,
): Promise<number> {
  for (let number = 1; ; number += 1) {
    const dir = await temporaryFolder()
    let armed = false
    let met: FsCall | undefined
    let base = 0
    const fs = failingFs((call) => {
      if (!armed || call.number - base < number) return undefined
      const fault = faultOf(call)
      if (fault && call.number - base === number) met = call
      return fault
    })
    const store = fileStoreOn(dir, { onNotice: () => undefined }, fs)
    await deed.prepare(store)
    base = fs.calls.length
    armed = true
    let error: unknown
    try {
      await deed.perform(store)
    } catch (caught) {
      error = caught
    }
    const over = fs.calls.length - base < number
    if (met)
      await check({
        dir,
        store,
        error,
        call: met,
        heal: () => {
          armed = false
        },
      })
    armed = false
    await store.close()
    if (over) return number - 1
  }
}

for (const deed of deeds) {
  describe(`the file system fails during ${deed.name}`, () => {
    const faults = [
      ['before', 'EIO'],
      ['after', 'EIO'],
      ['partial', 'EIO'],
      // a second try follows, so that most go well
      ['before', 'EMFILE'],
      ['after', 'EMFILE'],
    ] as const
    for (const [when, openCode] of faults) {
      it(`once, at each of its calls (${when}, ${openCode} where a file is opened): the error says what is there, and the same again succeeds`, async () => {
        let number = 0
        const count = await forEachCall(
          deed,
          (call) => {
            // only the one call fails
            number += 1
            return number > 1 ? undefined : { code: call.name === 'open' ? openCode : 'EIO', when }
          },
          async ({ dir, store, error, call, heal }) => {
            number = 0
            heal()
            const found = await readable(store)
            if (error !== undefined) {
              expect(error).toMatchObject({ name: 'QuittanceError', code: 'STORE_IO' })
              const { outcome, reason } = (error as QuittanceError).details
              expect(reason).toBe(call.name === 'open' ? openCode : 'EIO')
              if (outcome === 'absent') expect(found).toEqual(deed.before)
            } else {
              expect(found).toEqual(deed.after)
            }
            expect([deed.before, deed.after]).toContainEqual(found)
            const crashed = closedAtEnd(fileStore(await asAfterCrash(dir)))
            expect([deed.before, deed.after]).toContainEqual(await readable(crashed))
            await deed.perform(store)
            expect(await readable(store)).toEqual(deed.after)
            expect((await store.state.get('acme', 'head'))?.bytes).toEqual(deed.state)
            await goOn(store)
            // and all of it is on the disk
            const disk = closedAtEnd(fileStore(await asAfterCrash(dir)))
            expect(await readable(disk)).toEqual(await readable(store))
          },
        )
        expect(count).toBeGreaterThanOrEqual(2)
      }, 60_000)
    }

    it('for good, from each of its calls on (the process dies): opened again there is the old or the new, and it goes on', async () => {
      const count = await forEachCall(
        deed,
        () => ({ code: 'EIO', when: 'before' }),
        async ({ dir, error }) => {
          const again = closedAtEnd(fileStore(await asAfterCrash(dir), { onNotice: () => undefined }))
          const found = await readable(again)
          expect([deed.before, deed.after]).toContainEqual(found)
          if (error === undefined) expect(found).toEqual(deed.after)
          await deed.perform(again)
          expect(await readable(again)).toEqual(deed.after)
          await goOn(again)
        },
      )
      expect(count).toBeGreaterThanOrEqual(2)
    }, 60_000)
  })
}

describe('a write that fails', () => {
  const codes: [string, string, boolean][] = [
    ['ENOSPC', 'STORE_FULL', false],
    ['EDQUOT', 'STORE_FULL', false],
    ['EACCES', 'STORE_PERMISSION', false],
    ['EPERM', 'STORE_PERMISSION', false],
    ['EROFS', 'STORE_PERMISSION', false],
    ['EIO', 'STORE_IO', false],
    ['EMFILE', 'STORE_IO', true],
    ['ENFILE', 'STORE_IO', true],
  ]
  for (const [errno, code, retryable] of codes) {
    it(`with ${errno} is ${code}, leaves nothing, and goes on when the cause is gone`, async () => {
      let failing = false
      const dir = await temporaryFolder()
      const fs = failingFs(({ name }) => (failing && name === 'write' ? { code: errno, when: 'partial' } : undefined))
      const store = closedAtEnd(fileStoreOn(dir, {}, fs))
      await start(store, 2)
      failing = true
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const error = await failureOf(store.append('acme', receipts.slice(2, 4), refOf(receipts[1]!)))
        expect(error).toMatchObject({ code, details: { reason: errno, outcome: 'absent', retryable, chainId: 'acme' } })
        expect(error.details.file).toContain('00000000000000000000-00000001.jsonl')
        expect(error.message).not.toContain('free text')
        expect(await readable(store)).toEqual(linesOf(receipts.slice(0, 2)))
      }
      failing = false
      await store.append('acme', receipts.slice(2, 4), refOf(receipts[1]!))
      expect(await readable(store)).toEqual(linesOf(receipts.slice(0, 4)))
    })
  }

  it('and can not be cut off again has an unknown outcome; nothing is written before it was cut off', async () => {
    const failing = new Set<string>()
    const dir = await temporaryFolder()
    const written: string[] = []
    const fs = failingFs(({ name }) => {
      written.push(name)
      return failing.has(name) ? { code: 'EIO', when: name === 'write' ? 'partial' : 'before' } : undefined
    })
    const store = closedAtEnd(fileStoreOn(dir, {}, fs))
    await start(store, 2)
    failing.add('write').add('truncate')
    const first = await failureOf(store.append('acme', receipts.slice(2, 4), refOf(receipts[1]!)))
    expect(first).toMatchObject({ code: 'STORE_IO', details: { outcome: 'unknown', reason: 'EIO' } })
    // readers of this store see what is durable, and no part of a line
    expect(await readable(store)).toEqual(linesOf(receipts.slice(0, 2)))
    failing.delete('write')
    const second = await failureOf(store.append('acme', receipts.slice(2, 4), refOf(receipts[1]!)))
    expect(second).toMatchObject({ code: 'STORE_IO', details: { outcome: 'absent', reason: 'EIO' } })
    failing.clear()
    written.length = 0
    await store.append('acme', receipts.slice(2, 4), refOf(receipts[1]!))
    expect(written.indexOf('truncate')).toBeGreaterThan(-1)
    expect(written.indexOf('truncate')).toBeLessThan(written.indexOf('write'))
    const disk = closedAtEnd(fileStore(await asAfterCrash(dir)))
    expect(await readable(disk)).toEqual(linesOf(receipts.slice(0, 4)))
  })
})

describe('a lock that is lost', () => {
  it('while a group is being written leaves its outcome unknown, and the disk decides afterwards', async () => {
    const dir = await temporaryFolder()
    let lose = false
    const fs = failingFs(async ({ name, path }) => {
      if (lose && name === 'datasync' && path.endsWith('.jsonl')) await rm(join(dir, 'writer.lock'))
      return undefined
    })
    const store = closedAtEnd(fileStoreOn(dir, {}, fs))
    await start(store, 2)
    lose = true
    const batch = receipts.slice(2, 4)
    const error = await failureOf(store.append('acme', batch, refOf(receipts[1]!)))
    expect(error).toMatchObject({ code: 'STORE_LOCKED', details: { outcome: 'unknown', retryable: true } })
    lose = false
    expect(await readable(store)).toEqual(linesOf(receipts.slice(0, 4)))
    await store.append('acme', batch, refOf(receipts[1]!))
    expect(await readable(store)).toEqual(linesOf(receipts.slice(0, 4)))
  })
})

describe('an fdatasync that fails', () => {
  it('is never followed by a success that trusts the page cache: the bytes are cut off and written again', async () => {
    let failing = false
    const dir = await temporaryFolder()
    const segment = (call: FsCall) => call.path.endsWith('.jsonl')
    const seen: string[] = []
    const fs = failingFs((call) => {
      if (segment(call)) seen.push(call.name)
      return failing && call.name === 'datasync' && segment(call) ? { code: 'EIO', when: 'after' } : undefined
    })
    const store = closedAtEnd(fileStoreOn(dir, {}, fs))
    await start(store, 2)
    failing = true
    const error = await failureOf(store.append('acme', receipts.slice(2, 4), refOf(receipts[1]!)))
    // the sync of the truncation fails as well: what is on the disk is not known
    expect(error).toMatchObject({ code: 'STORE_IO', details: { outcome: 'unknown' } })
    failing = false
    seen.length = 0
    await store.append('acme', receipts.slice(2, 4), refOf(receipts[1]!))
    expect(seen).toEqual(['close', 'open', 'truncate', 'datasync', 'write', 'datasync'])
    expect(await readable(store)).toEqual(linesOf(receipts.slice(0, 4)))
  })

  it('when a chain is opened, leaves no trust in the lines that were there: they are written anew', async () => {
    const dir = await temporaryFolder()
    const before = fileStore(dir)
    await start(before, 2)
    await before.close()
    let failing = true
    const seen: string[] = []
    const fs = failingFs((call) => {
      if (!call.path.endsWith('.jsonl')) return undefined
      seen.push(call.name)
      return failing && call.name === 'datasync' ? { code: 'EIO', when: 'after' } : undefined
    })
    const store = closedAtEnd(fileStoreOn(dir, {}, fs))
    const append = () => store.append('acme', receipts.slice(2, 3), refOf(receipts[1]!))
    expect(await failureOf(append())).toMatchObject({ code: 'STORE_IO', details: { outcome: 'absent' } })
    expect(await failureOf(append())).toMatchObject({ code: 'STORE_IO', details: { outcome: 'absent' } })
    expect(seen).toContain('rename')
    failing = false
    seen.length = 0
    await append()
    expect(seen.indexOf('rename')).toBeGreaterThan(-1)
    expect(seen.indexOf('rename')).toBeLessThan(seen.indexOf('write'))
    expect(await readable(store)).toEqual(linesOf(receipts.slice(0, 3)))
    seen.length = 0
    await store.append('acme', receipts.slice(3, 4), refOf(receipts[2]!))
    expect(seen).toEqual(['write', 'datasync'])
  })

  it('of a folder is made up for by the next append, before it is acknowledged', async () => {
    const dir = await temporaryFolder()
    const root = join(dir, 'a', 'b')
    for (let failed = 1; failed <= 8; failed += 1) {
      // of the folders that have to be synced, each in turn fails once; those after it then have to be synced as well
      let armed = true
      let count = 0
      const synced = new Set<string>()
      const fs = failingFs(({ name, path }) => {
        if (name !== 'sync' || path.endsWith('.jsonl') || path.includes('.tmp-')) return undefined
        count += 1
        if (armed && count === failed) return { code: 'EIO', when: 'before' }
        synced.add(path)
        return undefined
      })
      const store = fileStoreOn(root, {}, fs)
      const error = await start(store, 1).catch((caught: unknown) => caught)
      armed = false
      await start(store, 1)
      await store.close()
      const folder = join(root, chainFolder('acme'))
      expect([...synced].sort()).toEqual([dir, join(dir, 'a'), root, folder].sort())
      await rm(join(dir, 'a'), { recursive: true })
      if (error === undefined) {
        expect(failed).toBeGreaterThan(4)
        return
      }
    }
    expect.unreachable('every sync of a folder failed once, and there were always more')
  })

  it('once, and the truncation holds: the batch is absent, and every append of the group is told', async () => {
    let count = 0
    const dir = await temporaryFolder()
    const fs = failingFs(({ name, path }) => {
      if (name !== 'datasync' || !path.endsWith('.jsonl')) return undefined
      count += 1
      return count === 2 ? { code: 'EIO', when: 'after' } : undefined
    })
    const store = closedAtEnd(fileStoreOn(dir, {}, fs))
    await start(store, 1)
    const group = [
      store.append('acme', receipts.slice(1, 2), refOf(receipts[0]!)),
      store.append('acme', receipts.slice(2, 3), refOf(receipts[1]!)),
      // this one was decided on receipts that never came to be: it is decided anew
      store.append(
        'acme',
        testReceipts({ chainId: 'acme', count: 1, after: receipts[0], label: 'rival' }),
        refOf(receipts[0]!),
      ),
    ]
    const results = await Promise.allSettled(group)
    for (const result of results.slice(0, 2)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORE_IO', details: { outcome: 'absent' } } })
    }
    expect(results[2]?.status).toBe('fulfilled')
    expect((await collect(store.read('acme'))).map(({ seq }) => seq)).toEqual([0, 1])
  })
})

describe('group commit', () => {
  it('shows nothing of a group to readers of the same process before it is durable', async () => {
    const dir = await temporaryFolder()
    let gate: Promise<undefined> | undefined
    const arrived: string[] = []
    const fs = failingFs(({ name, path }) => {
      if (name !== 'datasync' || !path.endsWith('.jsonl')) return undefined
      arrived.push(name)
      return gate
    })
    const store = closedAtEnd(fileStoreOn(dir, {}, fs))
    await start(store, 2)
    let release: () => void = () => undefined
    gate = new Promise((resolve) => {
      release = () => resolve(undefined)
    })
    arrived.length = 0
    const appended = store.append('acme', receipts.slice(2, 4), refOf(receipts[1]!))
    while (arrived.length === 0) await new Promise((resolve) => setImmediate(resolve))
    // written by now, but not durable
    const other = closedAtEnd(fileStore(dir))
    for (const reader of [store, other]) {
      expect(await readable(reader)).toEqual(linesOf(receipts.slice(0, 2)))
      expect(await reader.head('acme')).toEqual(receipts[1])
      expect(await reader.get('acme', receipts[2]!.receiptId)).toBeUndefined()
      expect(await reader.bounds('acme')).toEqual({ first: 0, last: 1 })
    }
    release()
    await appended
    expect(await readable(other)).toEqual(linesOf(receipts.slice(0, 4)))
  })

  it('writes and syncs once for all that wait together, and shows none of it before', async () => {
    const dir = await temporaryFolder()
    const names: string[] = []
    const fs = failingFs(({ name, path }) => {
      if (path.endsWith('.jsonl')) names.push(name)
      return undefined
    })
    const store = closedAtEnd(fileStoreOn(dir, {}, fs))
    await start(store, 1)
    const chain = testReceipts({ chainId: 'acme', count: 200, after: receipts[0] })
    names.length = 0
    const all = chain.map((receipt, index) => store.append('acme', [receipt], refOf(chain[index - 1] ?? receipts[0]!)))
    await Promise.all(all)
    expect(names.filter((name) => name === 'datasync').length).toBeLessThanOrEqual(2)
    expect(names.filter((name) => name === 'write').length).toBeLessThanOrEqual(2)
    expect(await collect(store.read('acme'))).toEqual([receipts[0], ...chain])
  })

  it('drops an append whose signal is aborted before its group, and tells one under way only that it gave up', async () => {
    const dir = await temporaryFolder()
    let release: () => void = () => undefined
    const gate = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined)
    })
    const arrived: string[] = []
    const fs = failingFs(({ name, path }) => {
      if (name !== 'write' || !path.endsWith('.jsonl')) return undefined
      arrived.push(name)
      return gate
    })
    const store = closedAtEnd(fileStoreOn(dir, {}, fs))
    const reason = new Error('enough')
    const under = new AbortController()
    const waiting = new AbortController()
    const first = store.append('acme', receipts.slice(0, 1), undefined, { signal: under.signal })
    // the first is being written when the second comes
    while (arrived.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const second = store.append('acme', receipts.slice(1, 2), refOf(receipts[0]!), { signal: waiting.signal })
    waiting.abort(reason)
    await expect(second).rejects.toBe(reason)
    under.abort(reason)
    await expect(first).rejects.toBe(reason)
    release()
    await store.close()
    const again = closedAtEnd(fileStore(dir))
    expect(await collect(again.read('acme'))).toEqual(receipts.slice(0, 1))
  })
})
