/** The parts of the report: facts, tables, callouts, badges, charts, and the table of receipts. */
export const parts = `
.facts { border: 1px solid var(--line); border-radius: 8px; background: var(--surface); overflow: hidden }
.facts > div { display: grid; grid-template-columns: minmax(9rem, 15rem) minmax(0, 1fr); gap: .2rem 1.5rem; padding: .5rem 1rem }
.facts > div + div { border-top: 1px solid var(--line) }
.facts dt { color: var(--soft) }
.facts dd { margin: 0; overflow-wrap: anywhere }
.title > .facts { display: flex; flex-wrap: wrap; margin-top: 1.4rem }
.title > .facts > div { display: block; flex: 1 1 13rem; border: 0; padding: .7rem 1rem; box-shadow: 1px 0 var(--line), 0 1px var(--line) }
.facts .local, td .local { display: block; font-size: .85em }
.title > .facts dt { font-size: .82rem }
.table { position: relative; overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--surface) }
table { border-collapse: collapse; width: 100%; font-size: .9rem; line-height: 1.45 }
caption { text-align: left; padding: .6rem 1rem; color: var(--soft); font-size: .85rem; border-bottom: 1px solid var(--line) }
th, td { text-align: left; vertical-align: top; padding: .45rem .8rem; overflow-wrap: anywhere; min-width: 4.5rem }
th:first-child, td:first-child { padding-left: 1rem }
thead th { color: var(--soft); font-size: .82rem; font-weight: 600; border-bottom: 1px solid var(--line); overflow-wrap: normal; vertical-align: bottom }
tbody th { font-weight: 500 }
tbody tr + tr > * { border-top: 1px solid var(--line) }
.end { text-align: right }
.callout { display: flex; gap: .8rem; padding: .85rem 1.1rem; border-radius: 8px; border: 1px solid; border-left-width: 4px }
.callout .icon { margin-top: .28rem; width: 1.1rem; height: 1.1rem }
.callout > div { min-width: 0; color: var(--text) }
.callout .as { font-weight: 450; color: var(--soft) }
.callout-title { font-weight: 650 }
.neutral { color: var(--neutral); background: var(--neutral-wash); border-color: var(--neutral) }
.good { color: var(--good); background: var(--good-wash); border-color: var(--good) }
.warning { color: var(--warning); background: var(--warning-wash); border-color: var(--warning) }
.bad { color: var(--bad); background: var(--bad-wash); border-color: var(--bad) }
.badge {
  display: inline-flex; align-items: center; gap: .4em; padding: .1em .6em; border: 1px solid; border-radius: 1em;
  font-size: .84em; font-weight: 650; line-height: 1.5; white-space: nowrap;
}
.badge.reported { background: none }
:root[data-found=INVALID] .badge.reported.neutral, :root[data-found=INVALID] .callout.reported .callout-title { text-decoration: line-through }
:root[data-found=INVALID] .callout.reported { border-style: dashed; background: none }
.badge .as { font-weight: 450 }
.state.evidence { color: var(--good); background: var(--good-wash) }
.state.partial { color: var(--warning); background: var(--warning-wash) }
.state.none { color: var(--bad); background: var(--bad-wash) }
.state.out { color: var(--soft); background: var(--sunk) }
a.receipt { position: relative; font-family: var(--mono); font-size: .86em; overflow-wrap: anywhere; text-decoration: none; border-bottom: 1px solid }
a.elsewhere { border-bottom-style: dotted }
.chart { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem 1rem }
.chart figcaption { font-weight: 600; font-size: .92rem; margin-bottom: .5rem }
.chart .wide { max-width: 60rem }
.chart .wide .qc { width: 100% }
.chart .narrow { display: none }
.chart .qc { background: none }
@media (max-width: 38rem) {
  .chart .wide { display: none }
  .chart .narrow { display: block }
  .facts > div { grid-template-columns: 1fr; gap: 0 }
}
.command { background: var(--sunk); border-radius: 6px; padding: .55rem .9rem; overflow-x: auto; max-width: none }
.needs-script, .found { color: var(--soft) }
.filters { display: flex; flex-wrap: wrap; gap: .7rem; align-items: end }
.filters label { display: grid; gap: .15rem; font-size: .82rem; color: var(--soft) }
.filters input, .filters select { font-size: .9rem; color: var(--text); max-width: 100% }
.filters label:first-child { flex: 1 1 14rem }
#page-seq { width: 10rem }
.filters button { font-size: .9rem }
.found { margin: .7rem 0 .4rem; font-size: .875rem }
.receipts td, .receipts th { white-space: nowrap }
.receipts .time { font-family: var(--mono); font-size: .82rem }
.receipts .state.good, .receipts .state.bad { background: none }
.receipts td.state { border-color: var(--line) }
.receipts td.state.bad { font-weight: 600; white-space: normal }
.receipts tr.bad > * { background: var(--bad-wash) }
.receipts tr.bad { color: inherit; border-color: var(--line) }
.open { min-height: 0; padding: .05rem .6rem .05rem .4rem; border-color: var(--line); font-family: var(--mono); font-size: .84rem }
.open::before { content: "\\25B8"; display: inline-block; width: 1.1em; color: var(--soft) }
.open[aria-expanded=true]::before { content: "\\25BE" }
.whole pre { margin: 0; max-height: 34rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--sunk); border-radius: 6px; padding: .8rem 1rem; font-size: .8rem; line-height: 1.5 }
.pager { display: flex; gap: .9rem; align-items: center; margin-top: .8rem; font-size: .9rem }
`
