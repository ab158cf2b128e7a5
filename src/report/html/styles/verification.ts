/** What the page's script found, and the form in which the reader says whom to trust. */
export const verification = `
.verification { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: clamp(1rem, 2.5vw, 1.7rem) }
.verification > h2 { border: 0; padding: 0 }
.verdict { display: flex; gap: 1rem; padding: 1rem 1.2rem; border-radius: 8px; border: 1px solid; border-left-width: 6px }
.verdict > .icon { width: 1.9rem; height: 1.9rem; margin-top: .1rem }
.verdict > div { min-width: 0; color: var(--text); overflow-wrap: anywhere }
.verdict p + p { margin-top: .25rem }
.verdict-title { font-size: 1.25rem; font-weight: 700; line-height: 1.3; letter-spacing: -.01em }
.verdict.neutral .verdict-title { color: var(--neutral) }
.verdict.good .verdict-title { color: var(--good) }
.verdict.warning .verdict-title { color: var(--warning) }
.verdict.bad .verdict-title { color: var(--bad) }
.title > .verdict { margin-top: 1.4rem }
.more { font-size: .9rem }
.progress { display: flex; gap: .8rem; align-items: center; color: var(--soft); font-size: .9rem }
progress { width: min(16rem, 40vw); height: .5rem; accent-color: var(--link) }
#page-findings > * + * { margin-top: .7rem }
#page-findings .id { display: block; color: var(--soft); font-weight: 400; font-size: .78rem }
.split { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1.2rem 2.5rem }
.split > div > * + * { margin-top: .5rem }
.checks, .keys { list-style: none; padding: 0; font-size: .92rem }
.checks li { display: flex; gap: .6rem; padding: .3rem 0 }
.checks .icon { margin-top: .28rem }
.checks li > span { min-width: 0; overflow-wrap: anywhere }
.checks .holds .icon { color: var(--good) }
.checks .differs { color: var(--bad); font-weight: 600 }
.checks .unknown .icon { color: var(--soft) }
.keys li { padding: .35rem 0; border-top: 1px solid var(--line) }
.keys code { display: block }
.keys span, .hint, .digest span { color: var(--soft); font-size: .875rem }
.split p { font-size: .92rem }
.trust { border-top: 1px solid var(--line); padding-top: 1.1rem }
.trust > * + * { margin-top: .6rem }
.trust > label { display: block; font-weight: 550; font-size: .92rem }
.trust textarea { display: block; width: 100%; max-width: 46rem; margin-top: .3rem; font-family: var(--mono); font-size: .875rem; resize: vertical }
.trust.dropping { outline: 3px dashed var(--link); outline-offset: .5rem }
.trust fieldset { border: 0; padding: 0; margin: .6rem 0 0; min-width: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; font-size: .9rem }
.trust legend { padding: 0; color: var(--soft); font-size: .875rem }
.tick { display: inline-flex; align-items: center; gap: .45rem }
.tick input { width: 1.05rem; height: 1.05rem; margin: 0; accent-color: var(--link) }
.error { color: var(--bad); font-weight: 550 }
.error:empty { display: none }
.buttons { display: flex; flex-wrap: wrap; gap: .7rem 1rem; align-items: center }
.file { font-size: .875rem; color: var(--soft) }
.file input { max-width: 100%; border: 0; padding: .2rem; background: none }
::file-selector-button { font: inherit; color: var(--text); background: var(--surface); border: 1px solid var(--strong-line); border-radius: 6px; padding: .3rem .7rem; margin-right: .6rem; cursor: pointer }
.limits { color: var(--soft); font-size: .9rem; max-width: 46rem }
`
