/**
 * Lines as the verifier takes them, cut without anything of Node.
 *
 * @param bytes - an export
 * @returns its raw lines
 */
export function rawLines(bytes) {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const lines = []
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(10, from)
    const end = found < 0 ? bytes.length : found
    const terminated = found >= 0
    try {
      lines.push({ text: decoder.decode(bytes.subarray(from, end)), terminated })
    } catch {
      lines.push({ fault: 'LINE_MALFORMED', message: 'is not UTF-8', terminated })
    }
    from = end + 1
  }
  return lines
}
