/** Where the reader says whom to trust: pasted, or a file, chosen or dropped. Nothing of it leaves the page. */
import type { Keyring, KeyUse } from '../../../keys/keyring.js'
import type { PageTexts } from '../texts/types.js'
import { byId } from './dom.js'
import { readersKeys } from './readers-keys.js'

/** Far above any keyring; a larger file was dropped by mistake. */
const LARGEST_FILE = 4 * 1024 * 1024

/**
 * @param texts - of the page
 * @param judge - verifies under the reader's keys; without any, under the file's own
 */
export function setUpTrustForm(texts: PageTexts['verification'], judge: (keyring: Keyring | undefined) => void): void {
  const form = byId('page-trust', HTMLFormElement)
  const input = byId('page-fingerprint', HTMLTextAreaElement)
  const file = byId('page-keyring-file', HTMLInputElement)
  const forget = byId('page-forget', HTMLButtonElement)
  const error = byId('page-trust-error', HTMLParagraphElement)
  form.hidden = false

  const uses = (): readonly KeyUse[] => [
    'receipt',
    ...[...form.querySelectorAll<HTMLInputElement>('input[name=use]:checked')].map(({ value }) => value as KeyUse),
  ]
  const submit = (): void => {
    const { keyring, ...why } = readersKeys(input.value, uses())
    input.setAttribute('aria-invalid', String(keyring === undefined))
    if (keyring === undefined && 'refused' in why && why.refused !== undefined) {
      error.textContent = `${texts.refused[why.refused]} ${'message' in why ? (why.message ?? '') : ''}`.trim()
      input.focus()
      return
    }
    error.textContent = ''
    forget.hidden = false
    judge(keyring)
  }
  const take = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return
    input.value = chosen.size > LARGEST_FILE ? '' : await chosen.text()
    submit()
  }
  // a file that can't be read is like one without a key
  const takeOrSay = (chosen: File | undefined): void => {
    take(chosen).catch(() => {
      error.textContent = texts.refused.empty
    })
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  file.addEventListener('change', () => takeOrSay(file.files?.[0]))
  forget.addEventListener('click', () => {
    input.value = ''
    file.value = ''
    error.textContent = ''
    forget.hidden = true
    judge(undefined)
    input.focus()
  })
  form.addEventListener('dragover', (event) => {
    event.preventDefault()
    form.classList.add('dropping')
  })
  form.addEventListener('dragleave', () => form.classList.remove('dropping'))
  form.addEventListener('drop', (event) => {
    event.preventDefault()
    form.classList.remove('dropping')
    takeOrSay(event.dataTransfer?.files[0])
  })
}
