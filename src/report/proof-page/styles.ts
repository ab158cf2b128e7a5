/** The stylesheet of the page that verifies one decision: system fonts, two schemes, paper. */
export const proofPageStyles: string = `
:root{color-scheme:light dark;--text:#1b1f24;--back:#fff;--soft:#59636e;--line:#c9d1d9;--good:#116329;--bad:#a40e26;--open:#7d4e00;--panel:#f6f8fa}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--back:#0d1117;--soft:#9da7b1;--line:#3d444d;--good:#57d364;--bad:#ff8f87;--open:#e3b341;--panel:#161b22}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
main{max-width:48rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem;line-height:1.25}
h2{font-size:1.15rem;margin:1.75rem 0 .5rem}
label,legend{display:block;font-weight:600}
fieldset{border:1px solid var(--line);border-radius:.5rem;margin:1rem 0;padding:.75rem 1rem}
fieldset.dropping{outline:3px solid var(--good)}
.help{color:var(--soft);margin:.15rem 0 .4rem}
textarea{width:100%;min-height:6rem;font:.85rem/1.4 ui-monospace,monospace;background:var(--panel);color:var(--text);border:1px solid var(--line);border-radius:.35rem;padding:.5rem}
button{font:inherit;padding:.45rem 1.1rem;border:1px solid var(--line);border-radius:.35rem;background:var(--panel);color:var(--text);cursor:pointer}
:focus-visible{outline:3px solid var(--good);outline-offset:2px}
.error{color:var(--bad);min-height:1.5em;margin:.4rem 0}
#verdict{border:2px solid var(--line);border-left-width:.6rem;border-radius:.5rem;padding:.75rem 1rem;margin:1.5rem 0}
#verdict strong{font-size:1.25rem;display:block}
#verdict[data-verdict=VALID]{border-color:var(--good)}
#verdict[data-verdict=INVALID],#verdict[data-verdict=BROKEN]{border-color:var(--bad)}
#verdict[data-verdict=INCOMPLETE]{border-color:var(--open)}
li{margin:.35rem 0}
code{font:.85em ui-monospace,monospace;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:600;vertical-align:top;padding:.25rem 1rem .25rem 0;white-space:nowrap}
td{padding:.25rem 0;overflow-wrap:anywhere}
pre{background:var(--panel);border:1px solid var(--line);border-radius:.35rem;padding:.75rem;white-space:pre-wrap;overflow-wrap:anywhere;font:.8rem/1.4 ui-monospace,monospace}
@media print{form{display:none}}
`
  .replace(/\n+/g, '\n')
  .trim()
