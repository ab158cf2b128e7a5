/** References to receipts: to their row where the file holds them, else to the command that looks them up. */
import { byId } from './dom.js'
import type { ReceiptsTable } from './receipts-table.js'

/** Quoted for a POSIX shell. */
const quoted = (text: string): string =>
  /^[A-Za-z0-9._:@/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/**
 * @param table - of the embedded receipts
 * @param lookUpOne - puts a receipt that is not here into words
 */
export function setUpLinks(table: ReceiptsTable, lookUpOne: (chainId: string, seq: string) => string): void {
  const follow = (): void => {
    const id = decodeURIComponent(window.location.hash.slice(1))
    if (id.startsWith('r-')) table.open(id)
  }
  window.addEventListener('hashchange', follow)
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a.receipt') : null
    if (!(link instanceof HTMLAnchorElement)) return
    const { chain, seq } = link.dataset
    if (chain !== undefined && seq !== undefined) {
      byId('page-look-up-text', HTMLParagraphElement).textContent = lookUpOne(chain, seq)
      byId('page-look-up-command', HTMLElement).textContent =
        `quittance query ./receipts --chain ${quoted(chain)} --seq ${seq}`
      byId('page-look-up-title', HTMLHeadingElement).focus({ preventScroll: true })
      // the same address again is no change of it
    } else if (link.hash === window.location.hash) follow()
  })
  follow()
}
