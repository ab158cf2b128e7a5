/** The client, against OpenSSL's authority and against servers that misbehave in between. */
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { StampService } from '../../scripts/services/time-stamps.js'
import { QuittanceError } from '../../src/index.js'
import { timestampAuthority, verifyTimestamp } from '../../src/transparency/timestamp/index.js'
import { extensions, message, opensslAccepts, startAuthority, text } from './timestamp-fixture.js'

let stamps: StampService
beforeAll(async () => {
  stamps = await startAuthority()
})
afterAll(() => stamps.stop())

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

type Handle = (query: Buffer, response: ServerResponse, request: IncomingMessage) => void | Promise<void>

/** A server of the test's own. */
async function serve(handle: Handle): Promise<string> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => void handle(Buffer.concat(parts), response, request))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const failure = async (work: Promise<unknown>): Promise<[string, string | undefined, boolean | undefined]> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!QuittanceError.is(error)) throw new Error('it did not fail as it should', { cause: error })
  return [error.code, error.details.reason, error.details.retryable]
}
const stampFrom = async (handle: Handle, options = {}) =>
  failure(timestampAuthority({ url: await serve(handle), ...options }).stamp(message))

describe('a real authority', () => {
  it('stamps, and the stamp is good here and with OpenSSL', async () => {
    const authority = timestampAuthority({ url: stamps.url('tsa'), name: 'ours', certificates: [stamps.pem('root')] })
    const token = await authority.stamp(message)
    expect(authority.name).toBe('ours')
    const { verdict, proved } = await verifyTimestamp(token, text, { authorities: [stamps.pem('root')] })
    expect([verdict, proved?.accuracyMs, proved?.authority.subject]).toEqual(['VALID', 1500, 'CN=tsa'])
    expect(Math.abs(Date.parse(proved?.time ?? '') - Date.now())).toBeLessThan(60_000)
    expect(Date.parse(proved?.latest ?? '') - Date.parse(proved?.time ?? '')).toBe(1500)
    expect(opensslAccepts(stamps, token)).toBe(true)
  })

  it('is asked anew each time', async () => {
    const seen: string[] = []
    const url = await serve(async (query, response) => {
      seen.push(query.toString('hex'))
      response.end(await stamps.reply('tsa', query))
    })
    const authority = timestampAuthority({ url })
    const [first, second] = [await authority.stamp(message), await authority.stamp(message)]
    expect(new Set(seen).size).toBe(2)
    expect(Buffer.from(first).equals(second)).toBe(false)
  })

  it('is sent nothing but a hash, as OpenSSL reads the request', async () => {
    let asked: Buffer = Buffer.alloc(0)
    let type: string | undefined
    await stampFrom((query, response, request) => {
      asked = query
      type = request.headers['content-type']
      response.writeHead(503).end()
    })
    writeFileSync(`${stamps.dir}/asked.tsq`, asked)
    const read = stamps.openssl('ts', '-query', '-in', 'asked.tsq', '-text').toString()
    expect(read).toContain('Hash Algorithm: sha256')
    expect(read).toContain('Certificate required: yes')
    expect(read).toMatch(/Nonce: 0x[4-7][0-9A-F]{15}/)
    expect(asked.includes(message)).toBe(false)
    expect(type).toBe('application/timestamp-query')
  })

  it('stamps under the policy that is asked for, or refuses', async () => {
    const url = stamps.url('tsa')
    const policyOid = '1.3.6.1.4.1.99999.2'
    const token = await timestampAuthority({ url, policyOid }).stamp(message)
    const { proved } = await verifyTimestamp(token, text, {
      authorities: [stamps.pem('root')],
      policyOids: [policyOid],
    })
    expect(proved?.policy).toBe(policyOid)
    const refusing = timestampAuthority({ url, policyOid: '1.3.6.1.4.1.99999.3' })
    expect(await failure(refusing.stamp(message))).toEqual(['TLOG_REFUSED', 'unacceptedPolicy', false])
  })

  it('is refused when it is not the one that is trusted; without trust its stamp is taken unjudged', async () => {
    stamps.issue({ name: 'else', extensions: extensions.root })
    const url = stamps.url('tsa')
    expect(await failure(timestampAuthority({ url, certificates: [stamps.pem('else')] }).stamp(message))).toEqual([
      'TLOG_REFUSED',
      'AUTHORITY_UNKNOWN',
      false,
    ])
    const token = await timestampAuthority({ url }).stamp(message)
    expect((await verifyTimestamp(token, text, { authorities: [] })).verdict).toBe('INCOMPLETE')
  })
})

describe('an answer', () => {
  it('to another request is refused, though it is a good stamp on the message', async () => {
    let old: Buffer | undefined
    const replaying: Handle = async (query, response) => {
      old ??= await stamps.reply('tsa', query)
      response.end(old)
    }
    const url = await serve(replaying)
    const authority = timestampAuthority({ url, certificates: [stamps.pem('root')] })
    await authority.stamp(message)
    expect(await failure(authority.stamp(message))).toEqual(['TLOG_REFUSED', 'nonce', false])
    expect(await failure(authority.stamp(Buffer.from('another')))).toEqual(['TLOG_REFUSED', 'imprint', false])
  })

  it('without a nonce is refused', async () => {
    const result = await stampFrom(async (_query, response) => {
      response.end(await stamps.reply('tsa', stamps.openssl('ts', '-query', '-data', 'message', '-cert', '-no_nonce')))
    })
    expect(result).toEqual(['TLOG_REFUSED', 'nonce', false])
  })

  it('under another policy than was asked for is refused', async () => {
    const policyOid = '1.3.6.1.4.1.99999.2'
    const result = await stampFrom(
      async (query, response) => {
        const other = Buffer.from(query)
        const at = other.indexOf(Buffer.from('2b0601040186 8d1f02'.replace(' ', ''), 'hex'))
        other[at + 8] = 1
        response.end(await stamps.reply('tsa', other))
      },
      { policyOid },
    )
    expect(result).toEqual(['TLOG_REFUSED', 'policy', false])
  })

  it('that was changed on its way is refused, also where nobody is trusted yet', async () => {
    const result = await stampFrom(async (query, response) => {
      const reply = await stamps.reply('tsa', query)
      reply[reply.length - 1] = (reply[reply.length - 1] ?? 0) ^ 1
      response.end(reply)
    })
    expect(result).toEqual(['TLOG_REFUSED', 'TOKEN_SIGNATURE_WRONG', false])
  })

  it('without the certificate is refused: it was asked for', async () => {
    const result = await stampFrom(async (query, response) => {
      const without = Buffer.from(query)
      // certReq TRUE stands last
      expect(without.subarray(-3).toString('hex')).toBe('0101ff')
      without[1] = (without[1] ?? 0) - 3
      response.end(await stamps.reply('tsa', without.subarray(0, -3)))
    })
    expect(result).toEqual(['TLOG_REFUSED', 'SIGNER_CERTIFICATE_MISSING', false])
  })

  /** A TimeStampResp of a status, with one bit of PKIFailureInfo. */
  const refusal = (status: number, bit?: number): Buffer => {
    const bytes = bit === undefined ? [] : [7 - (bit % 8), ...Array(bit >> 3).fill(0), 0x80 >> (bit % 8)]
    const info = [0x02, 1, status, ...(bit === undefined ? [] : [0x03, bytes.length, ...bytes])]
    return Buffer.from([0x30, info.length + 2, 0x30, info.length, ...info])
  }

  it.each([
    [2, 0, 'TLOG_REFUSED', 'badAlg', false],
    [2, 2, 'TLOG_REFUSED', 'badRequest', false],
    [2, 5, 'TLOG_REFUSED', 'badDataFormat', false],
    [2, 15, 'TLOG_REFUSED', 'unacceptedPolicy', false],
    [2, 16, 'TLOG_REFUSED', 'unacceptedExtension', false],
    [2, 17, 'TLOG_REFUSED', 'addInfoNotAvailable', false],
    [2, 14, 'TLOG_UNAVAILABLE', 'timeNotAvailable', true],
    [2, 25, 'TLOG_UNAVAILABLE', 'systemFailure', true],
    [2, 9, 'TLOG_REFUSED', 'rejected', false],
    [2, undefined, 'TLOG_REFUSED', 'rejected', false],
    [3, undefined, 'TLOG_UNAVAILABLE', 'rejected', true],
    [0, undefined, 'TLOG_UNAVAILABLE', 'malformed', true],
  ])('with the status %i and bit %s is %s %s', async (status, bit, ...expected) => {
    expect(await stampFrom((_query, response) => void response.end(refusal(status, bit)))).toEqual(expected)
  })

  it('that is none is one that went wrong on its way', async () => {
    for (const answer of ['', '<html></html>', '0', '\0\0'])
      expect(await stampFrom((_query, response) => void response.end(answer))).toEqual([
        'TLOG_UNAVAILABLE',
        'malformed',
        true,
      ])
  })

  it('that is endless is cut off', async () => {
    const result = await stampFrom((_query, response) => {
      response.on('error', () => undefined)
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        response.once('drain', more)
      }
      more()
    })
    expect(result).toEqual(['TLOG_UNAVAILABLE', 'too-large', true])
  })

  it('with another status is none, and redirects are not followed', async () => {
    const target = stamps.url('tsa')
    const statuses = [
      [404, false],
      [403, false],
      [429, true],
      [500, true],
      [307, false],
    ] as const
    for (const [status, retryable] of statuses) {
      const result = await stampFrom((_query, response) => void response.writeHead(status, { location: target }).end())
      expect(result).toEqual(['TLOG_UNAVAILABLE', `status-${status}`, retryable])
    }
  })
})

describe('an authority that is away', () => {
  it('is unavailable: nobody listens, or nobody answers', async () => {
    const url = await serve(() => undefined)
    expect(await failure(timestampAuthority({ url, timeoutMs: 200 }).stamp(message))).toEqual([
      'TLOG_UNAVAILABLE',
      'timeout',
      true,
    ])
    await closing.pop()?.()
    expect(await failure(timestampAuthority({ url }).stamp(message))).toEqual(['TLOG_UNAVAILABLE', 'network', true])
  })

  it('for one answer, before it stamped or after, can be asked again', async () => {
    for (const stampsFirst of [false, true]) {
      let asked = 0
      const url = await serve(async (query, response) => {
        asked += 1
        const reply = asked > 1 || stampsFirst ? await stamps.reply('tsa', query) : undefined
        if (asked === 1) response.destroy()
        else response.end(reply)
      })
      const authority = timestampAuthority({ url, certificates: [stamps.pem('root')] })
      expect(await failure(authority.stamp(message))).toEqual(['TLOG_UNAVAILABLE', 'network', true])
      expect((await authority.stamp(message)).length).toBeGreaterThan(500)
    }
  })

  it('is not waited for once the caller gave up', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const url = await serve(() => controller.abort(reason))
    await expect(timestampAuthority({ url }).stamp(message, { signal: controller.signal })).rejects.toBe(reason)
    await expect(timestampAuthority({ url }).stamp(message, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('credentials', () => {
  it('go along, and never unprotected over a network', async () => {
    let seen: string | undefined
    const handle: Handle = (_query, response, request) => {
      seen = request.headers.authorization
      response.writeHead(503).end()
    }
    await stampFrom(handle, { headers: { authorization: 'Bearer x' } })
    expect(seen).toBe('Bearer x')
    const headers = { authorization: 'Bearer x' }
    expect(() => timestampAuthority({ url: 'http://tsa.example/', headers })).toThrow(TypeError)
    expect(timestampAuthority({ url: 'http://tsa.example/' }).name).toBe('tsa.example')
    expect(timestampAuthority({ url: 'https://tsa.example/', headers }).name).toBe('tsa.example')
  })
})

describe('options', () => {
  const untyped = (value: object) => value as never

  it('that are wrong are refused by their names, and nothing of a header is told', () => {
    const url = 'https://tsa.example/'
    expect(() => timestampAuthority(untyped({ url, policy: '1.2' }))).toThrow(
      new TypeError('options has no member "policy"'),
    )
    for (const bad of [
      'ftp://tsa.example/',
      'https://user:secret@tsa.example/',
      'https://tsa.example/#a',
      'tsa.example',
    ])
      expect(() => timestampAuthority({ url: bad })).toThrow(TypeError)
    expect(() => timestampAuthority({ url, timeoutMs: 0 })).toThrow(RangeError)
    expect(() => timestampAuthority({ url, policyOid: 'any' })).toThrow(RangeError)
    expect(() => timestampAuthority(untyped({ url, certificates: 'root' }))).toThrow(TypeError)
    expect(() => timestampAuthority({ url, headers: { authorization: 'secret\n' + 'x' } })).toThrow(
      new TypeError('options.headers has a name or a value that HTTP does not allow'),
    )
  })
})
