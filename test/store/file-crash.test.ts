import { describe, expect, it } from 'vitest'
import { fileStore } from '../../src/store/file.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { startWriter } from './child.js'
import { closedAtEnd, collect, refOf, temporaryFolder } from './temporary.js'

const ROUNDS = 5

/** The seq of the last receipt that a process said was acknowledged. */
const lastOf = (said: readonly string[]): number =>
  Math.max(-1, ...said.filter((line) => /^acknowledged \d+$/.test(line)).map((line) => Number(line.split(' ')[1])))

describe('a process that is killed', () => {
  for (const what of ['append-until-killed', 'pipeline-until-killed']) {
    it(`keeps every acknowledged receipt, and the chain goes on: ${what}`, async () => {
      const dir = await temporaryFolder()
      let acknowledged = -1
      for (let round = 0; round < ROUNDS; round += 1) {
        const writer = startWriter(what, dir)
        const said = [(await writer.next()) ?? '']
        // no chosen moment: wherever it stands then
        setTimeout(() => writer.process.kill('SIGKILL'), Math.random() * 120)
        said.push(...(await writer.rest()))
        acknowledged = Math.max(acknowledged, lastOf(said))
        const store = fileStore(dir, { onNotice: () => undefined })
        const found = await collect(store.read('acme'))
        expect(found.map(({ seq }) => seq)).toEqual([...found.keys()])
        expect(found.length).toBeGreaterThan(acknowledged)
        for (const seq of [0, acknowledged >> 1, acknowledged]) {
          expect(await store.get('acme', found[seq]!.receiptId)).toEqual(found[seq])
        }
        const [next] = testReceipts({ chainId: 'acme', count: 1, after: found.at(-1), label: `after crash ${round}` })
        await store.append('acme', [next!], refOf(found.at(-1)!))
        acknowledged = next!.seq
        await store.close()
      }
    }, 60_000)
  }
})

describe('a process that only reads', () => {
  it('sees whole lines, gap-free, and never less than before, beside a writer at full speed', async () => {
    const dir = await temporaryFolder()
    const writer = startWriter('pipeline-until-killed', dir)
    const said = [(await writer.next()) ?? '']
    const store = closedAtEnd(fileStore(dir))
    let before = 0
    for (let round = 0; round < 15; round += 1) {
      const acknowledged = lastOf(said)
      const found = await collect(store.read('acme'))
      expect(found.map(({ seq }) => seq)).toEqual([...found.keys()])
      expect(found.length).toBeGreaterThanOrEqual(before)
      expect(found.length).toBeGreaterThan(acknowledged)
      expect(await store.get('acme', found[acknowledged]!.receiptId)).toEqual(found[acknowledged])
      before = found.length
      for (let more = 0; more < 20; more += 1) said.push((await writer.next()) ?? '')
    }
    await writer.kill('SIGKILL')
  }, 30_000)

  it('follows what another process appends, prunes and erases', async () => {
    const dir = await temporaryFolder()
    const writer = startWriter('on-command', dir)
    await writer.next()
    const store = closedAtEnd(fileStore(dir))
    for (let seq = 0; seq < 8; seq += 1) expect(await writer.ask('append')).toBe(`appended ${seq}`)
    const first = (await store.head('acme'))!
    expect(first.details).toBeDefined()
    expect(await writer.ask('erase')).toBe('erased true')
    expect((await store.head('acme'))?.details).toBeUndefined()
    expect(await store.get('acme', first.receiptId)).toEqual(await store.head('acme'))
    const reading = store.read('acme')[Symbol.asyncIterator]()
    const old = (await reading.next()).value!
    expect(old.seq).toBe(0)
    expect(await writer.ask('prune')).toBe('pruned 4')
    expect(await store.bounds('acme')).toEqual({ first: 4, last: 7 })
    expect(await store.get('acme', old.receiptId)).toBeUndefined()
    // who reads already goes on with what was there
    const rest: number[] = []
    for (let next = await reading.next(); !next.done; next = await reading.next()) rest.push(next.value.seq)
    expect(rest).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(await writer.ask('append')).toBe('appended 8')
    expect((await collect(store.read('acme'))).map(({ seq }) => seq)).toEqual([4, 5, 6, 7, 8])
  }, 30_000)
})

describe('a process that ends right after its last append', () => {
  for (const what of ['append-and-exit', 'append-and-end']) {
    it(`loses nothing: ${what}`, async () => {
      const dir = await temporaryFolder()
      const writer = startWriter(what, dir)
      expect(await writer.rest()).toEqual(['acknowledged 24'])
      const store = closedAtEnd(fileStore(dir))
      expect((await collect(store.read('acme'))).map(({ seq }) => seq)).toEqual([...Array(25).keys()])
    }, 30_000)
  }
})
