import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseDidKey } from '../../src/keys/did-key.js'
import { merkleRoot } from '../../src/merkle/index.js'
import { verifyCosignature } from '../../src/tlog/cosignature.js'
import { base64Of } from '../../src/tlog/lines.js'
import { parseNote, parseSignatureLine } from '../../src/tlog/note.js'
import { type NoteKey, noteKey, vkeyOf } from '../../src/tlog/vkey.js'
import { fileWitnessState } from '../../src/transparency/witness/state-file.js'
import { type Random, randomFrom } from '../store/torture/random.js'
import type { ChildPlan } from './witness-child.js'
import { type History, hashesOf, keysOf, type TestLog, testLog } from './witness-support.js'

const KILLS = 210
const LANES = 2

let folder: string
let program: string
let witnessKey: NoteKey

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'quittance-kill-')))
  program = join(folder, 'child.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('./witness-child.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  })
  const { keyId } = await keysOf(9).signer()
  witnessKey = noteKey('witness.example/w1', 'ed25519-cosignature', parseDidKey(keyId))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

interface Child {
  readonly process: ChildProcess
  readonly died: Promise<unknown>
  /** @returns its URL; `undefined` where it died before */
  start(plan: ChildPlan): Promise<string | undefined>
  readonly complaint: () => string
}

/** Started before it is needed: it waits for its plan. */
function child(): Child {
  // an empty environment: certificates that it names would be read at every start
  const started = spawn(process.execPath, [program], { env: {}, stdio: ['pipe', 'pipe', 'pipe'] })
  const died = once(started, 'close')
  let complaint = ''
  started.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  started.stdin.on('error', () => undefined)
  return {
    process: started,
    died,
    complaint: () => complaint,
    async start(plan) {
      started.stdin.write(`${JSON.stringify(plan)}\n`)
      const line = await Promise.race([once(started.stdout, 'data'), died.then(() => undefined)])
      return line === undefined ? undefined : String(line[0]).trim()
    },
  }
}

/** What a log has sent, and of that what came back cosigned. */
interface Liar {
  readonly log: TestLog
  readonly sent: History[]
  readonly cosigned: History[]
}

/** A log that signs whatever it likes: it goes on from any of the heads that it ever sent. */
async function lie(liar: Liar, url: string, random: Random, round: number): Promise<void> {
  let old = liar.cosigned.at(-1)?.length ?? 0
  for (let step = 0; step < 4; step += 1) {
    const alike = liar.sent.filter(({ length }) => length === old)
    // mostly what the witness may well know
    const likely = random.chance(0.6) ? liar.cosigned.findLast(({ length }) => length === old) : undefined
    const base = likely ?? alike[random.below(alike.length)] ?? []
    const more = random.below(3) + (base.length === 0 ? 1 : 0)
    const leaves = [...base, ...Array.from({ length: more }, (_, at) => `${round}.${step}.${at}.${random.unit()}`)]
    liar.sent.push(leaves)
    const note = await liar.log.sign(leaves)
    let response: Response
    let body: string
    try {
      response = await fetch(`${url}/add-checkpoint`, {
        method: 'POST',
        body: (await liar.log.body(leaves, Math.min(old, leaves.length))) as BodyInit,
      })
      body = await response.text()
    } catch (error) {
      // the witness died; whatever arrived of its answer is no answer
      if (error instanceof TypeError) return
      throw error
    }
    if (response.status === 200) {
      expect(verifyCosignature(parseNote(note), parseSignatureLine(body.slice(0, -1)), witnessKey)).toBeDefined()
      liar.cosigned.push(leaves)
      old = leaves.length
    } else {
      expect([409, 422]).toContain(response.status)
      if (response.status === 409) old = Number(body)
    }
  }
}

const goesOnFrom = (larger: History, smaller: History): boolean => smaller.every((leaf, at) => larger[at] === leaf)

/** @returns the first two heads that were cosigned although neither goes on from the other */
function forkIn({ cosigned }: Liar): readonly [History, History] | undefined {
  const sorted = [...cosigned].sort((a, b) => a.length - b.length)
  for (const [index, larger] of sorted.entries()) {
    const smaller = sorted[index - 1] ?? []
    if (!goesOnFrom(larger, smaller)) return [smaller, larger]
  }
  return undefined
}

async function lane(number: number, kills: number, forgets: boolean) {
  const random = randomFrom(number)
  const directory = join(folder, `lane-${number}`)
  const liars: Liar[] = await Promise.all(
    [1, 2, 3].map(async (byte) => ({ log: await testLog(`log.example/${byte}`, byte), sent: [], cosigned: [] })),
  )
  const logs = liars.map(({ log }) => vkeyOf(log.key))
  let next = child()
  let killed = 0
  let complaints = ''
  const places = { opening: 0, running: 0 }
  for (let round = 0; killed < kills; round += 1) {
    const now = next
    next = child()
    // some die at a call, the others whenever the parent likes
    const dieAt = random.chance(0.8) ? 1 + random.below(30) : 0
    const when = (['before', 'half', 'after'] as const)[random.below(3)] ?? 'before'
    const url = await now.start({ directory, logs, dieAt, when, forgets })
    if (url !== undefined) {
      const lies = Promise.all(liars.map((liar) => lie(liar, url, random, round)))
      await (random.chance(0.3) ? Promise.race([lies, pause(random.below(8))]) : lies)
      now.process.kill('SIGKILL')
      await lies
      places.running += 1
    } else places.opening += 1
    await now.died
    if (now.process.signalCode === 'SIGKILL') killed += 1
    complaints += now.complaint()
  }
  next.process.kill('SIGKILL')
  await next.died
  return { liars, killed, directory, complaints, places }
}

describe('a witness that is killed', () => {
  test(`at ${KILLS} places never cosigns a fork, and begins again each time`, async () => {
    const lanes = await Promise.all(Array.from({ length: LANES }, (_, at) => lane(at + 1, KILLS / LANES, false)))
    let cosigned = 0
    for (const { liars, directory, killed, complaints, places } of lanes) {
      expect(killed).toBeGreaterThanOrEqual(KILLS / LANES)
      expect(complaints).toBe('')
      expect(Math.min(places.opening, places.running)).toBeGreaterThan(2)
      const state = fileWitnessState(directory)
      for (const liar of liars) {
        expect(forkIn(liar)).toBeUndefined()
        cosigned += liar.cosigned.length
        // what it knows now goes on from all that it ever gave out
        const latest = await state.latest(liar.log.origin)
        const known = liar.sent.find(
          (leaves) =>
            leaves.length === latest?.size && base64Of(merkleRoot(hashesOf(leaves))) === base64Of(latest.rootHash),
        )
        expect(known).toBeDefined()
        for (const head of liar.cosigned) expect(goesOnFrom(known ?? [], head)).toBe(true)
      }
      await state.close()
    }
    expect(cosigned).toBeGreaterThan(KILLS / 2)
  }, 240_000)

  test('and forgets is found out by the same check', async () => {
    const { liars } = await lane(LANES + 1, 6, true)
    expect(liars.some((liar) => forkIn(liar) !== undefined)).toBe(true)
  })
})
