/** The script of the page: verifies a file under what the reader brings. Nothing is fetched, sent or remembered. */
import type { Keyring } from '../../../keys/keyring.js'
import { type Policy, parsePolicy } from '../../../tlog/policy.js'
import { verifyDecisionProof } from '../../../transparency/decision-proof-verify.js'
import { byId } from '../../html/page/dom.js'
import { readersKeys } from '../../html/page/readers-keys.js'
import { proofPageTexts } from '../texts.js'
import { showResult, showVerdict } from './show.js'

const locale = document.documentElement.lang === 'de' ? 'de' : 'en'
const texts = proofPageTexts[locale]
/** Far above any proof; a larger file was dropped by mistake. */
const LARGEST_FILE = 4_000_000

let proof: Uint8Array | undefined
let turn = 0

/** A page that could not judge says so; silence would look like consent. */
function fail(error: unknown): void {
  byId('found', HTMLElement).replaceChildren()
  showVerdict('BROKEN', texts.broken, error instanceof Error ? error.message : undefined)
}

function keysGiven(): Keyring | undefined {
  const input = byId('keyring', HTMLTextAreaElement)
  const error = byId('keyring-error', HTMLElement)
  error.textContent = ''
  input.removeAttribute('aria-invalid')
  if (input.value.trim() === '') return undefined
  const read = readersKeys(input.value, ['receipt'])
  if (read.keyring !== undefined) return read.keyring
  error.textContent = `${texts.refusedKeys} ${read.message ?? read.refused}`
  input.setAttribute('aria-invalid', 'true')
  return undefined
}

function policyGiven(): Policy | undefined {
  const input = byId('policy', HTMLTextAreaElement)
  const error = byId('policy-error', HTMLElement)
  error.textContent = ''
  input.removeAttribute('aria-invalid')
  if (input.value.trim() === '') return undefined
  try {
    // what is pasted rarely has its last newline
    return parsePolicy(`${input.value.trimEnd()}\n`)
  } catch (thrown) {
    error.textContent = `${texts.refusedPolicy} ${thrown instanceof Error ? thrown.message : ''}`
    input.setAttribute('aria-invalid', 'true')
    return undefined
  }
}

async function judge(): Promise<void> {
  turn += 1
  const mine = turn
  const [keyring, policy] = [keysGiven(), policyGiven()]
  if (proof === undefined) {
    showVerdict('NONE', texts.nothing)
    byId('found', HTMLElement).replaceChildren()
    return
  }
  const result = await verifyDecisionProof(proof, { keyring, policy })
  // something else was given meanwhile
  if (mine === turn) showResult(result, keyring !== undefined && policy !== undefined, locale)
}

const judgeOrFail = (): void => {
  judge().catch(fail)
}

async function take(file: File | undefined, into: (bytes: Uint8Array) => void): Promise<void> {
  if (file === undefined) return
  into(file.size > LARGEST_FILE ? new Uint8Array() : new Uint8Array(await file.arrayBuffer()))
  await judge()
}

/** A place where a file can be chosen or dropped. */
function filePlace(name: string, into: (bytes: Uint8Array) => void): void {
  const place = byId(`${name}-place`, HTMLElement)
  const input = byId(`${name}-file`, HTMLInputElement)
  input.addEventListener('change', () => {
    take(input.files?.[0], into).catch(fail)
  })
  place.addEventListener('dragover', (event) => {
    event.preventDefault()
    place.classList.add('dropping')
  })
  place.addEventListener('dragleave', () => place.classList.remove('dropping'))
  place.addEventListener('drop', (event) => {
    event.preventDefault()
    place.classList.remove('dropping')
    take(event.dataTransfer?.files[0], into).catch(fail)
  })
}

function run(): void {
  const form = byId('form', HTMLFormElement)
  form.hidden = false
  const fill = (id: string) => (bytes: Uint8Array) => {
    byId(id, HTMLTextAreaElement).value = new TextDecoder().decode(bytes)
  }
  filePlace('proof', (bytes) => {
    proof = bytes
  })
  filePlace('keyring', fill('keyring'))
  filePlace('policy', fill('policy'))
  // a file that is dropped beside its place is not opened in place of the page
  for (const name of ['dragover', 'drop']) document.addEventListener(name, (event) => event.preventDefault())
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    judgeOrFail()
  })
  byId('forget', HTMLButtonElement).addEventListener('click', () => {
    form.reset()
    proof = undefined
    judgeOrFail()
  })
  judgeOrFail()
}

try {
  run()
  performance.mark('quittance-ready')
} catch (error) {
  fail(error)
}
