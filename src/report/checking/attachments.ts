/** The files that a PDF carries, as far as they were written plainly: no object streams, no encryption. */

const OBJECT = /\d+ \d+ obj\b/g
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

/**
 * @param pdf - a PDF's bytes
 * @returns what its embedded file streams hold, in the order of the file
 */
export async function attachmentsIn(pdf: Uint8Array): Promise<readonly Uint8Array[]> {
  const text = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength).toString('latin1')
  const found: Uint8Array[] = []
  let left = MOST_BYTES
  let stream = -1
  for (const { index } of text.matchAll(OBJECT)) {
    // looked for once: a hostile file can't make it be looked for again and again
    if (stream < index) stream = text.indexOf('stream', index)
    if (stream < 0) break
    if (stream - index > LONGEST_DICTIONARY) continue
    const dictionary = text.slice(index, stream)
    if (!/\/Type\s*\/EmbeddedFile\b/.test(dictionary) || dictionary.includes('endobj')) continue
    const from = stream + 'stream'.length + (text[stream + 6] === '\r' ? 2 : 1)
    const length = /\/Length\s+(\d+)(?!\s+\d+\s+R)/.exec(dictionary)?.[1]
    const until = length === undefined ? text.indexOf('endstream', from) : from + Number(length)
    if (until < 0) break
    if (until < from || until > pdf.byteLength) continue
    const bytes = pdf.subarray(from, until)
    const plain = /\/Filter\s*\[?\s*\/FlateDecode\b/.test(dictionary) ? await inflated(bytes, left) : bytes
    if (plain === undefined) continue
    left -= plain.byteLength
    found.push(plain)
  }
  return found
}
