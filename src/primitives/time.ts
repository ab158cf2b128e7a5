/** How an instant is written; that the day exists is `isTime`'s business. */
export const timePattern: RegExp = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

const daysIn = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Whether a text is a real instant as `YYYY-MM-DDTHH:MM:SS.sssZ` (no leap seconds, years 0000-9999). Two such texts
 * compare as the instants do.
 *
 * @param value - any text
 * @returns true when it is one, in exactly that spelling
 */
export function isTime(value: string): boolean {
  if (!timePattern.test(value)) return false
  const date = value.slice(0, 10)
  if (date === lastDate) return true
  if (date !== dateBefore && !isDate(date)) return false
  dateBefore = lastDate
  lastDate = date
  return true
}

/** The last two dates found to exist: times come many a day, those of a period of use perhaps of another than that of its receipt. */
let lastDate = ''
let dateBefore = ''

function isDate(date: string): boolean {
  const year = Number(date.slice(0, 4))
  const month = Number(date.slice(5, 7))
  const day = Number(date.slice(8, 10))
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month >= 1 && month <= 12 && day >= 1 && day <= (daysIn[month] ?? 0) + (leap ? 1 : 0)
}

let lastMs = Number.NaN
let lastText = ''

/**
 * The instant as receipts write it; remembered for the millisecond, because writing it costs as much as checking a receipt.
 *
 * @param ms - milliseconds since 1970, an integer within years 0000 to 9999
 * @returns `YYYY-MM-DDTHH:MM:SS.sssZ`
 */
export function isoTime(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString()
    lastMs = ms
  }
  return lastText
}
