/** Checkpoints to be published, made apart from any ledger, and somebody who takes them. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { checkpointText } from '../../src/tlog/checkpoint.js'
import { signNote } from '../../src/tlog/note.js'
import { noteSigner } from '../../src/tlog/note-signer.js'
import type { PublishedCheckpoint } from '../../src/transparency/types.js'
import { keyNamed } from '../ledger/support.js'

export const hashOf = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)

/** A checkpoint signed by some keys. */
export async function published(
  size: number,
  { root = size % 250, by = ['checkpoints'], origin = 'log.example/acme', timestamps = [] as Uint8Array[] } = {},
): Promise<PublishedCheckpoint> {
  const signers = await Promise.all(
    by.map((name) => noteSigner(name === 'checkpoints' ? origin : name, keyNamed(name))),
  )
  const note = await signNote(checkpointText({ origin, size, rootHash: hashOf(root) }), signers)
  return { kind: 'log', chainId: 'transparency-log', origin, size, note, timestamps }
}

/** Takes notes by POST and gives back the largest of an origin, as the page has it; it ends with the test. */
export async function noteEndpoint(): Promise<{ readonly url: string; readonly asked: readonly string[] }> {
  const newest = new Map<string, { readonly size: number; readonly note: string }>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      if (request.method === 'GET') {
        asked.push(`${request.url} ${request.headers.authorization ?? ''}`.trim())
        const found = newest.get(/^\/notes\/([0-9a-f]{64})\/checkpoint$/.exec(request.url ?? '')?.[1] ?? '')
        response.writeHead(found === undefined ? 404 : 200).end(found?.note)
        return
      }
      const note = Buffer.concat(parts).toString('utf8')
      const [origin = '', size = ''] = note.split('\n')
      const key = createHash('sha256').update(origin).digest('hex')
      if (Number(size) >= (newest.get(key)?.size ?? 0)) newest.set(key, { size: Number(size), note })
      response.writeHead(201).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notes`, asked }
}
