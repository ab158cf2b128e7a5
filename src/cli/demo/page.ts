/** The page that the demonstration leaves to open: plain HTML, no script, nothing from elsewhere. */
import type { DecisionReceipt } from '../../receipt/types.js'
import { escapeMarkup } from '../../report/text/markup.js'
import type { VerifyResult } from '../../verify/types.js'
import type { DemoReport } from './report.js'

/** One forged copy and what the verifier said of it. */
export interface Caught {
  readonly name: string
  readonly what: string
  readonly file: string
  readonly verdict: string
  readonly codes: readonly string[]
  readonly needsHead: boolean
}

/** What the page shows. */
export interface PageFacts {
  readonly result: VerifyResult
  readonly receipt: DecisionReceipt
  readonly counts: Readonly<Record<string, number>>
  readonly caught: readonly Caught[]
  readonly commands: readonly string[]
  /** What was hashed as the input of that receipt: after redaction. */
  readonly prompt: unknown
  /** The report that was left. */
  readonly left: DemoReport
}

const escaped = escapeMarkup

const style = `
:root { color-scheme: light dark; --line: light-dark(#d6d3cc, #45423c); --soft: light-dark(#f6f4ef, #24221f); }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.7rem; margin: 0 0 .25rem } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
code, pre { font: .86rem/1.5 ui-monospace, monospace } pre { background: var(--soft); padding: 1rem; overflow-x: auto; border-radius: 6px }
.verdict { font-weight: 700 } .VALID { color: light-dark(#1a6b3c, #6fd39a) } .INVALID { color: light-dark(#a3201d, #ff8f87) } .INCOMPLETE { color: light-dark(#8a5a00, #f0b95a) }`

/** What each file of the report is. */
export const fileWords: Readonly<Record<string, string>> = {
  'report.html': 'the report of the three weeks, as a page',
  'report.md': 'the same as Markdown',
  'report.json': 'the same as data; its SHA-256 is what was sealed',
  'report.pdf': 'the same to print, with the receipts attached',
  'report.seal.json': 'the receipt that seals it',
}

const verdict = (word: string) => `<span class="verdict ${escaped(word)}">${escaped(word)}</span>`

const row = (cells: readonly string[]) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`

/**
 * @param facts - what was found
 * @returns the page
 */
export function page({ result, receipt, counts, caught, commands, prompt, left }: PageFacts): string {
  const { scope } = result
  const { period } = left.report
  const forged = caught.map(({ name, what, file, verdict: word, codes, needsHead }) =>
    row([
      escaped(name),
      `${escaped(what)}<br><code>${escaped(file)}</code>`,
      verdict(word),
      `${codes.map((code) => `<code>${escaped(code)}</code>`).join(' ')}${needsHead ? '<br>only against a head noted elsewhere' : ''}`,
    ]),
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>quittance: a demonstration</title>
<style>${style}</style>
<main>
<h1>Decision receipts of an invented bank</h1>
<p>${result.checked} receipts in chain <code>${escaped(scope.chainId ?? '')}</code>: ${verdict(result.verdict)}, tail ${escaped(scope.tail)}.</p>
<h2>What was decided</h2>
<table><thead><tr><th>receipts</th><th>count</th></tr></thead><tbody>
${Object.entries(counts)
  .map(([name, count]) => row([escaped(name), String(count)]))
  .join('\n')}
</tbody></table>
<h2>A report on it</h2>
<p>${escaped(period.from.slice(0, 10))} until ${escaped(period.until.slice(0, 10))}, ${period.receipts} receipts: ${verdict(left.verdict)}. Its digest, <code>${escaped(left.digest)}</code>, stands in the chain, signed.</p>
<ul>
${left.files.map((file) => `<li><a href="${escaped(file)}">${escaped(file)}</a>: ${escaped(fileWords[file] ?? '')}</li>`).join('\n')}
</ul>
<h2>Six falsified copies, and what the verifier said</h2>
<table><thead><tr><th>forgery</th><th>what was done</th><th>verdict</th><th>shown by</th></tr></thead><tbody>
${forged.join('\n')}
</tbody></table>
<p>A chain by itself can't show that its tail was cut. A head that was noted elsewhere does.</p>
<h2>One receipt</h2>
<p>Input and output are there as hashes; free text is in <code>details</code>, redacted, and can be erased while hash and signature still hold.</p>
<pre>${escaped(JSON.stringify(receipt, undefined, 2))}</pre>
<h2>What the receipt's input hash stands for</h2>
<p>Personal data was replaced before anything was hashed. This, as canonical JSON, is what <code>input.hash</code> is the SHA-256 of; what the applicant wrote is nowhere.</p>
<pre>${escaped(JSON.stringify(prompt, undefined, 2))}</pre>
<h2>Look for yourself</h2>
<pre>${escaped(commands.join('\n'))}</pre>
</main>
</html>
`
}
