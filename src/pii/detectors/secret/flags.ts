/** Passwords in the flags of commands and in calls that give them no name. */
import type { Report } from '../../detector.js'
import { isSpace, isToken } from './chars.js'
import type { Values } from './value.js'
import { worth } from './worth.js'

const commands =
  /\b(?:mysql\w*|mariadb\w*|sshpass|mongo\w*|redis-cli|7z|zip|unzip|openssl|docker login|htpasswd)\b[^\n]*$/i

const isFlag = (code: number): boolean => code === 0x70 || code === 0x61

/** Where the value of `-p…`, `-p '…'` or `-a …` begins, if the chunk is one; -1 otherwise. */
export function flagValue(text: string, start: number): number {
  if (text.charCodeAt(start) === 0x2d && isFlag(text.charCodeAt(start + 1))) return start + 2
  let at = start
  const before = text.charCodeAt(at - 1)
  if (before === 0x27 || before === 0x22) at -= 1
  const from = at
  if (text.charCodeAt(at - 1) === 0x20) at -= 1
  return at < start &&
    isFlag(text.charCodeAt(at - 1)) &&
    text.charCodeAt(at - 2) === 0x2d &&
    isSpace(text.charCodeAt(at - 3))
    ? from
    : -1
}

/** Whether one of the commands with such a flag stands before it. */
export const isCommand = (text: string, start: number): boolean =>
  commands.test(text.slice(Math.max(0, start - 96), start))

const userFlag = /(?:^|\s)(?:-u|-U|--user|--proxy-user)[ =]?["']?[\w.@+%-]{1,64}$/
const command = /\b(?:curl|wget|http|https|xh|httpie)\b/

/** `curl -u user:password` */
export function atUserFlag(text: string, colon: number, values: Values, report: Report): void {
  if (!isToken(text.charCodeAt(colon - 1)) || !(text.charCodeAt(colon + 1) > 0x20)) return
  const head = text.slice(Math.max(0, colon - 96), colon)
  if (!head.includes('-u') && !head.includes('-U')) return
  if (!userFlag.test(head) || !command.test(head)) return
  const value = values.at(colon + 1)
  if (!value) return
  const score = worth(text.slice(value.start, value.end), 'password', 'assigned')
  if (score > 0) report(value.start, value.end, 'SECRET', score, 'flag of a command')
}

const call =
  /(?:Basic_?Auth|\.login|\.auth|\.authenticate|[sS]et_?[pP]assword|jwt\.(?:sign|verify|encode|decode)|bcrypt\w*|check_?pw|hash_?pw)\((?:[^()\n]{1,48},)?\s?["'`]$/

/** Whether what stands there is the last string of `login('…', '…')` and such. */
export function isArgument(text: string, start: number): boolean {
  const quote = text.charCodeAt(start - 1)
  if (quote !== 0x22 && quote !== 0x27 && quote !== 0x60) return false
  const before = text.charCodeAt(start - 2)
  if (before !== 0x28 && before !== 0x2c && !(before === 0x20 && text.charCodeAt(start - 3) === 0x2c)) return false
  return call.test(text.slice(Math.max(0, start - 80), start))
}
