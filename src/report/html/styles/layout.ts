/** Where things stand: a bar, the contents at the side, the report; one column where there is no room. */
export const layout = `
.bar {
  position: sticky; top: 0; z-index: 5; display: flex; align-items: center; justify-content: space-between; gap: 1rem;
  padding: .55rem clamp(1rem, 3vw, 2.5rem); background: var(--surface); border-bottom: 1px solid var(--line);
}
.brand { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--soft); font-size: .9rem }
.brand a { color: var(--text); font-weight: 700; font-size: 1rem; letter-spacing: -.01em; text-decoration: none; margin-right: .6rem }
.controls { display: flex; gap: .5rem; flex: none }
.controls button { min-height: 2rem; padding: .15rem .75rem; font-size: .875rem }
.controls button[aria-pressed=true] { background: var(--sunk); border-color: var(--link); color: var(--link) }
.layout {
  display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: 0 clamp(2rem, 4vw, 4rem);
  max-width: 88rem; margin: 0 auto; padding: 0 clamp(1rem, 3vw, 2.5rem);
}
#page-contents {
  position: sticky; top: 3.4rem; align-self: start; max-height: calc(100vh - 3.4rem); overflow-y: auto;
  padding: 2rem .5rem 2rem 3px; font-size: .9rem; line-height: 1.4;
}
#page-contents summary { font-size: .78rem; font-weight: 650; text-transform: uppercase; letter-spacing: .06em; color: var(--soft); cursor: pointer; padding: .2rem 0 }
#page-contents ol { list-style: none; padding: 0; margin: .4rem 0 0 }
#page-contents ol ol { margin: 0 0 .3rem; padding-left: .8rem; font-size: .86rem }
#page-contents a { display: block; padding: .28rem .7rem; color: var(--soft); text-decoration: none; border-left: 2px solid var(--line); overflow-wrap: break-word }
#page-contents a:hover { color: var(--link) }
#page-contents a[aria-current] { color: var(--text); border-left-color: var(--link); font-weight: 600 }
#page-contents.live li:not(.reading) > ol { display: none }
main { padding: 2.2rem 0 4rem; min-width: 0 }
.title { display: flow-root }
.title > * + * { margin-top: 1rem }
.level-2 { margin-top: 3.2rem }
.level-2 > h2 { padding-bottom: .5rem; border-bottom: 1px solid var(--line) }
.level-3 { margin-top: 2rem }
.level-4, .level-5 { margin-top: 1.4rem }
section > * + * { margin-top: .9rem }
section > section.level-3 { margin-top: 2rem }
section > p, section > ul, section > ol, .title > p { max-width: 46rem }
section > ul > li + li { margin-top: .3rem }
.foot { border-top: 1px solid var(--line); padding: 1.5rem clamp(1rem, 3vw, 2.5rem) 3rem; text-align: center; color: var(--soft); font-size: .875rem }
@media (max-width: 70rem) {
  .layout { display: block }
  #page-contents { position: static; max-height: none; padding: 1.2rem 0 0 }
  #page-contents details { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: .5rem .9rem }
  main { padding-top: 1.5rem }
}
@media (max-width: 34rem) {
  body { font-size: 15px }
  .brand span, #page-print { display: none }
}
`
