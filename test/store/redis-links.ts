import { inspect } from 'node:util'
import { afterEach, expect } from 'vitest'
import { type ErrorCode, QuittanceError } from '../../src/errors.js'
import { createLink } from '../../src/store/redis/connect.js'
import type { Link } from '../../src/store/redis/link.js'
import type { RedisStoreOptions, RedisTarget } from '../../src/store/redis/options.js'

const open = new Set<{ close(): Promise<unknown> | unknown }>()

afterEach(async () => {
  await Promise.all([...open].map((one) => one.close()))
  open.clear()
})

/** A link that is closed when its test ends. */
export function linkTo(target: RedisTarget, options: RedisStoreOptions = {}): Link {
  const link = createLink(target, options)
  open.add(link)
  return link
}

/** Ends something when the test ends, whatever comes of it. */
export function afterwards(close: () => unknown): void {
  open.add({ close })
}

/** Waits for the error and gives it back, once it is clear that it is one of ours with that code. */
export async function faultOf(call: Promise<unknown>, code: ErrorCode): Promise<QuittanceError> {
  const error = await call.then(
    (value) => expect.unreachable(`resolved to ${inspect(value)}`),
    (reason: unknown) => reason,
  )
  if (!QuittanceError.is(error, code)) throw new Error(`not ${code}`, { cause: error })
  return error
}

/** Writes a value that a test can look for: version 1 where there was none. */
export const write = (link: Link, key: string, bytes = 'value', durable: boolean | undefined = true) =>
  link.script('statePut', [key], ['name', 0, bytes], { durable, chainId: 'chain' })

export const written = (link: Link, key: string) => link.read('HGET', [key, 'name'], {})
