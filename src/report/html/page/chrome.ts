/** What helps to read the page: printing, the list of contents, tables wider than the page. */
import { byId } from './dom.js'

function setUpPrint(): void {
  const button = byId('page-print', HTMLButtonElement)
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

/** Marks the part that is being read, and lists what is inside it. */
function setUpContents(): void {
  const contents = byId('page-contents', HTMLElement)
  const links = new Map<string, HTMLAnchorElement>()
  for (const link of contents.querySelectorAll('a')) links.set(decodeURIComponent(link.hash.slice(1)), link)
  const seen = new Set<string>()
  const mark = (): void => {
    // of parts within parts the innermost comes last
    const current = [...links.keys()].filter((id) => seen.has(id)).at(-1)
    for (const item of contents.querySelectorAll('li.reading')) item.classList.remove('reading')
    for (const [id, link] of links) {
      if (id !== current) link.removeAttribute('aria-current')
      else {
        link.setAttribute('aria-current', 'true')
        for (let item = link.closest('li'); item; item = item.parentElement?.closest('li') ?? null)
          item.classList.add('reading')
      }
    }
  }
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) seen.add(target.id)
        else seen.delete(target.id)
      }
      mark()
    },
    { rootMargin: '-15% 0px -75% 0px' },
  )
  for (const id of links.keys()) {
    const part = document.getElementById(id)
    if (part) observer.observe(part)
  }
  contents.classList.add('live')
  if (window.matchMedia('(max-width: 70rem)').matches) contents.querySelector('details')?.removeAttribute('open')
}

/** A table that fits needs no stop of the keyboard. */
function setUpTables(): void {
  const adjust = (element: Element): void => {
    if (element.scrollWidth > element.clientWidth) element.setAttribute('tabindex', '0')
    else element.removeAttribute('tabindex')
  }
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) adjust(target)
  })
  for (const element of document.querySelectorAll('.table')) observer.observe(element)
}

/** Makes all of it work. */
export function setUpChrome(): void {
  setUpPrint()
  setUpContents()
  setUpTables()
}
