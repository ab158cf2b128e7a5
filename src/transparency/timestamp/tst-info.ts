/** What an authority signs: TSTInfo (RFC 3161, 2.4.2). */
import { toHex } from '../../primitives/bytes.js'
import { isTime } from '../../primitives/time.js'
import { malformed } from '../../tlog/malformed.js'
import {
  type AlgorithmId,
  algorithmOf,
  context,
  type Der,
  generalizedTime,
  membersOf,
  oidOf,
  readDer,
  smallInteger,
  tags,
} from './asn1.js'
import type { TimestampClaim } from './types.js'

/** A TSTInfo. */
export interface TstInfo extends TimestampClaim {
  /** Milliseconds since 1970, what is below one cut off. */
  readonly timeMs: number
  readonly latestMs: number
  readonly earliestMs: number
  readonly imprint: { readonly algorithm: AlgorithmId; readonly bytes: Uint8Array }
  /** Content octets of the INTEGER. */
  readonly nonce: Uint8Array | undefined
  /** The authority's name, a GeneralName. */
  readonly name: Der | undefined
  readonly hasCriticalExtension: boolean
}

const what = 'time-stamp token'
function accuracyOf(der: Der | undefined): number | undefined {
  if (der === undefined) return undefined
  const members = membersOf(der, what)
  const part = (tag: number, most: number): number => {
    const found = members.maybe(tag)
    const value = found === undefined ? 0 : smallInteger(found, what)
    if (value > most) throw malformed(what, 'its accuracy is out of range')
    return value
  }
  const seconds = part(tags.integer, 2 ** 31)
  const millis = part(context(0, false), 999)
  const micros = part(context(1, false), 999)
  members.end()
  return seconds * 1000 + millis + micros / 1000
}

/** Whether one of them is critical: none is known here. */
function anyCritical(extensions: Der | undefined): boolean {
  return (extensions?.children ?? []).some((extension) =>
    extension.children.some(({ tag, content }) => tag === tags.boolean && content[0] !== 0),
  )
}

const timeText = (ms: number): string => new Date(ms).toISOString()

/**
 * @param bytes - the content that was signed
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function readTstInfo(bytes: Uint8Array): TstInfo {
  const members = membersOf(readDer(bytes, what), what)
  if (smallInteger(members.take(tags.integer), what) !== 1) throw malformed(what, 'its version is not 1')
  const policy = oidOf(members.any(), what)
  const imprint = membersOf(members.take(tags.sequence), what)
  const algorithm = algorithmOf(imprint.take(tags.sequence), what)
  const hashed = imprint.take(tags.octets).content
  imprint.end()
  const serial = toHex(members.take(tags.integer).content)
  const { ms, more } = generalizedTime(members.any(), what)
  const accuracyMs = accuracyOf(members.maybe(tags.sequence))
  members.maybe(tags.boolean)
  const nonce = members.maybe(tags.integer)?.content
  const name = members.maybe(context(0))?.children[0]
  const hasCriticalExtension = anyCritical(members.maybe(context(1)))
  members.end()
  const earliestMs = Math.floor(ms - (accuracyMs ?? 0))
  const latestMs = Math.ceil(ms + (more ? 1 : 0) + (accuracyMs ?? 0))
  if (!isTime(timeText(earliestMs)) || !isTime(timeText(latestMs)))
    throw malformed(what, 'its accuracy is out of range')
  return {
    timeMs: ms,
    earliestMs,
    latestMs,
    time: timeText(ms),
    accuracyMs,
    earliest: timeText(earliestMs),
    latest: timeText(latestMs),
    serial,
    policy,
    imprint: { algorithm, bytes: hashed },
    nonce,
    name,
    hasCriticalExtension,
  }
}

/** @returns what of it is shown */
export function claimOf({ time, accuracyMs, earliest, latest, serial, policy }: TstInfo): TimestampClaim {
  return { time, accuracyMs, earliest, latest, serial, policy }
}
