import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { consistencyProof, merkleRoot } from '../../src/merkle/index.js'
import { base64Of } from '../../src/tlog/lines.js'
import { vkeyOf } from '../../src/tlog/vkey.js'
import { httpWitness } from '../../src/transparency/witness/client.js'
import { forkProof, verifyForkProof } from '../../src/transparency/witness/fork-proof.js'
import { runCli } from '../cli/run-cli.js'
import { startCli } from '../cli/start-cli.js'
import { forked, hashesOf, history, testLog } from './witness-support.js'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'quittance-fork-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

const malformed = expect.objectContaining({ code: 'TLOG_MALFORMED' })

describe('a fork', () => {
  test('two heads of one size with different roots prove it, with the log key alone', async () => {
    const log = await testLog()
    const proof = forkProof(await log.sign(history(7)), await log.sign(forked(history(7), 3, 7, 'b')))
    const { origin, heads } = verifyForkProof(proof, [log.key])
    expect([origin, heads.map(({ size }) => size)]).toEqual([log.origin, [7, 7]])
    expect(heads[0].rootHash).not.toEqual(heads[1].rootHash)
  })

  test('of different sizes, the leaves of the larger tree prove it, in whichever order the heads come', async () => {
    const log = await testLog()
    const [small, larger] = [history(7), forked(history(7), 3, 20, 'b')]
    const notes = [await log.sign(small), await log.sign(larger)] as const
    for (const [a, b] of [notes, [notes[1], notes[0]] as const]) {
      const { heads } = verifyForkProof(forkProof(a, b, { leaves: hashesOf(larger) }), [log.key])
      expect(heads.map(({ size }) => size)).toEqual([7, 20])
    }
  })

  test('any two histories are proved to be a fork where they are one, and never where they are not', async () => {
    const log = await testLog()
    const sizes = fc.record({ small: fc.integer({ min: 1, max: 40 }), more: fc.nat(40), keep: fc.nat(80) })
    await fc.assert(
      fc.asyncProperty(sizes, async ({ small, more, keep }) => {
        const first = history(small)
        const second = forked(history(small + more), Math.min(keep, small + more), small + more, 'b')
        const [a, b] = [await log.sign(first), await log.sign(second)]
        const larger = { leaves: hashesOf(second) }
        if (first.every((leaf, at) => second[at] === leaf)) {
          expect(() => forkProof(a, b, larger)).toThrow(malformed)
        } else expect(verifyForkProof(forkProof(a, b, larger), [log.key]).origin).toBe(log.origin)
      }),
      { numRuns: 150 },
    )
  })

  test('an honest log is never accused: no claim about its larger tree holds but the true one', async () => {
    const log = await testLog()
    const tree = history(20)
    const [small, larger] = [await log.sign(tree, 7), await log.sign(tree)]
    const other = forked(tree, 3, 20, 'b')
    const lying = JSON.parse(forkProof(small, await log.sign(other), { leaves: hashesOf(other) })) as {
      notes: string[]
      root: string
      proof: string[]
    }
    const honest = { ...lying, notes: [small, larger] }
    expect(() => verifyForkProof(JSON.stringify(honest), [log.key])).toThrow(malformed)
    const proof = consistencyProof(hashesOf(tree), 7, 20).map(base64Of)
    const root = base64Of(merkleRoot(hashesOf(tree), 7))
    expect(() => verifyForkProof(JSON.stringify({ ...honest, root, proof }), [log.key])).toThrow(/goes on/)
    for (const claim of [lying.root, base64Of(new Uint8Array(32))])
      expect(() => verifyForkProof(JSON.stringify({ ...honest, root: claim, proof }), [log.key])).toThrow(malformed)
  })

  test('is not made of what is none', async () => {
    const log = await testLog()
    const [a, b] = [await log.sign(history(7)), await log.sign(history(9))]
    expect(() => forkProof(a, a)).toThrow(malformed)
    expect(() => forkProof(a, b)).toThrow(TypeError)
    expect(() => forkProof(a, b, { leaves: hashesOf(forked(history(9), 2, 9, 'b')) })).toThrow(RangeError)
    const elsewhere = await (await testLog('log.example/other')).sign(forked(history(7), 1, 7, 'b'))
    expect(() => forkProof(a, elsewhere)).toThrow(malformed)
    expect(() => forkProof('x', a)).toThrow(malformed)
    // extension lines are no part of the tree
    expect(() => forkProof(a, '')).toThrow(malformed)
    const extended = await log.sign(history(7), 7, ['x'])
    expect(() => forkProof(a, extended)).toThrow(malformed)
  })

  test('of which one head is not signed by the log is nobody’s', async () => {
    const log = await testLog()
    const stranger = await testLog(log.origin, 2)
    const proof = forkProof(await log.sign(history(7)), await stranger.sign(forked(history(7), 3, 7, 'b')))
    const untrusted = (reason: string) => expect.objectContaining({ code: 'TLOG_UNTRUSTED', details: { reason } })
    expect(() => verifyForkProof(proof, [log.key])).toThrow(untrusted('no-known-key'))
    expect(() => verifyForkProof(proof, [])).toThrow(untrusted('no-known-key'))
    // a log that has changed its key is one log
    expect(verifyForkProof(proof, [log.key, stranger.key]).origin).toBe(log.origin)
  })

  test('altered anywhere it holds no more, or says the same', async () => {
    const log = await testLog()
    const larger = forked(history(7), 3, 20, 'b')
    const proof = forkProof(await log.sign(history(7)), await log.sign(larger), { leaves: hashesOf(larger) })
    const before = verifyForkProof(proof, [log.key]).heads.map(({ rootHash }) => base64Of(rootHash))
    await fc.assert(
      fc.property(fc.nat(proof.length - 1), fc.string({ maxLength: 2 }), (at, put) => {
        const altered = proof.slice(0, at) + put + proof.slice(at + 1)
        let found: readonly string[]
        try {
          found = verifyForkProof(altered, [log.key]).heads.map(({ rootHash }) => base64Of(rootHash))
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^TLOG_(MALFORMED|UNTRUSTED)$/) })
          return
        }
        expect(found).toEqual(before)
      }),
      { numRuns: 500 },
    )
  })

  test('rubbish is refused in words', async () => {
    const log = await testLog()
    const [a, b] = [await log.sign(history(7)), await log.sign(forked(history(9), 3, 9, 'b'))]
    const format = 'quittance/1 fork-proof'
    const texts = [
      '',
      'x',
      'null',
      '[]',
      '{}',
      JSON.stringify({ format, notes: [a] }),
      JSON.stringify({ format: 'x', notes: [a, b] }),
      JSON.stringify({ format, notes: [a, 1] }),
      JSON.stringify({ format, notes: [a, b] }),
      JSON.stringify({ format, notes: [a, a] }),
      JSON.stringify({ format, notes: [a, b], more: 1 }),
      JSON.stringify({ format, notes: [a, b], root: 'AA==', proof: [] }),
      JSON.stringify({ format, notes: [a, b], root: base64Of(new Uint8Array(32)), proof: Array(64).fill('') }),
      JSON.stringify({ format, notes: [b, a], root: base64Of(new Uint8Array(32)), proof: [] }),
      'x'.repeat(4_000_001),
    ]
    for (const text of texts) expect(() => verifyForkProof(text, [log.key])).toThrow(malformed)
  })
})

describe('quittance verify-fork', () => {
  test('VALID, INVALID and INCOMPLETE, with --log and with --policy', async () => {
    const cwd = await folder()
    const log = await testLog()
    const vkey = vkeyOf(log.key)
    const other = vkeyOf((await testLog(log.origin, 2)).key)
    await writeFile(join(cwd, 'policy.txt'), `log ${vkey}\nquorum none\n`)
    const proof = forkProof(await log.sign(history(7)), await log.sign(forked(history(7), 3, 7, 'b')))
    await writeFile(join(cwd, 'fork.json'), proof)
    await writeFile(join(cwd, 'none.json'), proof.replaceAll('\\n7\\n', '\\n8\\n'))
    const run = (...args: string[]) => runCli(['verify-fork', ...args], { cwd })
    const valid = await run('fork.json', '--log', vkey)
    expect([valid.code, valid.stderr]).toEqual([0, ''])
    expect(valid.stdout).toMatch(
      /^VALID {2}the log log\.example\/acme has signed two histories:\n {2}size 7 {2}root .+\n/,
    )
    const json = JSON.parse((await run('fork.json', '--policy', 'policy.txt', '--json')).stdout)
    expect(json).toMatchObject({ verdict: 'VALID', origin: log.origin, heads: [{ size: 7 }, { size: 7 }] })
    expect(await run('none.json', '--log', vkey)).toMatchObject({ code: 1, stdout: expect.stringContaining('INVALID') })
    expect(await run('policy.txt', '--log', vkey)).toMatchObject({ code: 1 })
    expect(await run('fork.json', '--log', other)).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('INCOMPLETE'),
    })
    const usage = [
      await run('fork.json'),
      await run('missing.json', '--log', vkey),
      await run('fork.json', '--log', 'x'),
      await run('fork.json', '--policy', 'fork.json'),
    ]
    expect(usage.map(({ code }) => code)).toEqual([2, 2, 2, 2])
  })
})

describe('quittance witness', () => {
  test('in one command: makes key and state, cosigns, shows a fork, ends on SIGTERM, and goes on where it was', async () => {
    const cwd = await folder()
    const log = await testLog()
    const common = [
      'witness',
      '--key',
      'w.pem',
      '--name',
      'witness.example/w1',
      '--state',
      'state',
      '--log',
      vkeyOf(log.key),
    ]
    const listen = ['--listen', '127.0.0.1:0', '--json']
    const first = startCli([...common, ...listen, '--create'], { cwd })
    await first.until('stdout', '\n')
    const { vkey, url, logs } = JSON.parse(first.written.stdout) as { vkey: string; url: string; logs: string[] }
    expect(logs).toEqual([log.origin])
    const witness = httpWitness({ url, vkey })
    const tree = history(9)
    expect(await witness.cosign(await log.request(tree, 5))).toHaveLength(1)
    const rewritten = await log.request(forked(tree, 2, 5, 'b'))
    await expect(witness.cosign(rewritten)).rejects.toMatchObject({ code: 'TLOG_REFUSED' })
    await first.until('stderr', 'FORK')
    // while it runs no other one gets its state
    const beside = await runCli([...common, ...listen], { cwd })
    expect(beside).toMatchObject({ code: 2, stderr: expect.stringContaining('STORE_LOCKED') })
    const [evidence = ''] = await readdir(join(cwd, 'state', 'evidence'))
    const checked = await runCli(['verify-fork', `state/evidence/${evidence}`, '--log', vkeyOf(log.key)], { cwd })
    expect(checked.code).toBe(0)
    await first.kill('SIGTERM')
    expect((await first.done).code).toBe(0)
    const ended = new AbortController()
    let found = ''
    const again = runCli([...common, '--listen', '127.0.0.1:0'], {
      cwd,
      interrupted: ended.signal,
      onOutput: (name, text) => {
        if (name === 'stdout') found += text
      },
    })
    while (!found.includes('http:')) await new Promise((resolve) => setTimeout(resolve, 5))
    const [sameKey = '', newUrl = ''] = found.split('\n')
    expect(sameKey).toBe(vkey)
    expect(await httpWitness({ url: newUrl, vkey }).cosign(await log.request(tree))).toHaveLength(1)
    ended.abort()
    expect(await again).toMatchObject({ code: 0 })
  })

  test('without a key, state or log it says what is missing, and makes nothing', async () => {
    const cwd = await folder()
    const log = await testLog()
    const vkey = vkeyOf(log.key)
    const run = (...args: string[]) => runCli(['witness', '--name', 'w.example', ...args], { cwd })
    const at = ['--listen', '127.0.0.1:0']
    expect(await run('--key', 'w.pem', '--state', 's', ...at)).toMatchObject({ code: 2 })
    expect(await run('--state', 's', '--log', vkey)).toMatchObject({ code: 2 })
    const lost = await run('--key', 'w.pem', '--state', 's', '--log', vkey, ...at)
    expect(lost).toMatchObject({ code: 2, stderr: expect.stringContaining('STORE_UNAVAILABLE') })
    expect(await readdir(cwd)).toEqual([])
    for (const wrong of ['x', '127.0.0.1', '127.0.0.1:99999', '[::1:7'])
      expect(await run('--key', 'w.pem', '--state', 's', '--log', vkey, '--listen', wrong)).toMatchObject({ code: 2 })
    const name = await runCli(['witness', '--key', 'w.pem', '--state', 's', '--log', vkey, '--name', 'a b'], { cwd })
    expect(name.code).toBe(2)
    await writeFile(join(cwd, 'policy.txt'), 'quorum none\n')
    expect(await run('--key', 'w.pem', '--state', 's', '--policy', 'policy.txt', ...at)).toMatchObject({ code: 2 })
    expect(await readFile(join(cwd, 'policy.txt'), 'utf8')).toBe('quorum none\n')
  })
})
