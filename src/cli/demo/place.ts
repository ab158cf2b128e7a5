/** Where the demonstration keeps its receipts. */
import { randomBytes } from 'node:crypto'
import { join, relative } from 'node:path'
import { fileStore } from '../../store/file.js'
import { shownUrl } from '../../store/redis/from-url.js'
import type { ReceiptStore } from '../../store/store.js'
import { storeFromUrl } from '../../url.js'

/** A store, and how it is spoken of. */
export interface DemoPlace {
  readonly store: ReceiptStore
  /** How a command line names it; without a password. */
  readonly target: string
  /** Where every receipt is. */
  readonly where: string
  /** A line of the list of what is left. */
  readonly left: string
  /** What else can be done with it, given the folder and the option for the keyring. */
  readonly more: readonly string[]
}

function onDisk(dir: string): DemoPlace {
  return {
    store: fileStore(join(dir, 'receipts')),
    target: join(relative(process.cwd(), dir) || '.', 'receipts'),
    where: 'on disk',
    left: '  receipts/         the log: JSON Lines, one receipt a line',
    more: [],
  }
}

const redisUrl = /^rediss?(?:\+cluster)?:\/\//i

function inRedis(url: string, dir: string, keyring: string): DemoPlace {
  if (!redisUrl.test(url)) throw new RangeError('--redis must be a URL such as redis://localhost:6379')
  const [base = '', query = ''] = url.split('?', 2)
  if (new URLSearchParams(query).has('prefix')) {
    throw new RangeError('--redis must not name a prefix: each demonstration takes one of its own')
  }
  // its own each time: a demonstration runs again on the same server
  const prefix = `quittance-demo-${randomBytes(4).toString('hex')}`
  const parameters = `?${query === '' ? '' : `${query}&`}prefix=${prefix}`
  const target = `'${shownUrl(base)}${parameters}'`
  const secret = base.includes('@')
    ? ';\n                    the commands below need your user and password in the URL'
    : ''
  const copied = join(relative(process.cwd(), dir) || '.', 'copied')
  return {
    store: storeFromUrl(`${base}${parameters}`),
    target,
    where: 'in Redis',
    left: `  Redis             the log, under keys that begin with ${prefix}: (they stay until you remove them)${secret}`,
    more: [`npx quittance copy ${target} ${copied} ${keyring}`],
  }
}

/**
 * @param dir - where the demonstration writes
 * @param redis - a Redis store URL, where the receipts go there
 * @param keyring - the option that names the keyring
 * @returns the place; nothing is opened before it is used
 * @throws RangeError when it is no URL of Redis; QuittanceError `STORE_URL`
 */
export function placeOf(dir: string, redis: string | undefined, keyring: string): DemoPlace {
  return redis === undefined ? onDisk(dir) : inRedis(redis, dir, keyring)
}
