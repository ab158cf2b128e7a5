/** The script of the page: it verifies what came with the page, and makes the page easier to read. */
import type { Keyring } from '../../../keys/keyring.js'
import { canonicalize } from '../../../receipt/canonical.js'
import { digestOf } from '../../../receipt/digest.js'
import { pageTexts } from '../texts.js'
import { setUpChrome } from './chrome.js'
import { conclude } from './conclude.js'
import { byId } from './dom.js'
import { type Embedded, embeddedIn } from './embedded.js'
import { keyringOfFile, keysInFile } from './keys-in-file.js'
import { setUpLinks } from './links.js'
import { addLocalTimes, localClock } from './local-times.js'
import { type PageContent, readPage } from './read-page.js'
import { type ReceiptsTable, setUpReceipts } from './receipts-table.js'
import { createSignatureDesk } from './signatures.js'
import { setUpTheme } from './theme.js'
import { setUpTrustForm } from './trust-form.js'
import { showConclusion, showKeys, showVerdict } from './verdict-panel.js'
import { type ExcerptCheck, problemsByPlace, verifyExcerpt } from './verify-excerpt.js'

const locale = document.documentElement.lang === 'de' ? 'de' : 'en'
const texts = pageTexts(locale)
const numbers = new Intl.NumberFormat(locale)
const number = (value: number): string => numbers.format(value)

/** Lets the browser paint first. */
const painted = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve, 0))
    // a page in the background is not painted
    setTimeout(resolve, 250)
  })

function showProgress(done: number, all: number): void {
  const bar = byId('page-progress', HTMLProgressElement)
  const host = bar.parentElement
  if (host) host.hidden = done >= all
  bar.max = Math.max(all, 1)
  bar.value = done
  byId('page-progress-text', HTMLSpanElement).textContent = texts.verification.running(number(done), number(all))
}

async function verify({ report, page }: PageContent, lines: readonly Embedded[], table: ReceiptsTable): Promise<void> {
  const desk = createSignatureDesk(window.isSecureContext ? window.crypto?.subtle : undefined)
  showKeys(keysInFile(lines), texts.verification, number)
  showProgress(0, lines.length)
  await desk.prepare(lines, (done) => showProgress(done, lines.length))
  showProgress(lines.length, lines.length)

  const under = (keyring: (chainId: string) => Keyring): Promise<ExcerptCheck> =>
    verifyExcerpt(lines, report.excerpt, keyring, desk, new Date())
  const ownKeys = (chainId: string): Keyring =>
    keyringOfFile(keysInFile(lines.filter((one) => one.chainId === chainId)))
  const computed = digestOf(canonicalize(report))
  const own = await under(ownKeys)

  let turn = 0
  const judge = async (keyring: Keyring | undefined): Promise<void> => {
    turn += 1
    const mine = turn
    const theirs = keyring && { keyring, check: await under(() => keyring) }
    // the reader may have given other keys meanwhile
    if (mine !== turn) return
    const conclusion = conclude({ report, digest: page.digest, computed, seal: page.seal, own, theirs })
    showConclusion(conclusion, report, texts, number)
    const places = problemsByPlace(conclusion.check)
    table.states(({ chainId, seq }) => places.get(`${chainId} ${seq}`) ?? [])
  }
  await judge(undefined)
  setUpTrustForm(texts.verification, (keyring) => {
    judge(keyring).catch(fail)
  })
}

/** A page that could not judge says so; silence would look like consent. */
function fail(error: unknown): void {
  showVerdict('bad', 'BROKEN', [texts.verification.broken, error instanceof Error ? error.message : undefined])
}

async function run(): Promise<void> {
  setUpTheme()
  setUpChrome()
  addLocalTimes(locale, texts.localTime)
  const content = readPage()
  if (content === undefined) {
    showVerdict('bad', 'BROKEN', [texts.verification.broken])
    return
  }
  const lines = embeddedIn(content.report.excerpt, content.page.seal)
  const table = setUpReceipts(lines, texts.receipts, localClock(locale), number)
  setUpLinks(table, texts.receipts.lookUpOne)
  await painted()
  await verify(content, lines, table)
  performance.mark('quittance-verified')
}

run().catch(fail)
