/** The page for the person concerned, in a real browser, opened from a file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { proofPage } from '../../src/report/proof-page.js'
import { makeProof } from '../../src/transparency/decision-proof.js'
import { runCli } from '../cli/run-cli.js'
import { keyNamed } from '../ledger/support.js'
import { createReader, type Opened, type Reader, violationsOf } from '../report/html/support.js'
import { policyText, proofWorld } from './proof-support.js'

let reader: Reader
let cwd: string
let text: string
let policy: string
let keyId: string

beforeAll(async () => {
  reader = await createReader()
  cwd = await mkdtemp(join(tmpdir(), 'quittance-proof-page-'))
  const world = await proofWorld()
  const [, id] = await world.decide(3)
  await world.publish('acme')
  text = (await makeProof(world.store, { chainId: 'acme', receiptId: id as string })).text
  await world.close()
  policy = await policyText()
  keyId = (await keyNamed('receipts').signer()).keyId
  await writeFile(join(cwd, 'good.tlog-proof'), text)
  await writeFile(join(cwd, 'bad.tlog-proof'), text.replace('\nindex 2\n', '\nindex 1\n'))
  await writeFile(join(cwd, 'policy.txt'), policy)
})
afterAll(async () => {
  await reader.close()
  await rm(cwd, { recursive: true })
})

async function opened(locale: 'en' | 'de' = 'en'): Promise<Opened> {
  const found = await reader.open(proofPage({ locale }), { verified: false })
  await found.page.waitForFunction(() => performance.getEntriesByName('quittance-ready').length > 0)
  return found
}

const give = (page: Page, name = 'good') => page.locator('#proof-file').setInputFiles(join(cwd, `${name}.tlog-proof`))
const becomes = async (page: Page, verdict: string) => {
  await page.waitForSelector(`#verdict[data-verdict=${verdict}]`)
  return page.locator('#verdict').innerText()
}
const codes = (page: Page, id: string) =>
  page.locator(`#${id} li`).evaluateAll((items) => items.map((item) => item.getAttribute('data-code')))

describe('the page', () => {
  test('by itself a proof is INCOMPLETE; with the reader’s keys and policy it is VALID', async () => {
    const { page, requests, errors } = await opened()
    expect(await becomes(page, 'NONE')).toContain('No file has been given.')
    await give(page)
    expect(await becomes(page, 'INCOMPLETE')).toContain('Without keys and a policy of your own')
    expect(await codes(page, 'problems')).toEqual(['POLICY_MISSING', 'KEYRING_MISSING'])
    expect(await codes(page, 'proved')).toEqual(['RECEIPT_INTACT'])
    await page.locator('#keyring').fill(keyId)
    await page.locator('button[type=submit]').click()
    await page.waitForFunction(() => document.querySelectorAll('#problems li').length === 1)
    await becomes(page, 'INCOMPLETE')
    await page.locator('#policy-file').setInputFiles(join(cwd, 'policy.txt'))
    await becomes(page, 'VALID')
    expect(await codes(page, 'proved')).toEqual(['RECEIPT_INTACT', 'SIGNER_TRUSTED', 'IN_CHAIN', 'IN_LOG', 'WITNESSED'])
    expect(await codes(page, 'not-proved')).toContain('NOTHING_ELSE')
    expect(await page.locator('#found table').innerText()).toContain('acme')
    expect(await page.locator('#proved').innerText()).toContain('witness.example/one')
    expect(await violationsOf(page)).toEqual([])
    await page.locator('#forget').click()
    await becomes(page, 'NONE')
    expect(requests).toEqual([])
    expect(errors).toEqual([])
  })

  test('what is altered is INVALID, what is no key or policy is refused in words', async () => {
    const { page, errors } = await opened('de')
    await page.locator('#keyring').fill(JSON.stringify({ keys: [{ keyId }] }))
    await page.locator('#policy').fill(policy.trimEnd())
    await give(page, 'bad')
    expect(await becomes(page, 'INVALID')).toContain('diese Datei beweist nichts')
    expect(await codes(page, 'problems')).toContain('INCLUSION_WRONG')
    expect(await codes(page, 'proved')).toEqual([])
    // the key is trusted: nothing may say that it is not
    expect(await codes(page, 'not-proved')).toEqual([])
    expect(await page.locator('#found').innerText()).not.toContain('kein Schlüssel, dem Sie vertrauen')
    expect(await page.locator('#not-judged').innerText()).toContain('wurde weiter nichts beurteilt')
    await give(page)
    await becomes(page, 'VALID')
    await page.locator('#policy').fill('log nonsense')
    await page.locator('button[type=submit]').click()
    await becomes(page, 'INCOMPLETE')
    expect(await page.locator('#policy-error').innerText()).toContain('Das ist keine Richtlinie')
    await page.locator('#keyring').fill('nonsense')
    await page.locator('button[type=submit]').click()
    await page.waitForFunction(() => document.querySelector('#keyring-error')?.textContent !== '')
    expect(await page.locator('#keyring').getAttribute('aria-invalid')).toBe('true')
    expect(errors).toEqual([])
  })

  test('without its script it says that nothing was verified', async () => {
    const { page } = await reader.open(proofPage(), { javaScriptEnabled: false, verified: false })
    expect(await page.locator('#verdict').innerText()).toContain('Nothing has been verified')
    expect(await page.locator('#form').isVisible()).toBe(false)
  })

  test('is written by the command line, in both languages', async () => {
    const { code, stdout } = await runCli(['proof-page', '--out', 'proof.html', '--json'], { cwd })
    expect([code, JSON.parse(stdout)]).toEqual([0, { file: 'proof.html', bytes: Buffer.byteLength(proofPage()) }])
    expect((await runCli(['proof-page', '--out', 'p.html', '--lang', 'fr'], { cwd })).code).toBe(2)
    expect(() => proofPage({ locale: 'fr' as never })).toThrow(TypeError)
    expect(proofPage({ locale: 'de' })).toContain('<html lang="de">')
  })
})
