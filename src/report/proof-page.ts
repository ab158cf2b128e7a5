/** The page on which the person concerned verifies the proof of one decision. */
import { base64 } from '@scure/base'
import { sha256 } from '../primitives/sha256.js'
import type { ProofLocale } from '../transparency/decision-proof-words.js'
import { html, type Markup, textOfMarkup, trusted } from './html/render/markup.js'
import { proofPageScript } from './proof-page/page-script.js'
import { proofPageStyles } from './proof-page/styles.js'
import { type ProofPageTexts, proofPageTexts } from './proof-page/texts.js'

const sourceOf = (text: string): string => `'sha256-${base64.encode(sha256(text))}'`

/** Nothing is fetched, sent or framed; one script and one stylesheet run, by their hashes; no script writes markup. */
const policy = (): string =>
  [
    "default-src 'none'",
    `script-src ${sourceOf(proofPageScript)}`,
    `style-src ${sourceOf(proofPageStyles)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

/** A text that can be pasted, chosen as a file, or dropped. */
function textPlace(id: 'keyring' | 'policy', texts: ProofPageTexts): Markup {
  return html`<fieldset id="${id}-place"><label for="${id}">${texts[id]}</label>
<p class="help" id="${id}-help">${texts[`${id}Help`]}</p>
<textarea id="${id}" aria-describedby="${id}-help ${id}-error" spellcheck="false" autocomplete="off"></textarea>
<p><input type="file" id="${id}-file" aria-label="${texts[id]}"></p>
<p class="error" id="${id}-error" role="alert"></p></fieldset>`
}

/**
 * Makes a page, one file, on which anybody can verify a proof of one decision without a network. It brings no keys: what it
 * says is VALID only under a keyring and a policy that the reader gives. Hand it out by another way than the proofs.
 *
 * @param options - `locale`: its language, default `en`
 * @returns the whole HTML document; the same release gives the same bytes
 * @throws TypeError when there is no such language
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises'
 * import { proofPage } from 'quittance/report'
 * await writeFile('proof.html', proofPage({ locale: 'de' }))
 * ```
 */
export function proofPage({ locale = 'en' }: { readonly locale?: ProofLocale | undefined } = {}): string {
  if (!Object.hasOwn(proofPageTexts, locale)) throw new TypeError('locale must be en or de')
  const texts = proofPageTexts[locale]
  const page = html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy())}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${texts.title}</title>
<style>${trusted(proofPageStyles)}</style>
</head>
<body>
<main>
<h1>${texts.title}</h1>
<p>${texts.lead}</p>
<p>${texts.origin}</p>
<form id="form" hidden>
<fieldset id="proof-place"><label for="proof-file">${texts.file}</label>
<p class="help" id="proof-help">${texts.fileHelp}</p>
<input type="file" id="proof-file" aria-describedby="proof-help"></fieldset>
${textPlace('keyring', texts)}
${textPlace('policy', texts)}
<p><button type="submit">${texts.verify}</button> <button type="button" id="forget">${texts.forget}</button></p>
</form>
<section id="verdict" data-verdict="NONE" role="status" aria-live="polite"><p>${texts.script}</p></section>
<div id="found"></div>
<p class="help">${texts.stamps}</p>
</main>
<script>${trusted(proofPageScript)}</script>
</body>
</html>
`
  return textOfMarkup(page)
}
