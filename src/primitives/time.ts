/** How an instant is written; that the day exists is `isTime`'s business. */
export const timePattern: RegExp = /^(\d{4})-(\d{2})-(\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

const daysIn = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Whether a text is a real instant as `YYYY-MM-DDTHH:MM:SS.sssZ` (no leap seconds, years 0000-9999). Two such texts
 * compare as the instants do.
 *
 * @param value - any text
 * @returns true when it is one, in exactly that spelling
 */
export function isTime(value: string): boolean {
  const match = timePattern.exec(value)
  if (!match) return false
  const year = Number(match[1])
  const month = Number(match[2])
  const day = Number(match[3])
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month >= 1 && month <= 12 && day >= 1 && day <= (daysIn[month] ?? 0) + (leap ? 1 : 0)
}
