import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { utf8 } from '../../src/primitives/bytes.js'
import { sha256Hex } from '../../src/primitives/sha256.js'
import { cosign, verifyCosignature } from '../../src/tlog/cosignature.js'
import { parseNote, parseSignatureLine, signatureLine } from '../../src/tlog/note.js'
import { type NoteKey, noteKey, vkeyOf } from '../../src/tlog/vkey.js'
import type { Witness } from '../../src/transparency/types.js'
import { httpWitness } from '../../src/transparency/witness/client.js'
import { collectCosignatures } from '../../src/transparency/witness/collect.js'
import { localWitness } from '../../src/transparency/witness/local-witness.js'
import { memoryWitnessState } from '../../src/transparency/witness/memory-state.js'
import { serveWitness, type WitnessServerOptions } from '../../src/transparency/witness/server.js'
import { createWitness, type WitnessCore } from '../../src/transparency/witness/witness.js'
import { forked, history, keysOf, type TestLog, testLog } from './witness-support.js'

async function served(logs: readonly TestLog[], options: Partial<WitnessServerOptions> = {}) {
  const state = memoryWitnessState()
  const core = createWitness({ keys: keysOf(9), name: 'witness.example/w1', logs: logs.map(({ key }) => key), state })
  const server = await serveWitness({ witness: core, ...options })
  onTestFinished(() => server.close())
  const key = await core.key()
  return { core, state, server, key, url: server.url, client: () => httpWitness({ url: server.url, key }) }
}

interface Reply {
  readonly status: number
  readonly type?: string
  readonly body: string | Uint8Array
}

/** A server that answers as it is told, whatever it is asked. */
async function answering(...answers: readonly Reply[]) {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const parts: Uint8Array[] = []
    for await (const part of request) parts.push(part as Uint8Array)
    bodies.push(Buffer.concat(parts).toString())
    const { status, type = 'text/plain', body } = answers[Math.min(bodies.length, answers.length) - 1] ?? answers[0]!
    response.writeHead(status, { 'content-type': type, location: '/elsewhere' }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/w1/`, bodies }
}

const sizeAnswer = (size: string) => ({ status: 409, type: 'text/x.tlog.size', body: size })
const own = async () => noteKey('witness.example/w1', 'ed25519-cosignature', (await servedKey()).publicKey)
const servedKey = (): Promise<NoteKey> =>
  localWitness({ keys: keysOf(9), name: 'witness.example/w1', logs: [] }).core.key()

describe('a log and its witness over loopback', () => {
  test('is answered beside hundreds who send their bodies byte by byte', async () => {
    const log = await testLog()
    const { url, client } = await served([log])
    const { hostname, port } = new URL(url)
    const sockets = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const socket = connect(Number(port), hostname)
        await once(socket, 'connect')
        socket.on('error', () => {})
        socket.write('POST /add-checkpoint HTTP/1.1\r\nhost: w\r\ncontent-length: 100\r\n\r\nx')
        return socket
      }),
    )
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
    })
    expect(await client().cosign(await log.request(history(3)))).toHaveLength(1)
  })

  test('cosigns growing heads; a client that knows nothing learns the old size from it', async () => {
    const log = await testLog()
    const { client, key, url } = await served([log])
    const tree = history(40)
    const first = client()
    for (const size of [3, 3, 17, 40]) {
      const request = await log.request(tree, size)
      const lines = await first.cosign(request)
      expect(lines).toHaveLength(1)
      const line = parseSignatureLine((lines[0] ?? '').slice(0, -1))
      expect(verifyCosignature(parseNote(request.note), line, key)?.time).toBeGreaterThan(1_700_000_000)
    }
    const second = httpWitness({ url: `${url}/`, vkey: vkeyOf(key) })
    expect(second.name).toBe('witness.example/w1')
    expect(await second.cosign(await log.request(history(41)))).toHaveLength(1)
    // the first one's memory is behind now
    expect(await first.cosign(await log.request(history(50)))).toHaveLength(1)
  })

  test('tells the newest head of a log that it has cosigned', async () => {
    const log = await testLog()
    const { client } = await served([log])
    expect(await client().newest?.(log.origin)).toBeUndefined()
    for (const size of [4, 9]) await client().cosign(await log.request(history(9), size))
    const note = (await client().newest?.(log.origin)) ?? ''
    expect(note.startsWith(await log.sign(history(9)))).toBe(true)
    expect(await client().newest?.('log.example/other')).toBeUndefined()
    const failing = await answering({ status: 503, body: 'later' })
    await expect(httpWitness({ url: failing.url, key: await own() }).newest?.(log.origin)).rejects.toMatchObject({
      code: 'TLOG_UNAVAILABLE',
      details: { reason: 'status-503' },
    })
  })

  test('asks for proofs only where there is something to prove, from the size that the witness named', async () => {
    const log = await testLog()
    const { client } = await served([log])
    const asked: number[] = []
    const ask = async (witness: Witness, size: number) => {
      const request = await log.request(history(size))
      return witness.cosign({
        ...request,
        consistencyFrom(oldSize) {
          asked.push(oldSize)
          return request.consistencyFrom(oldSize)
        },
      })
    }
    const one = client()
    for (const size of [5, 5, 9]) await ask(one, size)
    await ask(client(), 12)
    expect(asked).toEqual([5, 9])
  })

  test('the newest checkpoint of each log is served to monitors', async () => {
    const log = await testLog()
    const { client, url, key } = await served([log])
    const path = `${url}/${sha256Hex(log.origin)}/checkpoint`
    expect((await fetch(path)).status).toBe(404)
    const [line] = await client().cosign(await log.request(history(6)))
    const response = await fetch(path)
    const note = await response.text()
    expect([response.status, note]).toEqual([200, `${await log.sign(history(6))}${line}`])
    expect(parseNote(note).signatures.map(({ keyId }) => keyId)).toEqual([log.key.id, key.id])
    const head = await fetch(path, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(utf8(note).length),
      '',
    ])
  })

  test('a rewritten log is refused with a reason, an unknown one and an unknown key too', async () => {
    const log = await testLog()
    const { client } = await served([log])
    const witness = client()
    const tree = history(8)
    await witness.cosign(await log.request(tree, 5))
    const code = 'TLOG_REFUSED'
    const rewritten = await log.request(forked(tree, 2, 8, 'b'))
    await expect(witness.cosign(rewritten)).rejects.toMatchObject({ code, details: { reason: 'inconsistent' } })
    const cut = await log.request(tree, 4)
    await expect(client().cosign(cut)).rejects.toMatchObject({ code, details: { reason: 'witness-ahead' } })
    const unknown = await (await testLog('log.example/other')).request(tree)
    await expect(witness.cosign(unknown)).rejects.toMatchObject({ code, details: { reason: 'unknown-log' } })
    const stranger = await (await testLog(log.origin, 2)).request(tree)
    await expect(witness.cosign(stranger)).rejects.toMatchObject({ code, details: { reason: 'signature' } })
    expect(await witness.cosign(await log.request(tree))).toHaveLength(1)
  })

  test('an older head of the log behind a newer one of the same client is no alarm', async () => {
    const log = await testLog()
    const witness = (await served([log])).client()
    await witness.cosign(await log.request(history(9)))
    const late = witness.cosign(await log.request(history(7)))
    await expect(late).rejects.toMatchObject({ code: 'TLOG_UNAVAILABLE', details: { reason: 'superseded' } })
  })
})

describe('a witness that answers otherwise', () => {
  const ask = async (answers: readonly Reply[], options: { timeoutMs?: number } = {}) => {
    const log = await testLog()
    const { url, bodies } = await answering(...answers)
    const witness = httpWitness({ url, key: await own(), ...options })
    const outcome = await witness.cosign(await log.request(history(9))).catch((error: unknown) => error)
    return { outcome, bodies }
  }

  test.each([
    ['unavailable with status 500', [{ status: 500, body: '' }], 'TLOG_UNAVAILABLE', 'status-500'],
    ['throttled', [{ status: 429, body: '' }], 'TLOG_UNAVAILABLE', 'status-429'],
    ['a redirect', [{ status: 307, body: '' }], 'TLOG_UNAVAILABLE', 'status-307'],
    ['another status of success', [{ status: 204, body: '' }], 'TLOG_UNAVAILABLE', 'status-204'],
    ['malformed request', [{ status: 400, body: '' }], 'TLOG_REFUSED', 'bad-request'],
    ['no signature line', [{ status: 200, body: 'yes\n' }], 'TLOG_UNAVAILABLE', 'malformed'],
    ['half a line', [{ status: 200, body: '— a AAAAAAAA' }], 'TLOG_UNAVAILABLE', 'malformed'],
    ['nothing', [{ status: 200, body: '' }], 'TLOG_UNAVAILABLE', 'malformed'],
    ['bytes that are no text', [{ status: 200, body: Uint8Array.of(0xff, 10) }], 'TLOG_UNAVAILABLE', 'malformed'],
    ['too much', [{ status: 200, body: 'x'.repeat(70_000) }], 'TLOG_UNAVAILABLE', 'too-large'],
    ['lines of others alone', [{ status: 200, body: '— a.example AAAAAAAA\n' }], 'TLOG_UNTRUSTED', 'no-known-key'],
    ['409 without a size', [{ ...sizeAnswer('x\n') }], 'TLOG_UNAVAILABLE', 'malformed'],
    ['409 of another type', [{ ...sizeAnswer('4\n'), type: 'text/plain' }], 'TLOG_UNAVAILABLE', 'malformed'],
    ['409 again and again', [sizeAnswer('4\n'), sizeAnswer('5\n')], 'TLOG_UNAVAILABLE', 'conflict'],
    ['409 above what the log has', [sizeAnswer('10\n')], 'TLOG_REFUSED', 'witness-ahead'],
  ] as const)('%s', async (_, answers, code, reason) => {
    const { outcome } = await ask([...answers])
    expect(outcome).toMatchObject({ code, details: { reason } })
  })

  test('asks twice at the most, and the second time with the size that was named', async () => {
    const { bodies } = await ask([sizeAnswer('4\n'), sizeAnswer('5\n')])
    expect(bodies.map((body) => body.split('\n')[0])).toEqual(['old 0', 'old 4'])
  })

  test('a cosignature of its key that does not hold, of another text, or of time 0 is refused', async () => {
    const log = await testLog()
    const key = await own()
    const sign = async (message: Uint8Array) => (await keysOf(9).signer()).sign(message)
    const otherText = await cosign(parseNote(await log.sign(history(8))).text, key, 1_769_860_800, sign)
    const timeless = signatureLine(key, Buffer.concat([Buffer.alloc(8), await sign(utf8('x'))]))
    for (const body of [
      otherText,
      timeless,
      signatureLine(key, new Uint8Array(72)),
      signatureLine(key, new Uint8Array(9)),
    ]) {
      const { outcome } = await ask([{ status: 200, body }])
      expect(outcome).toMatchObject({ code: 'TLOG_UNTRUSTED', details: { reason: 'signature' } })
    }
  })

  test('lines of unknown keys are passed over, a line that came twice counts once, one of ML-DSA-44 is kept aside', async () => {
    const log = await testLog()
    const key = await own()
    const mlDsa = noteKey('witness.example/w1', 'ml-dsa-44-cosignature', new Uint8Array(1312).fill(3))
    const sign = async (message: Uint8Array) => (await keysOf(9).signer()).sign(message)
    const good = await cosign(parseNote(await log.sign(history(9))).text, key, 1_769_860_800, sign)
    const aside = signatureLine(mlDsa, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, ...new Uint8Array(2420)))
    const { url } = await answering({ status: 200, body: `— a.example AAAAAAAA\n${aside}${good}${good}` })
    const unverified: string[] = []
    const request = await log.request(history(9))
    const witness = httpWitness({ url, key: [key, mlDsa], onUnverified: (lines) => unverified.push(...lines) })
    expect(await witness.cosign(request)).toEqual([good])
    expect(unverified).toEqual([aside])
    const checked = httpWitness({ url, key: [key, mlDsa], mlDsa44: (_, __, by) => ({ key: by, time: 1 }) })
    expect(await checked.cosign(request)).toEqual([aside, good])
  })

  test('nobody there, and one that says nothing', async () => {
    const log = await testLog()
    const request = await log.request(history(3))
    const nobody = httpWitness({ url: 'http://127.0.0.1:9', key: await own() })
    await expect(nobody.cosign(request)).rejects.toMatchObject({
      code: 'TLOG_UNAVAILABLE',
      details: { reason: 'network' },
    })
    const silent = createServer(() => {})
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    onTestFinished(() => {
      silent.closeAllConnections()
      silent.close()
    })
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const slow = httpWitness({ url, key: await own(), timeoutMs: 50 })
    await expect(slow.cosign(request)).rejects.toMatchObject({
      code: 'TLOG_UNAVAILABLE',
      details: { reason: 'timeout' },
    })
    const reason = new Error('enough')
    const patient = httpWitness({ url, key: await own() })
    const given = patient.cosign(request, { signal: AbortSignal.abort(reason) })
    await expect(given).rejects.toBe(reason)
  })

  test('options that make no sense are refused', async () => {
    const key = await own()
    const log = await testLog()
    for (const url of [
      'ftp://w.example',
      'w.example',
      'http://u:p@w.example',
      'http://w.example/?x',
      'http://w.example/#x',
    ])
      expect(() => httpWitness({ url, key })).toThrow(TypeError)
    const url = 'http://w.example'
    expect(() => httpWitness({ url })).toThrow(TypeError)
    expect(() => httpWitness({ url, key, vkey: vkeyOf(key) })).toThrow(TypeError)
    expect(() => httpWitness({ url, key: [] })).toThrow(TypeError)
    expect(() => httpWitness({ url, key: log.key })).toThrow(TypeError)
    expect(() => httpWitness({ url, key, timeoutMs: 0 })).toThrow(RangeError)
    const request = await log.request(history(3))
    await expect(httpWitness({ url, key }).cosign({ ...request, size: 4 })).rejects.toThrow(RangeError)
  })
})

describe('the server', () => {
  const post = (url: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
    fetch(`${url}/add-checkpoint`, { method: 'POST', body: body as string, headers })

  test('answers methods, paths and bodies that are not its own', async () => {
    const { url } = await served([await testLog()])
    const statusOf = async (path: string, init?: RequestInit) => (await fetch(`${url}${path}`, init)).status
    expect(await statusOf('/')).toBe(404)
    expect(await statusOf('/add-checkpoint')).toBe(405)
    expect(await statusOf('/add-checkpoint?x', { method: 'POST', body: '' })).toBe(404)
    expect(await statusOf(`/${'a'.repeat(64)}/checkpoint`)).toBe(404)
    expect(await statusOf(`/${'a'.repeat(64)}/checkpoint`, { method: 'DELETE' })).toBe(405)
    expect(await statusOf(`/${'A'.repeat(64)}/checkpoint`)).toBe(404)
    expect(await statusOf('/%2e%2e/checkpoint')).toBe(404)
    expect((await post(url, 'x', { 'content-encoding': 'gzip' })).status).toBe(415)
    expect((await post(url, 'x'.repeat(131_072))).status).toBe(400)
    expect((await post(url, 'x'.repeat(131_073))).status).toBe(413)
    // the next request is not taken for a rest of the last
    expect(await statusOf('/')).toBe(404)
  })

  test('a body of unknown length is cut off where it is too long', async () => {
    const { url } = await served([await testLog()])
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.write('POST /add-checkpoint HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n')
    for (let index = 0; index < 40; index += 1) socket.write(`1000\r\n${'x'.repeat(4_096)}\r\n`)
    let heard = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text
    })
    await once(socket, 'close')
    expect(heard).toMatch(/^HTTP\/1.1 413 /)
  })

  test('a fault of state or key is 500 without details, and is told to who runs it', async () => {
    const log = await testLog()
    const faults: unknown[] = []
    const broken: WitnessCore = {
      name: 'w',
      key: own,
      addCheckpoint: () => Promise.reject(new Error('secret path')),
      checkpoint: () => Promise.reject(new Error('secret path')),
    }
    const server = await serveWitness({ witness: broken, onFault: (error) => faults.push(error) })
    onTestFinished(() => server.close())
    const response = await post(server.url, await log.body(history(3), 0))
    expect([response.status, await response.text()]).toEqual([500, 'the witness can not answer now\n'])
    expect(String(faults)).toContain('secret path')
    const client = httpWitness({ url: server.url, key: await own() })
    await expect(client.cosign(await log.request(history(3)))).rejects.toMatchObject({ code: 'TLOG_UNAVAILABLE' })
  })

  test('ends when it is closed, answers what is under way, and can be closed twice', async () => {
    const log = await testLog()
    const { core } = await served([log])
    let begin = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    let go = () => {}
    const gate = new Promise<void>((resolve) => {
      go = resolve
    })
    const slow: WitnessCore = {
      ...core,
      async addCheckpoint(body) {
        begin()
        await gate
        return core.addCheckpoint(body)
      },
    }
    const server = await serveWitness({ witness: slow })
    const under = post(server.url, await log.body(history(3), 0))
    await begun
    const closing = server.close()
    go()
    expect((await under).status).toBe(200)
    await Promise.all([closing, server.close()])
    await expect(fetch(server.url)).rejects.toThrow(TypeError)
  })

  test('a place that is taken is told', async () => {
    const { url } = await served([await testLog()])
    const { core } = await served([await testLog()])
    await expect(serveWitness({ witness: core, port: Number(new URL(url).port) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })
})

describe('several witnesses', () => {
  const witnessOf = (log: TestLog, byte: number) =>
    localWitness({ keys: keysOf(byte), name: `w${byte}.example`, logs: [log.key] })

  test('their lines stand behind those of the log, by name, one a key, whatever the order of the answers', async () => {
    const log = await testLog()
    const [first, second, third] = [witnessOf(log, 13), witnessOf(log, 11), witnessOf(log, 12)]
    const request = await log.request(history(5))
    const { note, cosigned, failed, quorumReached } = await collectCosignatures(request, [first, second, third, second])
    expect(parseNote(note).signatures.map(({ name }) => name)).toEqual([
      'log.example/acme',
      'w11.example',
      'w12.example',
      'w13.example',
    ])
    expect(note.startsWith(request.note)).toBe(true)
    expect([cosigned, failed]).toEqual([['w13.example', 'w11.example', 'w12.example', 'w11.example'], []])
    // four were asked for, but one came twice
    expect(quorumReached).toBe(false)
    const again = await collectCosignatures({ ...request, note }, [first], { quorum: 1 })
    expect(parseNote(again.note).signatures).toHaveLength(4)
    expect(again.quorumReached).toBe(true)
  })

  test('who fails is named with the reason, and the others count', async () => {
    const log = await testLog()
    const down: Witness = { name: 'down', cosign: () => Promise.reject(new Error('away')) }
    const silent: Witness = { name: 'silent', cosign: async () => [] }
    const babbling: Witness = { name: 'babbling', cosign: async () => ['hello\n'] }
    const witnesses = [down, silent, witnessOf(log, 11), babbling]
    const request = await log.request(history(5))
    const some = await collectCosignatures(request, witnesses, { quorum: 1 })
    expect(some.failed.map(({ witness }) => witness)).toEqual(['down', 'silent', 'babbling'])
    expect(some.failed[2]?.error).toMatchObject({ code: 'TLOG_MALFORMED' })
    expect([some.cosigned, some.quorumReached]).toEqual([['w11.example'], true])
    const policy = await collectCosignatures(request, witnesses, { quorum: (note) => note.includes('w12.example') })
    expect(policy.quorumReached).toBe(false)
    await expect(collectCosignatures(request, [], { quorum: -1 })).rejects.toThrow(RangeError)
    const stopped = collectCosignatures(request, witnesses, { signal: AbortSignal.abort(new Error('enough')) })
    await expect(stopped).rejects.toThrow('enough')
  })

  test('a witness in this process refuses as one elsewhere does', async () => {
    const log = await testLog()
    const witness = witnessOf(log, 11)
    await witness.cosign(await log.request(history(5)))
    const rewritten = await log.request(forked(history(5), 1, 9, 'b'))
    await expect(witness.cosign(rewritten)).rejects.toMatchObject({
      code: 'TLOG_REFUSED',
      details: { reason: 'inconsistent' },
    })
  })
})
