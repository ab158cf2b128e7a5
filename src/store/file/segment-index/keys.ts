/** What a table of an index is sorted by: 32 bits of a member's name and value. */
import type { IndexedMember } from './types.js'

function mixed(start: number, text: string): number {
  let hash = start
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}

/** What the hash has become behind the name and NUL, so that only the value costs time. */
function begun(name: string): number {
  return mixed(0x811c9dc5, `${name}\0`)
}

const starts: Readonly<Record<IndexedMember | 'receiptId', number>> = {
  receiptId: begun('receiptId'),
  traceId: begun('traceId'),
  sessionId: begun('sessionId'),
  subjectId: begun('subjectId'),
  action: begun('action'),
  eventType: begun('eventType'),
}

/**
 * Two texts may share a key; who finds a receipt by it compares the text.
 *
 * @param name - the member
 * @param value - its value
 * @returns an integer from 0 to 2^32-1, evenly spread
 */
export function keyOf(name: IndexedMember | 'receiptId', value: string): number {
  let hash = mixed(starts[name], value)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
