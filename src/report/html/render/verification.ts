/** The part of the page in which its script says what it found; without the script it says that nothing was verified. */
import type { RenderContext } from './context.js'
import { icon } from './icons.js'
import { html, type Markup } from './markup.js'

/**
 * @param context - of the page
 * @returns the headline of what the script found, for the top of the page
 */
export function verdictBox({ texts: { verification: texts } }: RenderContext): Markup {
  return html`<div id="page-verdict" class="verdict neutral" role="status" aria-live="polite" aria-atomic="true" data-verdict="NONE">${icon('info')}<div>
<p class="verdict-title">${texts.notRun}</p></div></div>
<p class="progress" hidden><progress id="page-progress" max="1" value="0" aria-label="${texts.title}"></progress> <span id="page-progress-text"></span></p>
<p class="more"><a href="#page-verification">${texts.more}</a></p>\n`
}

/**
 * @param digest - of the report, as its maker computed it
 * @param context - of the page
 * @returns the section
 */
export function verificationSection(digest: string, context: RenderContext): Markup {
  const texts = context.texts.verification
  const use = (name: 'delegate' | 'rotate' | 'retention'): Markup =>
    html`<label class="tick"><input type="checkbox" name="use" value="${name}"> ${texts.uses[name]}</label>`
  return html`<section id="page-verification" class="level-2 verification" aria-labelledby="page-verification-title">
<h2 id="page-verification-title">${texts.title}</h2>
<div id="page-findings"></div>
<div class="split">
<div><h3>${texts.checksTitle}</h3><ul id="page-checks" class="checks"><li>${texts.notRun}</li></ul>
<p class="digest"><span>${texts.digest}</span> <code id="page-digest">${digest}</code></p></div>
<div><h3>${texts.keysTitle}</h3><p>${texts.keysIntro}</p><ul id="page-keys" class="keys"></ul></div>
</div>
<form id="page-trust" class="trust" hidden autocomplete="off">
<h3>${texts.yourKeysTitle}</h3><p id="page-trust-intro">${texts.yourKeysIntro}</p>
<label for="page-fingerprint">${texts.keysLabel}</label>
<textarea id="page-fingerprint" rows="2" spellcheck="false" autocapitalize="off" aria-describedby="page-trust-hint page-trust-error" placeholder="did:key:z6Mk…"></textarea>
<p id="page-trust-hint" class="hint">${texts.keysHint}</p>
<fieldset><legend>${texts.usesTitle}</legend>${(['delegate', 'rotate', 'retention'] as const).map(use)}</fieldset>
<p id="page-trust-error" class="error" role="alert"></p>
<div class="buttons"><button type="submit" class="primary">${texts.verifyButton}</button>
<label class="file">${texts.fileLabel} <input id="page-keyring-file" type="file" accept=".json,application/json"></label>
<button type="button" id="page-forget" hidden>${texts.forgetButton}</button></div>
</form>
<p class="limits">${texts.limits}</p>
<p class="command"><code>quittance report verify report.html --keyring keyring.json</code></p>
</section>\n`
}
