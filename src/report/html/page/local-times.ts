/** Times of the text are UTC; beside them, the reader's own. */
import { el } from './dom.js'

/**
 * @param locale - of the page
 * @returns writes an instant in the reader's zone; `undefined` where that is UTC, or no instant
 */
export function localClock(locale: string): (iso: string) => string | undefined {
  // the text's English has the day before the month
  const language = locale === 'en' ? 'en-GB' : locale
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'short',
  })
  const zone = new Intl.DateTimeFormat(language, { timeZoneName: 'short' })
  return (iso) => {
    const at = new Date(iso)
    if (Number.isNaN(at.getTime()) || at.getTimezoneOffset() === 0) return undefined
    const name = zone.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? ''
    return `${format.format(at)} ${name}`.trim()
  }
}

/**
 * @param locale - of the page
 * @param words - puts a time into words
 */
export function addLocalTimes(locale: string, words: (text: string) => string): void {
  const local = localClock(locale)
  for (const time of document.querySelectorAll<HTMLTimeElement>('main time[datetime]')) {
    const text = local(time.dateTime)
    if (text !== undefined) time.append(el('span', { class: 'local' }, ` (${words(text)})`))
  }
}
