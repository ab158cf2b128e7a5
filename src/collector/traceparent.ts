/** What a `traceparent` header says. */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
}

const header = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * Reads a W3C Trace Context header. Of a version above 00, what version 00 defines is read, as the standard asks.
 *
 * @param value - the header, as `00-<32 hex>-<16 hex>-<2 hex>`
 * @returns trace and parent span
 * @throws TypeError when it is not valid
 * @see {@link https://www.w3.org/TR/trace-context/ | Trace Context}
 */
export function parseTraceparent(value: string): TraceParent {
  const match = typeof value === 'string' ? header.exec(value) : null
  const [, version, traceId, spanId, , more] = match ?? []
  if (version === undefined || traceId === undefined || spanId === undefined) {
    throw new TypeError('traceparent must be version, trace id, parent id and flags in lower-case hex, joined by -')
  }
  if (version === 'ff') throw new TypeError('traceparent has the version ff, which is forbidden')
  if (version === '00' && more !== undefined) throw new TypeError('traceparent of version 00 has four parts')
  if (/^0+$/.test(traceId)) throw new TypeError('traceparent has a trace id of zeros')
  if (/^0+$/.test(spanId)) throw new TypeError('traceparent has a parent id of zeros')
  return { traceId, spanId }
}
