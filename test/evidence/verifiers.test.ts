/** The two single-file verifiers say what the library says: of every vector, and of packages altered in each member. */
import { readFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type EvidenceResult, parseEvidencePolicy, verifyEvidence } from '../../src/evidence/index.js'
import { evidenceText } from '../../src/evidence/text.js'
import { Keyring } from '../../src/keys/keyring.js'
import { verifyLines } from '../../src/verify/chain.js'
import type { VerifyOptions, VerifyResult } from '../../src/verify/types.js'
import { runCase } from '../fuzz/one.js'
import { randomOf } from '../fuzz/random.js'
import { chainEnd, chainOf, days, keyNamed, linesOf, rawLines } from '../verify/support.js'
import { bare, findings, shape, singleFile } from './agreement.js'
import { misleading, refusedPolicies } from './misleading.js'
import { judgedByPython, run, verifyMjs, verifyPy } from './python.js'
import {
  acme,
  fileOf,
  logVkey,
  now,
  packed,
  packer,
  resealed,
  storeOf,
  tlogPolicy,
  verifierKeyring,
} from './support.js'
import { entriesOf, zipOf } from './zip-of.js'

/** A machine that does much else takes minutes for what takes seconds. */
const patient = { timeout: 240_000 }

const folder = new URL('../vectors/', import.meta.url)
const { vectors } = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as {
  vectors: readonly {
    readonly name: string
    readonly file: string
    readonly keyring: unknown
    readonly options: Omit<VerifyOptions, 'keyring'>
    readonly expected: VerifyResult
  }[]
}
const pathOf = (file: string) => fileURLToPath(new URL(file, folder))

describe('over every vector', () => {
  const asked = vectors.map(({ file, keyring, options }) => ({ file: pathOf(file), keyring, options }))

  test.each([[], ['--without-cryptography']])('Python agrees %s', async (...flags) => {
    const judged = await judgedByPython<VerifyResult>(asked, ...flags)
    expect(judged.length).toBe(vectors.length)
    for (const [index, { name, expected }] of vectors.entries())
      expect([name, bare(judged[index] as VerifyResult)]).toEqual([name, bare(expected)])
  })

  test('JavaScript agrees', async () => {
    for (const [index, { name, expected }] of vectors.entries()) {
      const { file, keyring, options } = asked[index] as (typeof asked)[number]
      const result = await singleFile.judgeFile(file, { ...options, keyring: singleFile.Keyring.parse(keyring) })
      expect([name, bare(result)]).toEqual([name, bare(expected)])
    }
  })
})

test('Python agrees over chains made and spoiled at random', patient, async () => {
  const scratch = await fileOf(new Uint8Array())
  const made = await Promise.all(
    Array.from({ length: 24 }, async (_, seed) => {
      const { file, keyring, options } = await runCase(seed, scratch)
      const given = options as Omit<VerifyOptions, 'keyring'>
      const result = await verifyLines(rawLines(file), { ...given, keyring: Keyring.parse(keyring) })
      return { result, asked: { file: await fileOf(file), keyring: JSON.parse(keyring) as unknown, options } }
    }),
  )
  const judged = await judgedByPython<VerifyResult>(made.map(({ asked }) => asked))
  const codesOf = (result: VerifyResult) => ({
    ...bare(result),
    counts: {},
    problems: [...new Set(findings(result.problems))],
  })
  for (const [seed, { result }] of made.entries())
    expect([seed, codesOf(judged[seed] as VerifyResult)]).toEqual([seed, codesOf(result)])
})

const policies = {
  none: undefined,
  full: JSON.stringify({
    require: {
      chains: ['acme', 'Beta/Unicode'],
      checkpoints: { policy: tlogPolicy },
      receiptsUntil: '2026-01-01T00:00:05.000Z',
      tail: true,
    },
    acceptPruned: { minDays: 10 },
  }),
  from: JSON.stringify({ require: { checkpoints: { from: [logVkey] }, allChains: true, tail: true } }),
  beyond: JSON.stringify({
    require: {
      chains: ['acme', 'not there'].slice(0, 1).concat('gone'),
      checkpoints: { policy: tlogPolicy.replace('2 w1', '3 w1') },
      receiptsUntil: '2030-01-01T00:00:00.000Z',
      report: true,
    },
  }),
}

describe('over packages', async () => {
  const whole = await packed()
  const entries = await entriesOf(whole)
  const kinds: [string, Uint8Array][] = [
    ['whole', whole],
    ['compressed', await packed({ compress: true })],
    ['by a stranger', resealed(entries, undefined, keyNamed('stranger'))],
    ['without the log', await packed({ logChain: undefined })],
    ['one chain', await packed({ chains: ['acme'], logChain: undefined })],
    ['no chain', await packed({ chains: [], logChain: undefined })],
    ['cut', whole.subarray(0, whole.length - 1)],
  ]
  for (const [index, { name, bytes }] of entries.entries()) {
    const flipped = Buffer.from(bytes)
    flipped[bytes.length >> 1] = (flipped[bytes.length >> 1] ?? 0) ^ 1
    const instead = (other: Buffer) => entries.map((entry, at) => (at === index ? { name, bytes: other } : entry))
    kinds.push([`${name} changed`, zipOf(instead(bytes.length > 0 ? flipped : Buffer.from('x')))])
    if (/^(?:format|verify)/.test(name)) continue
    kinds.push([`${name} gone`, zipOf(entries.filter((_, at) => at !== index))])
    if (!name.startsWith('manifest')) {
      kinds.push([`${name} changed, listed anew`, resealed(instead(flipped))])
      kinds.push([`${name} gone, listed anew`, resealed(entries.filter((_, at) => at !== index))])
      kinds.push([`${name} emptied, listed anew`, resealed(instead(Buffer.alloc(0)))])
    }
  }
  kinds.push(['more', zipOf([...entries, { name: 'checkpoints/9.txt', bytes: Buffer.from('x') }])])
  kinds.push([
    'a note of another',
    resealed([...entries, { name: 'checkpoints/9.txt', bytes: Buffer.from('x\n\n— a AAAAAAAA\n') }]),
  ])
  kinds.push([
    'another head',
    resealed(entries, (manifest) => ({
      ...manifest,
      chains: manifest.chains.map((chain) => ({
        ...chain,
        head: { seq: 1, receiptHash: acme[1]?.receiptHash as string },
      })),
    })),
  ])
  kinds.push([
    'a later format',
    resealed(entries, (manifest) => ({ ...manifest, format: 'quittance/evidence/2' as never })),
  ])
  kinds.push(['a member unknown', resealed(entries, (manifest) => ({ ...manifest, more: 1 }))])

  // receipts that an outbox kept stand in a chain of their own, which a gap receipt names
  const ended = chainOf([{}, chainEnd()], { chainId: 'outbox' })
  const joining = (receiptHash: string | undefined) =>
    chainOf(
      [
        {
          body: {
            eventType: 'system',
            system: { event: 'gap', from: days(0), to: days(0), reason: 'outage' },
            links: [
              {
                rel: 'joins',
                receiptId: ended[1]?.receiptId as string,
                chainId: 'outbox',
                ...(receiptHash && { receiptHash }),
              } as never,
            ],
          },
        },
      ],
      { chainId: 'joining' },
    )
  for (const [kind, chains] of [
    ['joined', [joining(ended[1]?.receiptHash), ended]],
    ['joined, no hash', [joining(undefined), ended]],
    ['joined, cut', [joining(ended[1]?.receiptHash), ended.slice(0, 1)]],
    ['joined, another end', [joining(ended[0]?.receiptHash), ended]],
    ['joined to nothing', [joining(ended[1]?.receiptHash)]],
  ] as const)
    kinds.push([kind, await packed({ store: await storeOf(...chains), logChain: undefined, checkpoints: [] })])

  const keyring = verifierKeyring.toJSON()
  const keyrings = {
    whole: keyring,
    none: undefined,
    'of checkpoints': { keys: [...keyring.keys, { keyId: keyNamed('log').keyId, uses: ['checkpoint'] }] },
    'revoked packer': {
      keys: [keyring.keys[0], { keyId: packer.keyId, uses: ['report'], revokedAt: '2026-06-01T00:00:00.000Z' }],
    },
  }
  const files = await Promise.all(kinds.map(async ([name, bytes]) => [name, await fileOf(bytes)] as const))
  const meant = await Promise.all(
    (await misleading()).map(async ({ name, bytes, policy, keyring: trusted = verifierKeyring, expected }) => ({
      name,
      file: await fileOf(bytes),
      policy,
      keyring: trusted.toJSON() as unknown,
      now,
      expected,
    })),
  )
  const cases = files.flatMap(([kind, file]) => {
    const asked = Object.entries(policies).filter(([by]) => by === 'full' || !/ (?:changed|gone|emptied)/.test(kind))
    const plain = asked.map(([policyName, policy]) => ({
      name: `${kind}, policy ${policyName}`,
      file,
      policy,
      keyring: keyring as unknown,
      now,
    }))
    const others =
      kind !== 'whole'
        ? []
        : Object.entries(keyrings).map(([by, trusted]) => ({
            name: `${kind}, keyring ${by}`,
            file,
            policy: undefined,
            keyring: trusted as unknown,
            now,
          }))
    return [...plain, ...others]
  })

  test('all three agree', patient, async () => {
    const all = [...cases, ...meant]
    const python = await judgedByPython<EvidenceResult>(all)
    const verdicts = new Map<string, string>()
    const found = new Map<string, string>()
    for (const [index, { name, file, policy, keyring: given }] of all.entries()) {
      const trusted = given === undefined ? undefined : Keyring.parse(given)
      const library = shape(await verifyEvidence(file, { keyring: trusted, policy, now }))
      verdicts.set(name, library.verdict)
      const codes = library.problems.map((problem) => problem.split(' ')[0] ?? '')
      found.set(name, [library.verdict, ...new Set(codes)].join(' '))
      const mjs = await singleFile.judgePackage(file, {
        keyring: given === undefined ? undefined : singleFile.Keyring.parse(given),
        policy,
        now,
      })
      expect([name, shape(mjs)]).toEqual([name, library])
      expect([name, shape(python[index] as EvidenceResult)]).toEqual([name, library])
    }
    expect([...new Set(verdicts.values())].sort()).toEqual(['INCOMPLETE', 'INVALID', 'VALID'])
    const joins = ['joined', 'joined, no hash', 'joined, cut', 'joined, another end', 'joined to nothing']
    expect(joins.map((kind) => verdicts.get(`${kind}, policy none`))).toEqual([
      'VALID',
      'VALID',
      'INCOMPLETE',
      'INVALID',
      'INCOMPLETE',
    ])
    expect(meant.map(({ name }) => [name, found.get(name)])).toEqual(
      meant.map(({ name, expected }) => [name, expected]),
    )
  })

  test('all three agree over packages in which one bit is another', patient, async () => {
    const random = randomOf(9)
    // the texts are found by their digests alone, and are most of a package
    const bulk = entries
      .filter(({ bytes }) => bytes.length > 4_000)
      .map(({ bytes }) => [whole.indexOf(bytes), bytes.length] as const)
    const asked = await Promise.all(
      Array.from({ length: 36 }, async () => {
        let at = random.int(whole.length)
        while (bulk.some(([start, length]) => at >= start && at < start + length)) at = random.int(whole.length)
        const other = Buffer.from(whole)
        other[at] = (other[at] as number) ^ (1 << random.int(8))
        return { name: `at ${at}`, file: await fileOf(other), policy: policies.full, keyring: keyring as unknown, now }
      }),
    )
    const python = await judgedByPython<EvidenceResult>(asked)
    for (const [index, { name, file, policy }] of asked.entries()) {
      const library = shape(await verifyEvidence(file, { keyring: verifierKeyring, policy, now }))
      expect([name, shape(python[index] as EvidenceResult)]).toEqual([name, library])
      const trusted = singleFile.Keyring.parse(keyring)
      expect([name, shape(await singleFile.judgePackage(file, { keyring: trusted, policy, now }))]).toEqual([
        name,
        library,
      ])
    }
  })

  test('as commands', async () => {
    const trust = await fileOf(Buffer.from(JSON.stringify(keyring)))
    const asked = await fileOf(Buffer.from(policies.full))
    const refused = await fileOf(Buffer.from(refusedPolicies[0] as string))
    for (const [program, ...before] of [
      ['python3', verifyPy],
      [process.execPath, verifyMjs],
    ] as const) {
      const judge = async (...args: readonly string[]) => (await run(program, [...before, ...args])).code
      const file = files[0]?.[1] as string
      expect([program, await judge(file, '--keyring', trust, '--policy', asked, '--now', now)]).toEqual([program, 0])
      expect([program, await judge(file, '--now', now, '--json')]).toEqual([program, 3])
      expect([program, await judge(files[6]?.[1] as string, '--keyring', trust)]).toEqual([program, 1])
      expect([program, await judge(file, '--keyring', file)]).toEqual([program, 2])
      expect([program, await judge(`${file}.gone`, '--keyring', trust)]).toEqual([program, 2])
      expect([program, await judge(file, '--keyring', trust, '--policy', refused)]).toEqual([program, 2])
      const { stdout } = await run(program, [...before, file, '--keyring', trust])
      expect(stdout).toMatch(/^VALID\n/)
    }
  })

  test('as commands they list the same as proved and as not proved', async () => {
    const trust = await fileOf(Buffer.from(JSON.stringify(keyring)))
    const asked = await fileOf(Buffer.from(policies.full))
    const listsOf = async (program: string, ...args: readonly string[]) => {
      const { stdout } = await run(program, [...args, '--keyring', trust, '--policy', asked, '--now', now])
      return stdout.slice(stdout.indexOf('\nproved\n'), stdout.search(/\n(?:not checked|left out)/))
    }
    for (const [kind, file] of files.filter(([kind]) => ['whole', 'by a stranger', 'cut'].includes(kind))) {
      const expected = evidenceText(
        await verifyEvidence(file, { keyring: verifierKeyring, policy: policies.full, now }),
      )
      const python = await listsOf('python3', verifyPy, file)
      expect([kind, expected.includes(python), python.includes('\nnot proved\n')]).toEqual([kind, true, true])
      expect([kind, `${await listsOf(process.execPath, verifyMjs, file)}`.trim()]).toEqual([kind, python.trim()])
    }
  })

  test('as commands they refuse what is asked of the other kind', async () => {
    const trust = await fileOf(Buffer.from(JSON.stringify(keyring)))
    const asked = await fileOf(Buffer.from(policies.full))
    const options = await fileOf(Buffer.from('{}'))
    const chain = await fileOf(Buffer.from(`${linesOf(acme).join('\n')}\n`))
    const file = files[0]?.[1] as string
    const lines = chain.replace(/\.zip$/, '.jsonl')
    await rename(chain, lines)
    for (const before of [
      ['python3', verifyPy],
      [process.execPath, verifyMjs],
    ] as const) {
      const judge = async (...args: readonly string[]) => {
        const { code, stderr } = await run(before[0], [before[1], ...args, '--keyring', trust])
        return [code, stderr]
      }
      expect(await judge(lines)).toEqual([0, ''])
      expect(await judge(lines, '--policy', asked)).toEqual([2, expect.stringContaining('--policy is for packages')])
      for (const more of [
        ['--chain', 'acme'],
        ['--options', options],
      ])
        expect(await judge(file, ...more)).toEqual([2, expect.stringContaining('are for chains')])
    }
  })

  test('verify.py answers on a terminal that has no such letters', async () => {
    const trust = await fileOf(Buffer.from(JSON.stringify(keyring)))
    const args = ['PYTHONIOENCODING=ascii', 'python3', verifyPy, files[0]?.[1] as string, '--keyring', trust]
    const { code, stdout } = await run('env', args)
    expect([code, stdout]).toEqual([0, expect.stringContaining('its times are its writer?s clock')])
  })

  test.each(['--help', '-h'])('verify.mjs %s says how it is used', async (flag) => {
    const { code, stdout, stderr } = await run(process.execPath, [verifyMjs, flag])
    expect([code, stderr, stdout]).toEqual([0, '', expect.stringContaining('node verify.mjs PACKAGE.zip --keyring')])
  })

  test('none takes a policy that nobody can mean', async () => {
    const file = files[0]?.[1] as string
    const asked = refusedPolicies.map((policy) => ({ file, policy, keyring, now }))
    expect(await judgedByPython(asked)).toEqual(refusedPolicies.map(() => ({ refused: true })))
    for (const policy of refusedPolicies) {
      expect(() => parseEvidencePolicy(policy)).toThrow(expect.objectContaining({ code: 'TLOG_MALFORMED' }))
      await expect(singleFile.judgePackage(file, { policy })).rejects.toMatchObject({ code: 'TLOG_MALFORMED' })
    }
  })
})

test('what only goes wrong in verify.py is no verdict', async () => {
  const [vector] = vectors
  const trust = await fileOf(Buffer.from(JSON.stringify(vector?.keyring)))
  // options are taken as they come: this one has another form than the program expects
  const odd = await fileOf(Buffer.from('{"expect":{"head":5}}'))
  const args = [verifyPy, pathOf(vector?.file ?? ''), '--keyring', trust, '--options', odd]
  const { code, stdout, stderr } = await run('python3', args)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^verify\.py: it could not be judged: [A-Za-z]+ at line \d+\n$/)
})
