import { colorsFor, type Io } from './io.js'

/** How far something is. */
export interface Step {
  /** Absent where what is read has no size of its own, such as a store on a server. */
  readonly bytes?: number | undefined
  readonly totalBytes?: number | undefined
  readonly receipts: number
  /** Where it is known how many there are. */
  readonly totalReceipts?: number | undefined
}

/** A line on the terminal that says how far something is. */
export interface Progress {
  update(step: Step): void
  /** Takes the line away. */
  clear(): void
}

/** Nothing is shown for what is over at once, and then no more often than an eye can follow. */
const FIRST_MS = 300
const EVERY_MS = 100
const BAR = 24
/** What was done while everything was still starting says nothing about the rest. */
const ETA_SHARE = 0.02
const ETA_SECONDS = 10

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/**
 * @param seconds - a duration
 * @returns `m:ss`, or `h:mm:ss`
 */
export function clock(seconds: number): string {
  const all = Math.max(0, Math.ceil(seconds))
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60]
  const two = (part: number) => String(part).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/**
 * @param step - how far it is
 * @param seconds - since it began
 * @returns bar, share, count, rate and time left, as far as they can be known
 */
export function progressText({ bytes, totalBytes, receipts, totalReceipts }: Step, seconds: number): string {
  const rate = seconds > 0 ? receipts / seconds : 0
  const counted = `${whole.format(receipts)} receipts  ${whole.format(rate)}/s`
  const done = totalReceipts === undefined ? (bytes ?? 0) : receipts
  const total = totalReceipts ?? totalBytes
  if (total === undefined || total <= 0) {
    return bytes === undefined ? counted : `${(bytes / 1e6).toFixed(1)} MB  ${counted}`
  }
  const share = Math.min(1, done / total)
  const full = Math.floor(share * BAR)
  const bar = `[${'='.repeat(full)}${' '.repeat(BAR - full)}]`
  const known = done > 0 && (share >= ETA_SHARE || seconds >= ETA_SECONDS)
  const left = known ? `  ETA ${clock((seconds * (total - done)) / done)}` : ''
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${counted}${left}`
}

/**
 * @param io - the process
 * @returns a progress line on stderr where that is a terminal, else one that does nothing
 */
export function progressOn(io: Io): Progress {
  const { stderr, now = Date.now } = io
  if (stderr.isTTY !== true || io.env.TERM === 'dumb') return { update() {}, clear() {} }
  const { dim } = colorsFor(io, stderr)
  const began = now()
  let next = began + FIRST_MS
  let shown = false
  return {
    update(step) {
      const time = now()
      if (time < next) return
      next = time + EVERY_MS
      const text = progressText(step, (time - began) / 1000).slice(0, Math.max(10, (stderr.columns || 80) - 1))
      stderr.write(`\r\x1b[K${dim(text)}`)
      shown = true
    },
    clear() {
      if (shown) stderr.write('\r\x1b[K')
      shown = false
    },
  }
}
