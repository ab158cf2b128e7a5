/** What does not work where. A test holds this against the runtimes, and the README's table against this. */

/** Cases that a runtime is not asked for, or fails, and why. */
export interface Exception {
  /** How the names of the cases begin. */
  readonly cases: string
  readonly why: string
}

/** The parts of the README's table, and how the names of their cases begin. */
export const parts: Readonly<Record<string, readonly string[]>> = {
  '`verify`, `merkle`, `statistics`': ['vectors', 'canonical form', 'digests', 'keys', 'trees', 'statistics'],
  '`.`, `store/memory`, `keys/local`, `keys/delegated`, `pii`, `testing`': [
    'memory store',
    'a key from a seed',
    'a key of this process',
    'a delegated key',
    'the detector',
    'redaction',
    'ledger',
    'collector',
  ],
  '`store/file`, keys in files, `verify/node`, `report`': ['file store', 'files', 'shared', 'report'],
  '`store/redis`, `sodium-native`': ['redis store', 'a key of libsodium'],
}

const noFiles: readonly Exception[] = [
  { cases: 'file store', why: 'a worker has no disk' },
  { cases: 'files', why: 'a worker has no disk' },
  { cases: 'shared', why: 'a worker has no disk' },
  { cases: 'report', why: 'not tried: reports are made where the receipts lie' },
  { cases: 'redis store', why: 'not tried' },
  { cases: 'a key of libsodium', why: 'a native library' },
]

const noNode: readonly Exception[] = [
  ...[
    'memory store',
    'a key from',
    'a key of this',
    'a delegated key',
    'the detector',
    'redaction',
    'ledger',
    'collector',
  ].map((cases) => ({ cases, why: "needs Node's modules" })),
  ...noFiles,
]

/** By the columns of the table. */
export const exceptions: Readonly<Record<string, readonly Exception[]>> = {
  'Node 20, 22, 24': [],
  Bun: [],
  Deno: [],
  workerd: noFiles,
  browser: noNode,
}

/** What a bundle leaves out. */
export const notBundled: readonly Exception[] = [
  { cases: 'a key of libsodium', why: 'a native library is no part of a bundle: it has to be installed beside it' },
]
