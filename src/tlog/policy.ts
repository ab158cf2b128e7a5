/** Whom a verifier believes: logs, witnesses, and how many of them it takes (C2SP tlog-policy). */
import { decodeUtf8, equalBytes, utf8 } from '../primitives/bytes.js'
import type { Cosignature } from './cosignature.js'
import { countIn } from './lines.js'
import { malformed } from './malformed.js'
import { type NoteKey, parseVkey } from './vkey.js'

const MAX_BYTES = 1_000_000
const MAX_LINES = 10_000

/** A log whose checkpoints are believed. */
export interface PolicyLog {
  /** Its name is the origin of the log. */
  readonly key: NoteKey
  readonly url?: string | undefined
}

/** Somebody whose cosignatures count. */
export interface PolicyWitness {
  /** What the policy calls it; it means nothing elsewhere. */
  readonly name: string
  readonly key: NoteKey
  readonly url?: string | undefined
}

/** Some witnesses or groups, of which a number has to have cosigned. */
export interface PolicyGroup {
  readonly name: string
  /** How many of the members it takes, from 1 to all of them. */
  readonly threshold: number
  readonly members: readonly (PolicyWitness | PolicyGroup)[]
}

/** What a verifier asks of a checkpoint. */
export interface Policy {
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
  /** In the order of their definition: members stand before their group. */
  readonly groups: readonly PolicyGroup[]
  /** Who has to have cosigned; `none` where nobody has to. */
  readonly quorum: PolicyWitness | PolicyGroup | 'none'
}

/** The octets as characters U+0000 to U+00FF, so that names are compared as octets. */
function octetsOf(text: string | Uint8Array): string {
  const bytes = typeof text === 'string' ? utf8(text) : text
  if (bytes.length > MAX_BYTES) throw malformed('policy', `it is longer than ${MAX_BYTES} bytes`)
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 4096) parts.push(String.fromCharCode(...bytes.subarray(at, at + 4096)))
  return parts.join('')
}

/** For people and for addresses: the octets as UTF-8 where they are that. */
function textOf(octets: string): string {
  return decodeUtf8(Uint8Array.from(octets, (octet) => octet.charCodeAt(0))) ?? octets
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const refused = /[\u0000-\u0008\u000a-\u001f\u007f]/

/** What the lines so far have said; names by their octets. */
interface Reading {
  readonly logs: PolicyLog[]
  readonly witnesses: PolicyWitness[]
  readonly groups: PolicyGroup[]
  readonly names: Map<string, PolicyWitness | PolicyGroup>
  readonly members: Set<string>
  quorum?: Policy['quorum']
}

function keyOf(octets: string, line: number): NoteKey {
  try {
    return parseVkey(textOf(octets))
  } catch (error) {
    throw malformed('policy', `its key can't be read (${(error as Error).message})`, line)
  }
}

function define(reading: Reading, name: string, defined: PolicyWitness | PolicyGroup, line: number): void {
  if (name === 'none') throw malformed('policy', '"none" is no name of a witness or group', line)
  if (reading.names.has(name)) throw malformed('policy', 'a name is defined twice', line)
  reading.names.set(name, defined)
}

const sameKey = (a: { readonly key: NoteKey }, key: NoteKey): boolean => equalBytes(a.key.publicKey, key.publicKey)

function readLog(reading: Reading, [vkey, url, ...more]: readonly string[], line: number): void {
  if (vkey === undefined || more.length > 0) throw malformed('policy', 'a log is "log <vkey> [<url>]"', line)
  const key = keyOf(vkey, line)
  // a cosignature of type 0x04 says what a witness has seen; ML-DSA-44 is for both
  if (key.type === 'ed25519-cosignature') throw malformed('policy', "a log has a witness's type of key", line)
  if (reading.logs.some((log) => sameKey(log, key))) throw malformed('policy', 'two logs have one key', line)
  reading.logs.push({ key, ...(url !== undefined && { url: textOf(url) }) })
}

function readWitness(reading: Reading, [name, vkey, url, ...more]: readonly string[], line: number): void {
  if (name === undefined || vkey === undefined || more.length > 0)
    throw malformed('policy', 'a witness is "witness <name> <vkey> [<url>]"', line)
  const key = keyOf(vkey, line)
  if (key.type === 'ed25519') throw malformed('policy', "a witness has a log's type of key", line)
  if (reading.witnesses.some((other) => sameKey(other, key)))
    throw malformed('policy', 'two witnesses have one key', line)
  const witness = { name: textOf(name), key, ...(url !== undefined && { url: textOf(url) }) }
  define(reading, name, witness, line)
  reading.witnesses.push(witness)
}

function thresholdOf(text: string, count: number): number | undefined {
  if (text === 'any') return 1
  if (text === 'all') return count
  const threshold = countIn(text)
  return threshold !== undefined && threshold >= 1 && threshold <= count ? threshold : undefined
}

function readGroup(reading: Reading, [name, k, ...names]: readonly string[], line: number): void {
  if (name === undefined || k === undefined || names.length === 0)
    throw malformed('policy', 'a group is "group <name> all|any|<k> <name>..."', line)
  const threshold = thresholdOf(k, names.length)
  if (threshold === undefined)
    throw malformed('policy', 'a group takes "all", "any" or a number from 1 to that of its members', line)
  const members = names.map((member) => {
    const found = reading.names.get(member)
    if (found === undefined) throw malformed('policy', 'a member of a group is not defined above it', line)
    if (reading.members.has(member)) throw malformed('policy', 'a name is a member twice', line)
    reading.members.add(member)
    return found
  })
  const group = { name: textOf(name), threshold, members }
  define(reading, name, group, line)
  reading.groups.push(group)
}

function readQuorum(reading: Reading, [name, ...more]: readonly string[], line: number): void {
  if (name === undefined || more.length > 0) throw malformed('policy', 'a quorum is "quorum <name>"', line)
  if (reading.quorum !== undefined) throw malformed('policy', 'it has two quorum lines', line)
  const quorum = name === 'none' ? name : reading.names.get(name)
  if (quorum === undefined) throw malformed('policy', 'its quorum is not defined above it', line)
  reading.quorum = quorum
}

const readers: Readonly<Record<string, typeof readLog>> = {
  log: readLog,
  witness: readWitness,
  group: readGroup,
  quorum: readQuorum,
}

/**
 * Reads a policy. Whatever is not exactly by the rules is refused, because a policy that says less than was meant is believed.
 *
 * @param text - the policy, as bytes or text; every line ends in a newline
 * @returns logs, witnesses, groups and the quorum
 * @throws QuittanceError `TLOG_MALFORMED`, with the line
 * @example
 * ```ts
 * import { parsePolicy } from 'quittance/transparency'
 * const { logs, quorum } = parsePolicy(`
 * log example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
 * quorum none
 * `)
 * ```
 */
export function parsePolicy(text: string | Uint8Array): Policy {
  const lines = octetsOf(text).split('\n')
  if (lines.pop() !== '') throw malformed('policy', 'its last line has no newline, so it may be cut', lines.length + 1)
  if (lines.length > MAX_LINES) throw malformed('policy', `it has more than ${MAX_LINES} lines`)
  const reading: Reading = { logs: [], witnesses: [], groups: [], names: new Map(), members: new Set() }
  for (const [index, whole] of lines.entries()) {
    const line = index + 1
    if (refused.test(whole)) throw malformed('policy', 'it has a control character other than tab and newline', line)
    const [keyword = '', ...items] = whole.split(/[ \t]+/).filter((item) => item !== '')
    if (keyword === '' || keyword.startsWith('#')) continue
    const read = Object.hasOwn(readers, keyword) ? readers[keyword] : undefined
    if (read === undefined) throw malformed('policy', 'a line is no log, witness, group or quorum', line)
    read(reading, items, line)
  }
  const { logs, witnesses, groups, quorum } = reading
  if (quorum === undefined) throw malformed('policy', 'it has no quorum line')
  return { logs, witnesses, groups, quorum }
}

/** When each witness had cosigned; a cosignature of time 0 says nothing about a time. */
function timeOf({ key }: PolicyWitness, cosignatures: readonly Cosignature[]): number | undefined {
  const times = cosignatures
    .filter((one) => one.key.name === key.name && one.key.type === key.type && sameKey(one, key))
    .map(({ time }) => (time > 0 ? time : Number.POSITIVE_INFINITY))
  return times.length === 0 ? undefined : Math.min(...times)
}

/** When the quorum was complete: `undefined` where it is not, infinite where it is and no time is known. */
function completed({ witnesses, groups, quorum }: Policy, cosignatures: readonly Cosignature[]): number | undefined {
  if (quorum === 'none') return Number.POSITIVE_INFINITY
  const times = new Map<PolicyWitness | PolicyGroup, number | undefined>()
  for (const witness of witnesses) times.set(witness, timeOf(witness, cosignatures))
  for (const group of groups) {
    const known = group.members.map((member) => times.get(member)).filter((time) => time !== undefined)
    times.set(group, known.sort((a, b) => a - b)[group.threshold - 1])
  }
  return times.get(quorum)
}

/**
 * Tells whether enough witnesses have cosigned.
 *
 * @param policy - what is asked for
 * @param cosignatures - of one checkpoint, each of them verified
 * @returns whether the quorum is reached; always with `quorum none`
 */
export function quorumReached(policy: Policy, cosignatures: readonly Cosignature[]): boolean {
  return completed(policy, cosignatures) !== undefined
}

/**
 * Tells since when enough witnesses have cosigned, by their own clocks.
 *
 * @param policy - what is asked for
 * @param cosignatures - of one checkpoint, each of them verified
 * @returns the earliest time at which the quorum was complete, in seconds since 1970; `undefined` where it is not reached,
 *   where it asks for nobody (`quorum none`), and where a cosignature that it takes has no time
 */
export function quorumTime(policy: Policy, cosignatures: readonly Cosignature[]): number | undefined {
  const time = completed(policy, cosignatures)
  return time === Number.POSITIVE_INFINITY ? undefined : time
}
