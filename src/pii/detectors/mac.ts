import { before, contextWords } from '../context.js'
import type { Detector, Haystack, Report } from '../detector.js'
import { isDigit, isHex, isWordAt } from '../text/letters.js'

const COLON = 0x3a
const HYPHEN = 0x2d
const DOT = 0x2e

const words = contextWords(
  'mac',
  'macs',
  'hwaddr',
  'hardware address',
  'physical address',
  'hardware adresse',
  'physische adresse',
  'physikalische adresse',
  'adresse physique',
  'dirección física',
  'indirizzo fisico',
  'ether',
  'ethernet',
  'bssid',
  'bluetooth',
  'lladdr',
  'eui',
  'eui64',
  'eui 64',
  'wlan',
  'nic',
  'device address',
)

/** How many groups of `digits` hexadecimal digits, joined by `joint`, begin at `start`: at most one more than `most`. */
function groupsFrom(text: string, start: number, digits: number, joint: number, most: number): number {
  let groups = 0
  let index = start
  while (groups <= most) {
    for (let digit = 0; digit < digits; digit += 1) if (!isHex(text.charCodeAt(index + digit))) return groups
    groups += 1
    index += digits
    if (text.charCodeAt(index) !== joint) return groups
    index += 1
  }
  return groups
}

/** Whether the run is no part of a longer number, word, hash or address. */
function standsFree(text: string, start: number, end: number, joint: number): boolean {
  const after = text.charCodeAt(end)
  if (
    isWordAt(text, end) ||
    after === 0x5f ||
    (after === joint && (isHex(text.charCodeAt(end + 1)) || after === text.charCodeAt(end + 1)))
  )
    return false
  if (start === 0) return true
  const left = text.charCodeAt(start - 1)
  if (isWordAt(text, start - 1) || left === 0x5f) return false
  if (left !== joint) return true
  // A colon before may be a label's: `MAC:00:1b:…`, never a group's: `fe80::00:1b:…`.
  let index = start - 1
  let label = false
  while (start - index < 20 && isWordAt(text, index - 1)) {
    index -= 1
    label ||= !isHex(text.charCodeAt(index)) && !isDigit(text.charCodeAt(index))
  }
  return joint === COLON && (index === start - 1 ? /[\s"')\]]/.test(text[start - 2] ?? ' ') : label)
}

function hasLetter(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index)
    if (isHex(code) && !isDigit(code)) return true
  }
  return false
}

/** Reads one address whose first joint stands at `at`; gives the offset from which to look on. */
function look(haystack: Haystack, at: number, digits: number, joint: number, report: Report): number {
  const { text } = haystack
  const start = at - digits
  if (start < 0 || !isHex(text.charCodeAt(at + 1)) || !isHex(text.charCodeAt(at - 1))) return at + 1
  // `MAC:00:1b:…`: the first colon is the label's.
  if (joint === COLON && isWordAt(text, start - 1)) return at + 1
  const [short, long] = digits === 2 ? [6, 8] : [3, 4]
  const groups = groupsFrom(text, start, digits, joint, long)
  if (groups < 2) return at + 1
  const end = start + groups * (digits + 1) - 1
  if ((groups === short || groups === long) && standsFree(text, start, end, joint)) {
    haystack.step()
    // Numbers in groups are written so too: 12-34-56-78-90-12, 1234.5678.9012.
    const sure = joint === COLON || hasLetter(text, start, end)
    const said = sure ? false : before(haystack, start, words)
    report(start, end, 'MAC', sure ? 0.9 : said ? 0.85 : 0.4, groups === short ? 'MAC form' : 'EUI-64 form')
  }
  return end
}

/** `001B44113AB7` is one where the word stands right before it. */
const bareWord =
  /(?:\bmac|\bhwaddr|\bbssid|\bmac[ _-]?(?:address|addr|adresse)|\badresse mac|\bdirección mac|\bindirizzo mac)["']?\s{0,2}(?:[:=]|is|ist|est|es|è)?\s{0,2}["']?$/iu

function findBare(haystack: Haystack, report: Report): void {
  const { text, digits } = haystack
  let behind = 0
  for (let run = 0; run < digits.length; run += 2) {
    const at = digits.at[run] as number
    if (at < behind) continue
    let start = at
    while (at - start < 12 && start > behind && isHex(text.charCodeAt(start - 1))) start -= 1
    let end = at
    while (end - start < 13 && isHex(text.charCodeAt(end))) end += 1
    behind = end
    if (end - start !== 12 || isWordAt(text, start - 1) || isWordAt(text, end)) continue
    if (bareWord.test(text.slice(Math.max(0, start - 28), start)))
      report(start, end, 'MAC', 0.8, 'twelve hexadecimal digits; context')
  }
}

/**
 * Finds hardware addresses: EUI-48 and EUI-64 with colons or dashes, in Cisco's dotted form, and without separators right
 * behind the word.
 *
 * @returns the detector of MAC
 */
export function mac(): Detector {
  return {
    name: 'mac',
    version: '1',
    types: ['MAC'],
    find(haystack, report) {
      const { text, colons } = haystack
      let from = 0
      for (let index = 0; index < colons.length; index += 1) {
        const at = colons.at[index] as number
        if (at >= from) from = look(haystack, at, 2, COLON, report)
      }
      for (let at = text.indexOf('-'); at >= 0; ) at = text.indexOf('-', look(haystack, at, 2, HYPHEN, report))
      for (let at = text.indexOf('.'); at >= 0; ) at = text.indexOf('.', look(haystack, at, 4, DOT, report))
      findBare(haystack, report)
    },
  }
}
