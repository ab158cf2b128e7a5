/** The demonstration, run as a user runs it: by the built program, in an empty directory. */
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalize } from '../../src/receipt/canonical.js'
import { type Ran, root, run } from '../support/program.js'

const program = join(root, 'dist/cli/main.js')
let dir: string
let told: Ran

const quittance = (...args: string[]) => run(process.execPath, [program, ...args], { cwd: dir })

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-demo-'))
  told = await quittance('demo', '--dir', 'out', '--json')
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('quittance demo', () => {
  it('verifies its own log and catches every forgery', () => {
    expect(told.stderr).toBe('')
    expect(told.code).toBe(0)
    const { verdict, scope, forgeries } = JSON.parse(told.stdout)
    expect({ verdict, tail: scope.tail }).toEqual({ verdict: 'VALID', tail: 'expected-head' })
    const found = forgeries.map(
      ({ name, verdict: word, codes }: { name: string; verdict: string; codes: string[] }) => [name, word, codes],
    )
    expect(found).toEqual([
      ['field', 'INVALID', ['HASH_MISMATCH']],
      ['deletion', 'INVALID', ['SEQ_GAP']],
      ['tail', 'INCOMPLETE', ['HEAD_NOT_REACHED']],
      ['head', 'INCOMPLETE', ['STARTS_LATE']],
      ['swap', 'INVALID', ['SEQ_GAP', 'SEQ_REPEATED']],
      ['re-hash', 'INVALID', ['SIGNATURE_INVALID']],
    ])
  })

  it('shows what somebody did who has the keys, by checkpoints and by a witness', () => {
    const { transparency } = JSON.parse(told.stdout)
    const found = transparency.map(({ verdict, codes, by }: { verdict: string; codes: string[]; by: string }) => [
      verdict,
      ...codes,
      by,
    ])
    expect(found).toEqual([
      ['VALID', 'the checkpoint'],
      ['INCOMPLETE', 'CHECKPOINT_NOT_REACHED', 'the checkpoint'],
      ['INVALID', 'CHECKPOINT_MISMATCH', 'the checkpoint'],
      ['INCOMPLETE', 'CHECKPOINT_NOT_REACHED', 'the witness refuses to cosign its log'],
      ['INVALID', 'CHECKPOINT_MISMATCH', 'the witness'],
    ])
  })

  it('leaves files that its own command line judges alike', async () => {
    const head = (await readFile(join(dir, 'out/head.txt'), 'utf8')).trim()
    const trusted = ['--keyring', 'out/keyring.json']
    expect((await quittance('verify', 'out/receipts', ...trusted, '--expect-head', head)).code).toBe(0)
    expect((await quittance('verify', 'out/forged/tail.jsonl', ...trusted)).code).toBe(0)
    expect((await quittance('verify', 'out/forged/tail.jsonl', ...trusted, '--expect-head', head)).code).toBe(3)
    expect((await quittance('verify', 'out/forged/field.jsonl', ...trusted)).code).toBe(1)
    // whoever has the key deceives the verifier, but not the checkpoints
    expect((await quittance('verify', 'out/forged/rewritten.jsonl', ...trusted)).code).toBe(0)
    const notes = ['--checkpoints', 'out/audit', '--policy', 'out/policy.txt']
    const audit = [...notes, '--log-chain', 'out/audit/transparency-log.jsonl']
    // without the log nothing shows that the witness has seen the chain
    expect((await quittance('verify', 'out/receipts', ...trusted, ...notes)).code).toBe(3)
    expect((await quittance('verify', 'out/forged/rewritten.jsonl', ...trusted, ...audit)).code).toBe(1)
    expect((await quittance('verify', 'out/forged/tail.jsonl', ...trusted, ...audit)).code).toBe(3)
    expect((await quittance('verify', 'out/receipts', ...trusted, ...audit, '--require-tail')).code).toBe(0)
  })

  it('shows the redacted prompt, which is what the receipt’s input hash stands for', async () => {
    const { shown } = JSON.parse(told.stdout)
    const { note, ...facts } = shown.prompt
    expect(note).toMatch(/^I am \[PERSON\] and need the money for [a-z ]+\. Write to \[EMAIL\] or call \[PHONE\]\.$/)
    expect(Object.values(facts).every((fact) => typeof fact === 'number')).toBe(true)
    const hash = createHash('sha256').update(canonicalize(shown.prompt)).digest('hex')
    expect(shown.receipt.input.hash).toBe(`sha256:${hash}`)
    expect(shown.receipt.input.redactions).toEqual({ EMAIL: 1, PERSON: 1, PHONE: 1 })
    const page = await readFile(join(dir, 'out/index.html'), 'utf8')
    expect(page).toContain('I am [PERSON] and need the money')
    const written = await quittance('demo', '--dir', 'told')
    expect(written.stdout).toContain('I am [PERSON] and need the money')
  })

  it('leaves a report in four formats, sealed in the log, that its own command line judges alike', async () => {
    const { report } = JSON.parse(told.stdout)
    const files = ['report.html', 'report.md', 'report.json', 'report.pdf', 'report.seal.json']
    expect(report).toMatchObject({ verdict: 'VALID', says: 'VALID', files })
    const json = await readFile(join(dir, 'out/report.json'))
    expect(report.digest).toBe(`sha256:${createHash('sha256').update(json).digest('hex')}`)
    const again = await quittance(
      'report',
      'verify',
      'out/report.json',
      '--keyring',
      'out/keyring.json',
      '--store',
      'out/receipts',
      '--json',
    )
    expect(again.code).toBe(0)
    expect(JSON.parse(again.stdout)).toMatchObject({ verdict: 'VALID', rebuilt: true, digest: report.digest })
    const alone = await quittance('report', 'verify', 'out/report.html', '--keyring', 'out/keyring.json')
    expect(alone.code).toBe(3)
    const page = await readFile(join(dir, 'out/index.html'), 'utf8')
    for (const file of files) expect(page).toContain(`href="${file}"`)
  })

  it('has in its report what a newcomer should see: a flag that was acknowledged, people, groups, a gap that was told', async () => {
    const report = JSON.parse(await readFile(join(dir, 'out/report.json'), 'utf8'))
    const { period, chains, figures, system } = report
    expect(system.name).toContain('invented')
    expect({ state: period.state, empty: period.empty }).toEqual({ state: 'over', empty: false })
    expect(Date.parse(period.until) - Date.parse(period.from)).toBe(21 * 86_400_000)
    const [{ monitor, gaps }] = chains
    expect(monitor.sprt.decided.flagged).toBeGreaterThan(0)
    expect(monitor.sprt.openFlags).toBe(0)
    expect(monitor.flags.every(({ acknowledged }: { acknowledged: boolean }) => acknowledged)).toBe(true)
    expect(gaps.declared.gaps).toBe(1)
    const { oversightWhereAsked, timeAtReview, override } = figures.oversight
    expect(oversightWhereAsked.rate.rate).toBe(1)
    expect(timeAtReview.n).toBe(oversightWhereAsked.rate.count)
    expect(override.count).toBeGreaterThan(0)
    const [attribute] = figures.fairness.attributes
    expect(attribute.attribute).toBe('age.band')
    expect(attribute.groups).toHaveLength(3)
    expect(figures.latency.n).toBe(300)
    expect(figures.errors.estimate.count).toBe(2)
  })

  it('leaves no name, address or number of an applicant in the log or on the page', async () => {
    const chains = await readdir(join(dir, 'out/receipts'), { recursive: true })
    const files = chains.filter((name) => name.endsWith('.jsonl')).map((name) => join(dir, 'out/receipts', name))
    const texts = await Promise.all(
      [
        ...files,
        ...['index.html', 'report.html', 'report.md', 'report.json'].map((name) => join(dir, 'out', name)),
      ].map((file) => readFile(file, 'utf8')),
    )
    expect(files.length).toBe(1)
    for (const text of texts) expect(text).not.toMatch(/example\.com|\+49|Placeholder|Specimen|Exemplar/)
  })

  it('makes itself anew in its own directory and refuses any other that is not empty', async () => {
    expect((await quittance('demo', '--dir', 'out', '--json')).code).toBe(0)
    await writeFile(join(dir, 'mine.txt'), 'keep me')
    const refused = await quittance('demo', '--dir', '.')
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('not empty')
    expect(await readFile(join(dir, 'mine.txt'), 'utf8')).toBe('keep me')
  })
})
