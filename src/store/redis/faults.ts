import { type ErrorCode, type ErrorDetails, QuittanceError } from '../../errors.js'
import type { Call } from './link.js'

type Outcome = ErrorDetails['outcome']

/** What a fault is to us: the code, whether the same may work later, and what is known of the write. */
interface Meaning {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly outcome: Outcome
  readonly says: string
}

const meaning = (code: ErrorCode, retryable: boolean, outcome: Outcome, says: string): Meaning => ({
  code,
  retryable,
  outcome,
  says,
})
const away = (says: string) => meaning('STORE_UNAVAILABLE', true, 'absent', says)
const forbidden = (says: string) => meaning('STORE_PERMISSION', false, 'absent', says)

/**
 * By the first word of the server's reply. `absent` where Redis refuses before a script has written anything: these checks
 * stand before the first write of a script, and after it Redis lets the script finish.
 */
const replies: Readonly<Record<string, Meaning>> = {
  READONLY: away('Redis is a replica now and takes no writes'),
  LOADING: away('Redis is still loading its data'),
  MASTERDOWN: away('the replica has lost its primary'),
  CLUSTERDOWN: away('the cluster is down'),
  MOVED: away('the cluster sends the key from node to node'),
  ASK: away('the cluster sends the key from node to node'),
  TRYAGAIN: away('the cluster is moving the keys'),
  BUSY: away('Redis is busy with a long script'),
  UNBLOCKED: away('Redis changed its role'),
  NOREPLICAS: meaning('STORE_DURABILITY', true, 'absent', 'Redis takes no writes: too few replicas are in reach'),
  OOM: meaning('STORE_FULL', false, 'absent', 'Redis has reached its maxmemory'),
  MISCONF: meaning('STORE_IO', true, 'absent', 'Redis takes no writes: it could not save to its disk'),
  NOAUTH: forbidden('Redis asks for a password'),
  WRONGPASS: forbidden('Redis refused the user or the password'),
  NOPERM: forbidden("Redis' access rules do not allow this"),
  DENIED: forbidden('Redis is in protected mode and takes no connection from here'),
  WRONGTYPE: meaning('STORE_CORRUPT', false, 'unknown', 'a key of the store holds another type of value'),
  CROSSSLOT: meaning('STORE_UNSUPPORTED', false, 'absent', 'the keys of a chain lie in several slots'),
}
const unknownCommand = meaning('STORE_UNSUPPORTED', false, 'absent', 'Redis does not know a command that is needed')
const tooMany = away('Redis has reached its maxclients')
const anyReply = meaning('STORE_IO', false, 'unknown', 'Redis answered with an error')

/** Words of Node and OpenSSL for a connection that could not be encrypted as asked. */
const tlsWords =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/

const textOf = (error: unknown): string => (error instanceof Error ? error.message : '')

/** @returns true for an error that the server itself replied with */
export const isReply = (error: unknown): error is Error => error instanceof Error && error.name === 'ReplyError'

/** Servers before 7.0 put what a script ran into behind a sentence of their own. */
const inScript = /@user_script: ?\d+: -?([A-Z]+) /

/** What 7.0 and what later ones call a script's command that the user may not run, with no word of its own before it. */
const deniedInScript = /^ERR (The user executing the script can't|ACL failure in script)/

/**
 * @param error - what was caught
 * @returns the stable word of a server's reply, such as `READONLY`; `undefined` where it is none
 */
export function replyWord(error: unknown): string | undefined {
  if (!isReply(error)) return undefined
  if (deniedInScript.test(error.message)) return 'NOPERM'
  const first = error.message.split(' ', 1)[0] as string
  return first === 'ERR' ? (inScript.exec(error.message)?.[1] ?? first) : first
}

/** The parsers of both majors show the byte that they did not expect. */
const foreign = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ParserError' || error.message.startsWith('Unknown RESP type'))

/**
 * The client's error without what it carries along: a command's arguments are receipts or a password, and a reply may
 * repeat them or name the user.
 */
function plain(error: unknown): Error {
  const { name, message, code } = (error instanceof Error ? error : new Error('unknown')) as NodeJS.ErrnoException
  const said = message
    .replace(/,? with args beginning with.*$/s, '')
    .replace(/\bUser \S+ has/i, 'the user has')
    .slice(0, 300)
  const copy = new Error(foreign(error) ? 'what came is not the protocol of Redis' : said)
  copy.name = name
  return code === undefined ? copy : Object.assign(copy, { code })
}

function made({ code, says, retryable, outcome }: Meaning, reason: string, cause: unknown): QuittanceError {
  const known = outcome === undefined ? {} : { outcome }
  return new QuittanceError(code, `${says} (${reason})`, {
    cause: plain(cause),
    details: { reason, retryable, ...known },
  })
}

function meaningOf(word: string, message: string): Meaning {
  const known = Object.hasOwn(replies, word) ? replies[word] : undefined
  if (known !== undefined) return known
  if (/unknown (sub)?command/i.test(message)) return unknownCommand
  if (/max(imum)? number of clients/i.test(message)) return tooMany
  return anyReply
}

/**
 * @param error - a reply of the server
 * @returns what it means
 */
export function answered(error: Error): QuittanceError {
  const word = replyWord(error) as string
  return made(meaningOf(word, error.message), word, error)
}

/**
 * A connection that could not be made, or ended before the reply.
 *
 * @param cause - the last that was heard of it
 * @param sent - whether the server may have got the command
 */
export function unreached(cause: unknown, sent: boolean): QuittanceError {
  // a refused password ends the connection, so what comes out of it is the reply
  if (isReply(cause)) return answered(cause)
  const outcome: Outcome = sent ? 'unknown' : 'absent'
  if (foreign(cause)) {
    return made(meaning('STORE_UNSUPPORTED', false, outcome, 'what answers is not Redis'), 'protocol', cause)
  }
  const text = textOf(cause)
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  const timedOut = /^(Socket timeout|timeout)/.test(text) ? 'ETIMEDOUT' : undefined
  const reason = typeof code === 'string' ? code : (timedOut ?? 'closed')
  if (tlsWords.test(reason)) {
    return made(
      meaning('STORE_TLS', false, outcome, 'the connection to Redis can not be encrypted as asked'),
      reason,
      cause,
    )
  }
  const says = sent ? 'the connection to Redis ended before its reply' : 'Redis can not be reached'
  return made(meaning('STORE_UNAVAILABLE', true, outcome, says), reason, cause)
}

/** @returns the error for a server that should be the primary and is a replica */
export const demoted = (): QuittanceError => known('READONLY')

/** @returns the error for a slot that nobody serves */
export const uncovered = (): QuittanceError => known('CLUSTERDOWN')

function known(word: string): QuittanceError {
  const { code, says, retryable, outcome } = replies[word] as Meaning
  return new QuittanceError(code, `${says} (${word})`, { details: { reason: word, retryable, outcome } })
}

/**
 * @param error - of something that was asked before or after a write
 * @param outcome - of that write
 * @returns the error, speaking of the write
 */
export function aboutWrite(error: unknown, outcome: Outcome): unknown {
  const fault = isReply(error) ? answered(error) : error
  if (!(fault instanceof QuittanceError)) return fault
  return new QuittanceError(fault.code, fault.message, { cause: fault.cause, details: { ...fault.details, outcome } })
}

/**
 * @param error - whatever a call ran into
 * @param call - the call
 * @param wrote - whether it could write, so that the outcome is of interest
 * @returns the error that the caller gets
 */
export function inCall(error: unknown, call: Call, wrote: boolean): unknown {
  const fault = isReply(error) ? answered(error) : error
  if (!(fault instanceof QuittanceError)) return fault
  const { outcome, ...rest } = fault.details
  return new QuittanceError(fault.code, fault.message, {
    cause: fault.cause,
    details: { ...rest, ...(wrote && outcome ? { outcome } : {}), ...(call.chainId ? { chainId: call.chainId } : {}) },
  })
}
