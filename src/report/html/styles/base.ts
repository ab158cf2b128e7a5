/** Colours, type, and what every element begins with. */
export const base = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f7f8, #0d1014);
  --surface: light-dark(#ffffff, #14181f);
  --sunk: light-dark(#eef0f3, #1b2029);
  --text: light-dark(#1a2027, #e3e8ee);
  --soft: light-dark(#525c68, #a3adba);
  --line: light-dark(#d9dee4, #2a313c);
  --strong-line: light-dark(#aab2bd, #465060);
  --link: light-dark(#1d5aa6, #86bbf7);
  --good: light-dark(#176238, #68c793);
  --good-wash: light-dark(#e7f4ec, #12271b);
  --warning: light-dark(#7f4700, #ebac4c);
  --warning-wash: light-dark(#fdf3e0, #2b2110);
  --bad: light-dark(#a31a13, #f78d84);
  --bad-wash: light-dark(#fdebe9, #311715);
  --neutral: light-dark(#2c5788, #8fb9e6);
  --neutral-wash: light-dark(#eaf1f9, #152233);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
:root[data-theme="light"] { color-scheme: light }
:root[data-theme="dark"] { color-scheme: dark }
*, ::before, ::after { box-sizing: border-box }
[hidden] { display: none !important }
html { scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100% }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums; text-rendering: optimizeLegibility;
}
h1, h2, h3, h4, h5, h6 { line-height: 1.25; text-wrap: balance; margin: 0; font-weight: 650; letter-spacing: -.011em }
h1 { font-size: clamp(1.75rem, 1.3rem + 2vw, 2.4rem); letter-spacing: -.02em }
h2 { font-size: 1.45rem }
h3 { font-size: 1.1rem }
h4, h5, h6 { font-size: 1rem }
p, ul, ol, dl, figure { margin: 0 }
ul, ol { padding-left: 1.25rem }
a { color: var(--link); text-underline-offset: .18em; text-decoration-thickness: .06em }
a:hover { text-decoration-thickness: .12em }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px }
main:focus, #page-look-up-title:focus { outline: none }
code, pre { font-family: var(--mono); font-size: .875em }
code { overflow-wrap: anywhere }
time, .number { white-space: nowrap }
time .local { color: var(--soft); white-space: normal }
button, input, select, textarea { font: inherit; color: inherit }
button, select, input:not([type=checkbox]), textarea {
  background: var(--surface); border: 1px solid var(--strong-line); border-radius: 6px; padding: .4rem .7rem; min-height: 2.4rem;
}
button { cursor: pointer; font-weight: 550 }
button:hover:not(:disabled) { border-color: var(--link); color: var(--link) }
button:disabled { cursor: default; color: var(--soft); border-color: var(--line); background: var(--sunk) }
button.primary { background: var(--link); border-color: var(--link); color: var(--surface) }
button.primary:hover:not(:disabled) { color: var(--surface); filter: brightness(1.1) }
::placeholder { color: var(--soft); opacity: 1 }
.hidden, .skip:not(:focus) {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.skip:focus { position: fixed; z-index: 9; top: .5rem; left: .5rem; padding: .6rem 1rem; background: var(--surface); border-radius: 6px }
.sheet { position: absolute }
.icon { flex: none; width: 1em; height: 1em; vertical-align: -.12em }
.cut { fill: none; stroke: var(--surface); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
.rim { fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linecap: round }
@media (prefers-reduced-motion: no-preference) {
  html { scroll-behavior: smooth }
  button, a { transition: color .12s, border-color .12s, background-color .12s }
}
`
