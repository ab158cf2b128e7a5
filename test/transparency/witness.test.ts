import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { KeyProvider } from '../../src/keys/provider.js'
import { emptyRoot } from '../../src/merkle/index.js'
import { utf8 } from '../../src/primitives/bytes.js'
import { sha256Hex } from '../../src/primitives/sha256.js'
import { readCheckpoint } from '../../src/tlog/checkpoint.js'
import { verifyCosignature } from '../../src/tlog/cosignature.js'
import { base64Of } from '../../src/tlog/lines.js'
import { parseNote, parseSignatureLine, signNote } from '../../src/tlog/note.js'
import { noteKey } from '../../src/tlog/vkey.js'
import { verifyForkProof } from '../../src/transparency/witness/fork-proof.js'
import { memoryWitnessState } from '../../src/transparency/witness/memory-state.js'
import { addCheckpointBody, parseAddCheckpoint } from '../../src/transparency/witness/request.js'
import { fileWitnessState } from '../../src/transparency/witness/state-file.js'
import type { RefusedHead, WitnessState } from '../../src/transparency/witness/types.js'
import { createWitness, type WitnessOptions } from '../../src/transparency/witness/witness.js'
import { forked, history, keysOf, type TestLog, testLog } from './witness-support.js'

const NOW = Date.parse('2026-01-31T12:00:00.000Z')

async function world(options: Partial<WitnessOptions> = {}) {
  const log = await testLog()
  const state = memoryWitnessState()
  const witness = createWitness({
    keys: keysOf(9),
    name: 'witness.example/w1',
    logs: [log.key],
    state,
    now: () => NOW,
    ...options,
  })
  const key = await witness.key()
  return { log, state, witness, key }
}

/** The request that the specification shows. */
const example = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
`

describe('the request', () => {
  test("the specification's example is read, and written again as it was", () => {
    const request = parseAddCheckpoint(utf8(example))
    expect(request?.oldSize).toBe(20852014)
    expect(request?.proof.map((hash) => hash.length)).toEqual([32, 32, 32, 32])
    expect(readCheckpoint(request?.note ?? '').size).toBe(20852163)
    expect(readCheckpoint(request?.note ?? '').note.signatures).toHaveLength(2)
    expect(request && addCheckpointBody(request)).toBe(example)
  })

  test.each([
    ['nothing', ''],
    ['no empty line', 'old 0\n'],
    ['another word', example.replace('old', 'Old')],
    ['two spaces', example.replace('old ', 'old  ')],
    ['leading zeroes', example.replace('old 2', 'old 02')],
    ['a sign', example.replace('old 2', 'old +2')],
    ['a size beyond 2^53', example.replace('20852014', '9007199254740992')],
    ['a carriage return', example.replace('20852014\n', '20852014\r\n')],
    ['a hash of 31 bytes', example.replace(/PlR.*/, base64Of(new Uint8Array(31)))],
    ['base64 of another spelling', example.replace('kaw=', 'kax=')],
    [
      '64 hashes',
      example.replace(
        /PlR.*/,
        Array(61)
          .fill(base64Of(new Uint8Array(32)))
          .join('\n'),
      ),
    ],
  ])('%s is refused', async (_, body) => {
    expect(parseAddCheckpoint(utf8(body))).toBeUndefined()
    const { witness } = await world()
    expect((await witness.addCheckpoint(utf8(body))).status).toBe(400)
  })

  test('63 hashes are taken, bytes that are no UTF-8 are not', () => {
    const most = example.replace(
      /PlR.*/,
      Array(60)
        .fill(base64Of(new Uint8Array(32)))
        .join('\n'),
    )
    expect(parseAddCheckpoint(utf8(most))?.proof).toHaveLength(63)
    expect(parseAddCheckpoint(Uint8Array.of(...utf8(example), 0xff))).toBeUndefined()
  })
})

describe('200', () => {
  test('a first head, a later one, and the same one again are cosigned; each cosignature holds for its own text alone', async () => {
    const { log, witness, key } = await world()
    const tree = history(13)
    const given: [string, string][] = []
    for (const [oldSize, size] of [
      [0, 5],
      [5, 13],
      [13, 13],
    ] as const) {
      const { status, headers, body } = await witness.addCheckpoint(await log.body(tree, oldSize, size))
      expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8'])
      given.push([await log.sign(tree, size), body])
    }
    for (const [note, body] of given) {
      const line = parseSignatureLine(body.slice(0, -1))
      expect(verifyCosignature(parseNote(note), line, key)).toEqual({ key, time: NOW / 1000 })
    }
    const [[first], , [, last]] = given as [[string, string], unknown, [string, string]]
    expect(verifyCosignature(parseNote(first), parseSignatureLine(last.slice(0, -1)), key)).toBeUndefined()
  })

  test('an empty tree is cosigned, and goes on from nothing to anything', async () => {
    const { log, witness } = await world()
    for (const size of [0, 0, 7]) {
      expect((await witness.addCheckpoint(await log.body(history(7), 0, size))).status).toBe(200)
    }
  })

  test('signatures of unknown keys are passed over, also wrong ones, and are not kept', async () => {
    const { log, witness } = await world()
    const note = await log.sign(history(3))
    const other = (await (await testLog('log.example/acme', 2)).sign(history(3))).split('\n\n')[1] ?? ''
    const body = addCheckpointBody({ oldSize: 0, proof: [], note: `${note}${other}— somebody.example/x AAAAAAAA\n` })
    expect((await witness.addCheckpoint(utf8(body))).status).toBe(200)
    const kept = (await witness.checkpoint(sha256Hex(log.origin))).body
    expect(parseNote(kept).signatures.map(({ name }) => name)).toEqual(['log.example/acme', 'witness.example/w1'])
  })

  test('a log that changes its key is known by both', async () => {
    const [old, fresh] = [await testLog('log.example/acme', 1), await testLog('log.example/acme', 2)]
    const { witness } = await world({ logs: [old.key, fresh.key] })
    expect((await witness.addCheckpoint(await old.body(history(4), 0))).status).toBe(200)
    expect((await witness.addCheckpoint(await fresh.body(history(6), 4))).status).toBe(200)
  })

  test('extension lines are signed too', async () => {
    const { log, witness, key } = await world()
    const note = await log.sign(history(3), 3, ['more'])
    const { body } = await witness.addCheckpoint(utf8(addCheckpointBody({ oldSize: 0, proof: [], note })))
    expect(verifyCosignature(parseNote(note), parseSignatureLine(body.slice(0, -1)), key)).toBeDefined()
  })

  test('is the same after another start', async () => {
    const path = await mkdtemp(join(tmpdir(), 'quittance-witness-'))
    onTestFinished(() => rm(path, { recursive: true, force: true }))
    const log = await testLog()
    let answer = ''
    for (const start of [1, 2, 3]) {
      const state = fileWitnessState(path, { create: start === 1 })
      const { witness } = await world({ logs: [log.key], state })
      if (start < 3)
        answer = (await witness.addCheckpoint(await log.body(history(2 + start), start === 1 ? 0 : 3))).body
      const { body } = await witness.checkpoint(sha256Hex(log.origin))
      expect(body).toBe(`${await log.sign(history(Math.min(4, 2 + start)))}${answer}`)
      await state.close()
    }
  })
})

describe('what is not cosigned', () => {
  const withNote = (oldSize: number, note: string, proof: readonly Uint8Array[] = []) =>
    utf8(addCheckpointBody({ oldSize, proof, note }))

  test('400: an old size above the size', async () => {
    const { log, witness } = await world()
    expect((await witness.addCheckpoint(withNote(4, await log.sign(history(3))))).status).toBe(400)
  })

  test.each([
    ['two lines', 'log.example/acme\n3\n'],
    ['an empty extension line', `log.example/acme\n3\n${base64Of(new Uint8Array(32))}\n\n\n`],
    ['a root of 31 bytes', `log.example/acme\n3\n${base64Of(new Uint8Array(31))}\n`],
    ['a size of another spelling', `log.example/acme\n03\n${base64Of(new Uint8Array(32))}\n`],
  ])('400: a note that is no checkpoint: %s', async (_, text) => {
    const { log, witness } = await world()
    const note = `${text}\n${await log.signer.sign(text)}`
    expect((await witness.addCheckpoint(withNote(0, note))).status).toBe(400)
  })

  test('404: the origin is not known, whoever signed it', async () => {
    const { witness } = await world()
    const other = await testLog('log.example/other', 1)
    expect((await witness.addCheckpoint(await other.body(history(3), 0))).status).toBe(404)
  })

  test('403: no signature of a known key, or one that is wrong beside one that holds', async () => {
    const { log, witness } = await world()
    const stranger = await testLog('log.example/acme', 2)
    expect((await witness.addCheckpoint(await stranger.body(history(3), 0))).status).toBe(403)
    const [good, bad] = [await log.sign(history(3)), await log.sign(history(4))]
    const wrongLine = bad.slice(bad.indexOf('—'))
    expect((await witness.addCheckpoint(withNote(0, `${good}${wrongLine}`))).status).toBe(403)
  })

  test('409: the old size is not what was cosigned last, and the answer names that', async () => {
    const { log, witness } = await world()
    const tree = history(9)
    const first = await witness.addCheckpoint(await log.body(tree, 3))
    expect(first).toEqual({ status: 409, headers: { 'content-type': 'text/x.tlog.size' }, body: '0\n' })
    expect((await witness.addCheckpoint(await log.body(tree, 0, 5))).status).toBe(200)
    for (const old of [0, 3, 6]) {
      const { status, headers, body } = await witness.addCheckpoint(await log.body(tree, old))
      expect([status, headers['content-type'], body]).toEqual([409, 'text/x.tlog.size', '5\n'])
    }
  })

  test('422: a proof from size 0; an empty tree with another root; another root at the same size; a proof that does not hold', async () => {
    const { log, witness } = await world()
    const tree = history(9)
    const one = new Uint8Array(32)
    expect((await witness.addCheckpoint(withNote(0, await log.sign(tree, 5), [one]))).status).toBe(422)
    const empty = `log.example/acme\n0\n${base64Of(one)}\n`
    expect((await witness.addCheckpoint(withNote(0, await signNote(empty, [log.signer])))).status).toBe(422)
    expect((await witness.addCheckpoint(await log.body(tree, 0, 5))).status).toBe(200)
    expect((await witness.addCheckpoint(await log.body(forked(tree, 4, 9, 'b'), 5, 5))).status).toBe(422)
    expect((await witness.addCheckpoint(await log.body(forked(tree, 4, 9, 'b'), 5, 9))).status).toBe(422)
    expect((await witness.addCheckpoint(withNote(5, await log.sign(tree, 9)))).status).toBe(422)
    expect((await witness.addCheckpoint(withNote(5, await log.sign(tree, 5), [one]))).status).toBe(422)
    // nothing of that changed what it knows
    expect((await witness.addCheckpoint(await log.body(tree, 5, 9))).status).toBe(200)
  })

  test('an empty tree with another root is still judged by origin, signature and old size first', async () => {
    const { log, witness } = await world()
    const text = (origin: string) => `${origin}\n0\n${base64Of(new Uint8Array(32))}\n`
    const unknown = await signNote(text('log.example/x'), [log.signer])
    expect((await witness.addCheckpoint(withNote(0, unknown))).status).toBe(404)
    const stranger = await signNote(text(log.origin), [(await testLog(log.origin, 2)).signer])
    expect((await witness.addCheckpoint(withNote(0, stranger))).status).toBe(403)
    const own = await signNote(text(log.origin), [log.signer])
    expect((await witness.addCheckpoint(withNote(1, own))).status).toBe(400)
    await witness.addCheckpoint(await log.body(history(2), 0))
    expect((await witness.addCheckpoint(withNote(0, own))).status).toBe(409)
  })
})

describe('races', () => {
  test("the specification's: two heads from one old size, of which the smaller is slower", async () => {
    const log = await testLog()
    const kept = memoryWitnessState()
    // both have seen the same newest head before either is recorded
    let waiting = 0
    let release = () => {}
    const both = new Promise<void>((resolve) => {
      release = resolve
    })
    const state: WitnessState = {
      ...kept,
      async latest(origin) {
        const head = await kept.latest(origin)
        if (head?.size !== 4 || waiting >= 2) return head
        waiting += 1
        if (waiting === 2) release()
        await both
        return head
      },
    }
    const { witness } = await world({ logs: [log.key], state })
    const tree = history(20)
    await witness.addCheckpoint(await log.body(tree, 0, 4))
    const [larger, smaller] = await Promise.all([
      witness.addCheckpoint(await log.body(tree, 4, 20)),
      witness.addCheckpoint(await log.body(tree, 4, 10)),
    ])
    expect(waiting).toBe(2)
    expect([larger.status, smaller.status].sort()).toEqual([200, 409])
    const newest = readCheckpoint((await witness.checkpoint(sha256Hex(log.origin))).body).size
    expect(newest).toBe(larger.status === 200 ? 20 : 10)
    expect([larger, smaller].find(({ status }) => status === 409)?.body).toBe(`${newest}\n`)
  })

  test('of two forks at once one is cosigned', async () => {
    const { log, witness, state } = await world()
    const tree = history(8)
    const answers = await Promise.all([
      witness.addCheckpoint(await log.body(tree, 0)),
      witness.addCheckpoint(await log.body(forked(tree, 0, 8, 'b'), 0)),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(state.refused.map(({ kind }) => kind)).toEqual(['fork'])
  })

  test('the same head many times at once is cosigned each time', async () => {
    const { log, witness } = await world()
    await witness.addCheckpoint(await log.body(history(3), 0))
    const again = await log.body(history(3), 3)
    const answers = await Promise.all(Array.from({ length: 8 }, () => witness.addCheckpoint(again)))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
  })
})

describe('the state comes before the answer', () => {
  test('where the head is not kept, no signature is given out', async () => {
    const log = await testLog()
    const kept = memoryWitnessState()
    const broken: WitnessState = { ...kept, advance: () => Promise.reject(new Error('disk')) }
    const { witness } = await world({ logs: [log.key], state: broken })
    await expect(witness.addCheckpoint(await log.body(history(3), 0))).rejects.toThrow('disk')
  })

  test('a key that fails behind it leaves a head that is cosigned when it is asked for again', async () => {
    const log = await testLog()
    const { keyId, signSync, sign } = await keysOf(9).signer()
    let faults = 0
    const keys: KeyProvider = {
      signer: async () => ({
        keyId,
        sign,
        signSync(message) {
          if (faults > 0) {
            faults -= 1
            throw new Error('the key is away')
          }
          return signSync?.(message) as Uint8Array
        },
      }),
    }
    const { witness } = await world({ logs: [log.key], keys })
    // once is made good at once
    faults = 1
    expect((await witness.addCheckpoint(await log.body(history(3), 0))).status).toBe(200)
    faults = 2
    await expect(witness.addCheckpoint(await log.body(history(5), 3))).rejects.toThrow('the key is away')
    expect(await witness.addCheckpoint(await log.body(history(5), 3))).toMatchObject({ status: 409, body: '5\n' })
    const { status, body } = await witness.addCheckpoint(await log.body(history(5), 5))
    expect(status).toBe(200)
    expect((await witness.checkpoint(sha256Hex(log.origin))).body).toBe(`${await log.sign(history(5))}${body}`)
  })

  test('a clock that went back repeats the time before; one far back is a fault', async () => {
    const log = await testLog()
    let now = NOW
    const { witness, key } = await world({ logs: [log.key], now: () => now })
    await witness.addCheckpoint(await log.body(history(3), 0))
    now -= 60_000
    const { body } = await witness.addCheckpoint(await log.body(history(4), 3))
    const cosigned = verifyCosignature(
      parseNote(await log.sign(history(4))),
      parseSignatureLine(body.slice(0, -1)),
      key,
    )
    expect(cosigned?.time).toBe(NOW / 1000)
    now -= 600_000
    const late = await log.body(history(5), 4)
    await expect(witness.addCheckpoint(late)).rejects.toMatchObject({ code: 'STORE_CLOCK' })
  })
})

describe('the key', () => {
  test('another key than at the beginning, a delegate, and a signature that does not hold are refused', async () => {
    const log = await testLog()
    let byte = 9
    const changing: KeyProvider = { signer: () => keysOf(byte).signer() }
    const { witness } = await world({ logs: [log.key], keys: changing })
    byte = 10
    const body = await log.body(history(3), 0)
    await expect(witness.addCheckpoint(body)).rejects.toMatchObject({ code: 'KEY_WRONG_TYPE' })
    const wrong: KeyProvider = {
      signer: async () => ({ keyId: (await keysOf(9).signer()).keyId, sign: async () => new Uint8Array(64) }),
    }
    const lying = await world({ logs: [log.key], keys: wrong })
    await expect(lying.witness.addCheckpoint(body)).rejects.toMatchObject({ code: 'KEY_BAD_SIGNATURE' })
    expect(await lying.state.latest(log.origin)).toBeUndefined()
  })

  test('options that make no sense are refused', async () => {
    const state = memoryWitnessState()
    expect(() => createWitness({ keys: keysOf(9), name: 'a b', logs: [], state })).toThrow(RangeError)
    const key = noteKey('x.example', 'ed25519-cosignature', emptyRoot())
    expect(() => createWitness({ keys: keysOf(9), name: 'w', logs: [key], state })).toThrow(TypeError)
  })
})

describe('the newest checkpoint for monitors', () => {
  test('has the signatures of the log and the witness; other logs are 404', async () => {
    const { log, witness, key } = await world()
    const hash = sha256Hex(log.origin)
    expect((await witness.checkpoint(hash)).status).toBe(404)
    expect((await witness.checkpoint('x')).status).toBe(404)
    const { body } = await witness.addCheckpoint(await log.body(history(3), 0))
    const { status, body: note } = await witness.checkpoint(hash)
    expect(status).toBe(200)
    expect(note).toBe(`${await log.sign(history(3))}${body}`)
    expect(verifyCosignature(parseNote(note), parseSignatureLine(body.slice(0, -1)), key)).toBeDefined()
  })
})

describe('evidence', () => {
  test('a fork at one size is proved to anybody, whatever old size it came with; a wrong proof is kept as unproved', async () => {
    const told: RefusedHead[] = []
    const { log, witness, state } = await world({ onRefused: (refused) => told.push(refused) })
    const tree = history(9)
    const other = forked(tree, 3, 9, 'b')
    await witness.addCheckpoint(await log.body(tree, 0, 5))
    expect((await witness.addCheckpoint(await log.body(other, 0, 5))).status).toBe(409)
    expect((await witness.addCheckpoint(await log.body(other, 5, 9))).status).toBe(422)
    expect(state.refused.map(({ kind }) => kind)).toEqual(['fork', 'unproved'])
    expect(told).toEqual(state.refused)
    const fork = verifyForkProof(state.refused[0]?.text ?? '', [log.key])
    expect([fork.origin, ...fork.heads.map(({ size }) => size)]).toEqual([log.origin, 5, 5])
    // the same again takes no more room; an old head that is no fork is nothing
    await witness.addCheckpoint(await log.body(other, 5, 5))
    await witness.addCheckpoint(await log.body(tree, 0, 5))
    await witness.addCheckpoint(await log.body(tree, 0, 2))
    expect(state.refused).toHaveLength(2)
  })

  test('a genuine head with a wrong proof is kept as what it is: nothing against the log, and no fork proof', async () => {
    const { log, witness, state } = await world()
    const tree = history(9)
    await witness.addCheckpoint(await log.body(tree, 0, 5))
    const note = await log.sign(tree)
    const wrong = utf8(addCheckpointBody({ oldSize: 5, proof: [new Uint8Array(32)], note }))
    expect((await witness.addCheckpoint(wrong)).status).toBe(422)
    const [kept] = state.refused
    expect(state.refused.map(({ kind }) => kind)).toEqual(['unproved'])
    expect(JSON.parse(kept?.text ?? '')).toMatchObject({
      format: 'quittance/1 refused-head',
      meaning: expect.stringContaining('this shows nothing against the log'),
      refused: note,
    })
    expect(() => verifyForkProof(kept?.text ?? '', [log.key])).toThrow()
    // and the log is cosigned as before
    expect((await witness.addCheckpoint(await log.body(tree, 5))).status).toBe(200)
  })

  test('a request that no known key signed leaves nothing', async () => {
    const { log, witness, state } = await world()
    const stranger = await testLog(log.origin, 2)
    await witness.addCheckpoint(await log.body(history(5), 0))
    await witness.addCheckpoint(await stranger.body(forked(history(5), 0, 5, 'b'), 5))
    expect(state.refused).toEqual([])
  })
})

describe('whatever is sent', () => {
  async function alone(log: TestLog) {
    const { witness, state } = await world({ logs: [log.key] })
    await witness.addCheckpoint(await log.body(history(5), 0))
    return { witness, before: await state.latest(log.origin), now: () => state.latest(log.origin) }
  }

  test('rubbish never crashes it, and nothing is signed', async () => {
    const log = await testLog()
    const { witness, before, now } = await alone(log)
    const rubbish = fc.oneof(
      fc.uint8Array({ maxLength: 2_000 }),
      fc.string({ unit: 'binary' }).map((text) => utf8(`old 5\n\n${text}`)),
      fc.string().map((text) => utf8(`old ${text}\n\n${example}`)),
    )
    await fc.assert(
      fc.asyncProperty(rubbish, async (body) => {
        expect([400, 403, 404]).toContain((await witness.addCheckpoint(body)).status)
        expect(await now()).toBe(before)
      }),
      { numRuns: 300 },
    )
  })

  test('a good request with bytes changed, cut or added is signed only where its head is the one that the log signed', async () => {
    const log = await testLog()
    const good = Buffer.from(await log.body(history(9), 5))
    const { rootHash } = readCheckpoint(await log.sign(history(9)))
    const change = fc.record({
      at: fc.nat(good.length - 1),
      drop: fc.nat(3),
      add: fc.uint8Array({ maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const { witness, before, now } = await alone(log)
        let body = good
        for (const { at, drop, add } of changes)
          body = Buffer.concat([body.subarray(0, at), add, body.subarray(at + drop)])
        const { status } = await witness.addCheckpoint(body)
        const after = await now()
        if (status !== 200) expect(after).toBe(before)
        else expect([after?.size, after?.rootHash]).toEqual([9, rootHash])
      }),
      { numRuns: 300 },
    )
  })

  test('random histories: what is cosigned is always one line of them', async () => {
    const log = await testLog()
    const step = fc.record({
      branch: fc.constantFrom('a', 'b', 'c'),
      keep: fc.nat(12),
      size: fc.nat(16),
      old: fc.nat(16),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { witness } = await world({ logs: [log.key] })
        let cosigned: readonly string[] = []
        for (const { branch, keep, size, old } of steps) {
          const leaves = forked(history(16), Math.min(keep, size), size, branch)
          const oldSize = Math.min(old, size)
          const { status } = await witness.addCheckpoint(await log.body(leaves, oldSize))
          const goesOn = oldSize === cosigned.length && cosigned.every((leaf, at) => leaves[at] === leaf)
          expect(status === 200).toBe(goesOn)
          if (goesOn) cosigned = leaves
        }
      }),
      { numRuns: 150 },
    )
  })
})
