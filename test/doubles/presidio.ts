/** A double of the Presidio analyzer's published HTTP API: `POST /analyze`, offsets in code points, as its pages describe it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PresidioCall {
  readonly path: string | undefined
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface PresidioDouble {
  readonly url: string
  readonly calls: readonly PresidioCall[]
  /** Puts something in place of the next answers: a status with a body, silence, or a cut connection. */
  instead: { readonly status: number; readonly body: string } | 'hang' | 'cut' | undefined
  stop(): Promise<void>
}

/** What it takes for names: two words with capitals, or one that the list has. */
const names = /Ada Lovelace|Jürgen Beispiel|John Smith/gu

/** Code points before a UTF-16 offset. */
const codePoints = (text: string, units: number): number => [...text.slice(0, units)].length

export async function startPresidio(): Promise<PresidioDouble> {
  const calls: PresidioCall[] = []
  const state: { instead: PresidioDouble['instead'] } = { instead: undefined }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>
      calls.push({ path: request.url, body, headers: request.headers })
      const { instead } = state
      if (instead === 'hang') return
      if (instead === 'cut') {
        request.socket.destroy()
        return
      }
      if (instead) {
        response.writeHead(instead.status, { 'content-type': 'application/json' }).end(instead.body)
        return
      }
      if (request.method !== 'POST' || request.url !== '/analyze' || typeof body.language !== 'string') {
        response.writeHead(500).end(JSON.stringify({ error: 'No language provided' }))
        return
      }
      const text = String(body.text)
      const found = [...text.matchAll(names)].map((match) => ({
        entity_type: 'PERSON',
        start: codePoints(text, match.index),
        end: codePoints(text, match.index + match[0].length),
        score: 0.85,
        analysis_explanation: null,
        recognition_metadata: { recognizer_name: 'SpacyRecognizer', recognizer_identifier: 'SpacyRecognizer_1' },
      }))
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    get instead() {
      return state.instead
    },
    set instead(value) {
      state.instead = value
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
