/**
 * Our witness and a log that other people's code makes: golang.org/x/mod/sumdb/tlog and note for the log, filippo.io/torchwood
 * for what the witness answers.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { concatBytes } from '../../src/primitives/bytes.js'
import { base64Of } from '../../src/tlog/lines.js'
import { keyIdHex, vkeyOf } from '../../src/tlog/vkey.js'
import { verifyForkProof } from '../../src/transparency/witness/fork-proof.js'
import { memoryWitnessState } from '../../src/transparency/witness/memory-state.js'
import { serveWitness } from '../../src/transparency/witness/server.js'
import { createWitness } from '../../src/transparency/witness/witness.js'
import { goProgram } from '../interop/go-program.js'
import { keysOf, seedOf, testLog } from './witness-support.js'

const { program, reason } = goProgram('witness-go', 24)

interface Step {
  readonly size: number
  readonly keep: number
  readonly old: number
  readonly name: string
}

interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly verified: boolean
  readonly time: number
  readonly monitored: number
}

async function played(request: object): Promise<readonly Answer[]> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'pipe'] })
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text
    })
  child.stdin.end(JSON.stringify(request))
  const [code] = await once(child, 'close')
  expect([code, written.stderr]).toEqual([0, ''])
  return JSON.parse(written.stdout) as readonly Answer[]
}

test.skipIf(reason !== undefined)('a log in Go is cosigned while it grows, and caught when it forks', async () => {
  const log = await testLog('log.example/go', 3)
  const state = memoryWitnessState()
  const witness = createWitness({ keys: keysOf(9), name: 'witness.example/w1', logs: [log.key], state })
  const server = await serveWitness({ witness })
  onTestFinished(() => server.close())
  const steps: readonly (Step & { readonly expected: readonly [status: number, body?: string] })[] = [
    { size: 0, keep: 0, old: 0, name: 'a', expected: [200] },
    { size: 5, keep: 5, old: 3, name: 'a', expected: [409, '0\n'] },
    { size: 5, keep: 5, old: 0, name: 'a', expected: [200] },
    { size: 5, keep: 5, old: 5, name: 'a', expected: [200] },
    { size: 64, keep: 64, old: 5, name: 'a', expected: [200] },
    { size: 65, keep: 65, old: 64, name: 'a', expected: [200] },
    { size: 1000, keep: 1000, old: 65, name: 'a', expected: [200] },
    { size: 1000, keep: 700, old: 1000, name: 'b', expected: [422] },
    { size: 1200, keep: 999, old: 1000, name: 'b', expected: [422] },
    { size: 900, keep: 900, old: 1000, name: 'a', expected: [400] },
    { size: 1001, keep: 1000, old: 1000, name: 'b', expected: [200] },
  ]
  const seed = concatBytes(Uint8Array.of(1), seedOf(3))
  const answers = await played({
    url: server.url,
    log: `PRIVATE+KEY+${log.origin}+${keyIdHex(log.key.id)}+${base64Of(seed)}`,
    logVkey: vkeyOf(log.key),
    witness: vkeyOf(await witness.key()),
    steps: steps.map(({ expected: _, ...step }) => step),
  })
  let newest = 0
  for (const [index, { expected, size }] of steps.entries()) {
    const answer = answers[index] as Answer
    expect(answer.status, JSON.stringify(steps[index])).toBe(expected[0])
    if (expected[0] === 200) {
      newest = size
      expect(answer.verified).toBe(true)
      expect(Math.abs(answer.time - Date.now() / 1000)).toBeLessThan(600)
    }
    if (expected[1] !== undefined) expect([answer.body, answer.contentType]).toEqual([expected[1], 'text/x.tlog.size'])
    expect(answer.monitored).toBe(newest)
  }
  const [fork] = state.refused.filter(({ kind }) => kind === 'fork')
  expect(verifyForkProof(fork?.text ?? '', [log.key]).heads.map(({ size }) => size)).toEqual([1000, 1000])
})
