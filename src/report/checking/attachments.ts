/** The files that a PDF carries, as far as they were written plainly: no object streams, no encryption. */

/** The number and the generation of an object, and the word behind them. */
const OBJECT = /(?:^|\D)\d{1,10} \d{1,5} obj$/
/** The most that all attachments together may unpack to. */
const MOST_BYTES = 512 * 1024 * 1024
/** No dictionary of a stream is longer: what stands between is something else. */
const LONGEST_DICTIONARY = 65_536

async function inflated(bytes: Uint8Array, most: number): Promise<Uint8Array | undefined> {
  const { inflateSync } = await import('node:zlib')
  try {
    return inflateSync(bytes, { maxOutputLength: Math.max(1, most) })
  } catch {
    // what can't be unpacked is no attachment; that none is found is told by who asks
    return undefined
  }
}

/** Whether a text ends within an object: the last one that begins in it has not ended. */
function isOpen(text: string): boolean {
  const end = text.lastIndexOf(' obj') + ' obj'.length
  return OBJECT.test(text.slice(Math.max(0, end - 24), end)) && !text.includes('endobj', end)
}

/**
 * @param pdf - a PDF's bytes
 * @returns what its embedded file streams hold, in the order of the file
 */
export async function attachmentsIn(pdf: Uint8Array): Promise<readonly Uint8Array[]> {
  const text = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength).toString('latin1')
  const found: Uint8Array[] = []
  let left = MOST_BYTES
  let next = 0
  // what was looked at is never looked at again, whatever the file says of itself
  for (let stream = text.indexOf('stream'); stream >= 0; stream = text.indexOf('stream', next)) {
    const before = text.slice(Math.max(next, stream - LONGEST_DICTIONARY), stream)
    next = stream + 'stream'.length
    const dictionary = before.slice(before.lastIndexOf(' obj') + ' obj'.length)
    if (!/\/Type\s*\/EmbeddedFile\b/.test(dictionary) || !isOpen(before)) continue
    const from = next + (text[next] === '\r' ? 2 : 1)
    const length = /\/Length\s+(\d+)(?!\d|\s+\d+\s+R)/.exec(dictionary)?.[1]
    const until = length === undefined ? text.indexOf('endstream', from) : from + Number(length)
    if (until < 0) break
    if (until < from || until > pdf.byteLength) continue
    next = until
    const bytes = pdf.subarray(from, until)
    const plain = /\/Filter\s*\[?\s*\/FlateDecode\b/.test(dictionary) ? await inflated(bytes, left) : bytes
    if (plain === undefined) continue
    left -= plain.byteLength
    found.push(plain)
  }
  return found
}
