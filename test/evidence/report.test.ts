/** A sealed report in a package: judged by the CLI, and altered by whoever holds the packer's key. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EvidenceResult, verifyEvidence, type WriteEvidenceOptions } from '../../src/evidence/index.js'
import { Keyring } from '../../src/keys/keyring.js'
import { generateKeyFile } from '../../src/keys/local.js'
import { fileStore } from '../../src/store/file.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { runCli } from '../cli/run-cli.js'
import { type World, world } from '../report/seal/world.js'
import { chainOf, keys } from '../verify/support.js'
import { acme, fileOf, now, packed, packer, resealed, startOf, storeOf } from './support.js'
import { entriesOf } from './zip-of.js'

const codes = ({ problems }: EvidenceResult) => [...new Set(problems.map(({ code }) => code))].sort()
const said = ({ proved, notProved }: EvidenceResult, code: string) => ({
  proved: proved.filter((one) => one.code === code).map(({ message }) => message),
  notProved: notProved.filter((one) => one.code === code).map(({ message }) => message),
})

describe('on the command line', () => {
  let dir: string
  const cli = (...args: string[]) => runCli(args, { cwd: dir })
  const pack = (out: string) => {
    const of = ['--chain', 'acme', '--report', 'acme/report.json', '--keyring', 'keyring.json', '-o', out]
    return cli('export', 'receipts', '--evidence', '--key', 'packer.key.pem', ...of)
  }
  const judged = async (file: string) => {
    const trust = ['--keyring', 'keyring.json', '--policy', 'policy.json', '--json']
    const { code, stdout } = await cli('verify', file, ...trust)
    return { code, result: JSON.parse(stdout) as EvidenceResult }
  }

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'quittance-evidence-report-'))
    const store = fileStore(join(dir, 'receipts'))
    await store.append('acme', testReceipts({ chainId: 'acme', count: 12 }), undefined)
    await store.close()
    const [seal, packs] = [
      await generateKeyFile(join(dir, 'seal.key.pem')),
      await generateKeyFile(join(dir, 'packer.key.pem')),
    ]
    const trusted = [seal.keyId, packs.keyId].map((keyId) => ({ keyId, uses: ['report'] }))
    await writeFile(join(dir, 'keyring.json'), JSON.stringify({ keys: [{ keyId: testReceiptKeyId() }, ...trusted] }))
    await writeFile(join(dir, 'policy.json'), JSON.stringify({ require: { chains: ['acme'], report: true } }))
    const what = ['--period', '2026-Q1', '--format', 'json', '--out', 'acme', '--keyring', 'keyring.json']
    const made = await cli('report', 'receipts', '--chain', 'acme', ...what, '--seal', '--key', 'seal.key.pem')
    expect([made.code, made.stderr]).toEqual([0, ''])
  })
  afterAll(() => rm(dir, { recursive: true }))

  test('it is VALID against a policy that asks for it', async () => {
    const made = await pack('sealed.zip')
    expect([made.code, made.stderr]).toEqual([0, ''])
    const names = (await entriesOf(await readFile(join(dir, 'sealed.zip')))).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['report/report.json', 'report/report.seal.json']))
    const { code, result } = await judged('sealed.zip')
    expect([code, result.verdict, codes(result)]).toEqual([0, 'VALID', []])
    expect(said(result, 'REPORT').proved).toEqual([
      'the report is the one that receipts of these chains seal, and it is about these chains',
    ])
  })

  test('a report that is not the sealed one is INVALID, when it is packed and when it is judged', async () => {
    const file = join(dir, 'acme/report.json')
    const before = await readFile(file, 'utf8')
    await writeFile(file, before.replace('"receipts":12', '"receipts":11'))
    expect(await readFile(file, 'utf8')).not.toBe(before)
    const made = await pack('altered.zip')
    await writeFile(file, before)
    expect([made.code, made.stdout.startsWith('INVALID')]).toEqual([1, true])
    const { code, result } = await judged('altered.zip')
    expect([code, codes(result)]).toEqual([1, ['REPORT_INVALID', 'REQUIRED_REPORT_MISSING']])
  })

  test('a seal that is no JSON is refused, and nothing of it is quoted', async () => {
    const file = join(dir, 'acme/report.seal.json')
    const before = await readFile(file)
    await writeFile(file, 'oops secret words')
    const { code, stderr } = await pack('broken.zip')
    await writeFile(file, before)
    expect([code, stderr]).toEqual([2, expect.stringContaining('the seal beside acme/report.json')])
    expect(stderr).not.toContain('secret')
  })
})

describe('by whoever holds the packer’s key', () => {
  let made: World
  let keyring: Keyring
  beforeAll(async () => {
    made = await world({}, ['other-chain'])
    keyring = new Keyring([
      { keyId: keys.one.keyId },
      { keyId: packer.keyId, uses: ['report'] },
      ...made.keyring.entries(),
    ])
  }, 60_000)

  const withReport = async (store: WriteEvidenceOptions['store']) =>
    packed({ store, logChain: undefined, checkpoints: [], report: { report: made.report, seal: made.seal } })
  const judge = async (bytes: Uint8Array) =>
    verifyEvidence(await fileOf(bytes), { keyring, now, policy: '{"require":{"report":true}}' })

  test('on other chains than those of the package it is none', async () => {
    const result = await judge(await withReport(await storeOf(acme)))
    expect([result.verdict, codes(result)]).toEqual(['INCOMPLETE', ['REQUIRED_REPORT_MISSING']])
    expect(said(result, 'REPORT').proved).toEqual([])
  })

  test('on another chain of the same id it contradicts', async () => {
    const chainId = made.report.chains[0]?.chainId as string
    const other = chainOf([startOf('9'), {}, {}], { chainId })
    const result = await judge(await withReport(await storeOf(other)))
    expect([result.verdict, codes(result)]).toEqual(['INVALID', ['REPORT_INVALID', 'REQUIRED_REPORT_MISSING']])
  })

  test('on these chains it is one, its pages are not judged, and each altered part is caught', async () => {
    const bytes = await withReport(made.store)
    const whole = await judge(bytes)
    expect([whole.verdict, codes(whole)]).toEqual(['VALID', []])
    expect(said(whole, 'REPORT').proved).toHaveLength(1)
    expect(said(whole, 'REPORT_PAGES').notProved).toHaveLength(1)

    const entries = await entriesOf(bytes)
    const instead = (name: string, change: (text: string) => string | undefined) =>
      resealed(
        entries.flatMap((entry) => {
          const text = entry.name === name ? change(String(entry.bytes)) : undefined
          if (entry.name !== name) return [entry]
          return text === undefined ? [] : [{ name, bytes: Buffer.from(text) }]
        }),
      )
    const invalid = ['INVALID', ['REPORT_INVALID', 'REQUIRED_REPORT_MISSING']]
    const missing = ['INCOMPLETE', ['REQUIRED_REPORT_MISSING']]
    const [line] = made.seal.lines as readonly [string]
    const flip = (hex: string) => (hex.startsWith('0') ? '1' : '0') + hex.slice(1)
    const cases: [string, Buffer, unknown][] = [
      ['a figure', instead('report/report.json', (text) => text.replace('"receipts":20', '"receipts":19')), invalid],
      ['no report', instead('report/report.json', () => undefined), missing],
      ['no seal', instead('report/report.seal.json', () => undefined), missing],
      [
        'a signature in the seal',
        instead('report/report.seal.json', (text) =>
          text.replace(/ed25519:([0-9a-f]+)/, (_, hex: string) => `ed25519:${flip(hex)}`),
        ),
        invalid,
      ],
      [
        'another digest in the seal',
        instead('report/report.seal.json', (text) =>
          text.replace(/"digest":"sha256:([0-9a-f]+)"/, (_, hex: string) => `"digest":"sha256:${flip(hex)}"`),
        ),
        invalid,
      ],
      [
        'a seal without its receipts',
        instead('report/report.seal.json', (text) => text.replace(JSON.stringify(line), '')),
        undefined,
      ],
      ['a seal that is none', instead('report/report.seal.json', () => '{}'), undefined],
    ]
    for (const [name, altered, expected] of cases) {
      const result = await judge(altered)
      if (expected === undefined) expect([name, result.verdict === 'VALID']).toEqual([name, false])
      else expect([name, [result.verdict, codes(result)]]).toEqual([name, expected])
      expect([name, said(result, 'REPORT').proved]).toEqual([name, []])
    }
  })
})
