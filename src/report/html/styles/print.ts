/** Paper: A4, light, without controls; heads of tables come again on each sheet. */
export const paper = `
@page { size: A4; margin: 17mm 15mm 18mm }
@media print {
  :root, :root[data-theme] { color-scheme: light; --page: #fff; --surface: #fff; --sunk: #f4f5f7 }
  html { scroll-behavior: auto }
  body { font-size: 9.5pt; line-height: 1.45 }
  .bar, .skip, .more, #page-contents, .trust, .filters, .pager, .progress, .controls, #page-look-up-text:not(:only-child):empty { display: none !important }
  .layout { display: block; padding: 0; max-width: none }
  main { padding: 0 }
  h1 { font-size: 20pt }
  h2 { font-size: 14pt }
  h3 { font-size: 11.5pt }
  h1, h2, h3, h4, h5, h6, caption, thead, figcaption { break-after: avoid }
  tbody > tr:first-child { break-before: avoid }
  .level-2 { margin-top: 9mm }
  .verification, .facts, .table, .chart { border-radius: 0 }
  .verification { padding: 4mm }
  .chart, .callout, .verdict, .facts > div, tr, li { break-inside: avoid }
  p { orphans: 3; widows: 3 }
  .table { overflow: visible; border-width: 1px 0 }
  table { font-size: 8.5pt }
  thead { display: table-header-group }
  th, td { min-width: 0; padding: 1.2mm 2mm }
  .receipts td, .receipts th { white-space: normal }
  .whole pre { max-height: none; white-space: pre-wrap }
  .open { border: 0; padding: 0; background: none }
  .open::before { display: none }
  .chart .wide { display: block; max-width: none }
  .chart .narrow { display: none }
  a { color: inherit; text-decoration-color: #888 }
  a.external::after { content: " (" attr(href) ")"; font-size: .85em; overflow-wrap: anywhere }
  .callout, .verdict, .badge { -webkit-print-color-adjust: exact; print-color-adjust: exact }
  .foot { border-top: 1px solid #ccc; padding: 4mm 0 0 }
}
@media (forced-colors: active) {
  .icon { forced-color-adjust: auto }
  .cut { stroke: Canvas }
}
`
