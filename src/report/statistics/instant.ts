/** Times of receipts as numbers, quickly: a statistic reads the time of each receipt. */
let lastDate = 'none'
let lastDay = 0

/**
 * The instant of a receipt's time text.
 *
 * @param text - `YYYY-MM-DDTHH:MM:SS.sssZ`, as a validated receipt has it
 * @returns Unix milliseconds; NaN when the date is none
 */
export function msOf(text: string): number {
  // many a receipt of one day follow each other
  if (!text.startsWith(lastDate)) {
    lastDate = text.slice(0, 10)
    lastDay = Date.parse(lastDate)
  }
  const hours = twoDigits(text, 11)
  const minutes = twoDigits(text, 14)
  const seconds = twoDigits(text, 17)
  const thousandths = (text.charCodeAt(20) - 48) * 100 + twoDigits(text, 21)
  return lastDay + ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + (text.charCodeAt(at + 1) - 48)
}
