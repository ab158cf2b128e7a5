/**
 * A double of the AWS KMS HTTP API as its reference documents it (JSON 1.1, `X-Amz-Target: TrentService.…`), for the faults
 * that no server here plays: throttling, wrong usage, another key, size limits, and answers that are wrong.
 */
import {
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type DoubleState = 'Enabled' | 'Disabled' | 'PendingDeletion'

interface Key {
  readonly id: string
  readonly arn: string
  readonly spec: string
  readonly usage: string
  readonly algorithms: readonly string[]
  readonly privateKey?: KeyObject
  readonly spki?: Buffer
  readonly secret?: Buffer
  state: DoubleState
}

/** What the double was asked. */
export interface Asked {
  readonly action: string
  readonly body: Readonly<Record<string, unknown>>
  readonly authorization: string
}

export interface Fault {
  /** The error's name, as in `__type`. */
  readonly type: string
  /** Default 400, as most of AWS KMS's errors have. */
  readonly status?: number
  readonly message?: string
  /** How many answers; default all. */
  readonly times?: number
  /** Of which action; default any. */
  readonly action?: string
}

export interface AwsKmsDouble {
  readonly endpoint: string
  readonly asked: readonly Asked[]
  createKey(spec: 'ECC_NIST_EDWARDS25519' | 'ECC_NIST_P256' | 'RSA_2048' | 'SYMMETRIC_DEFAULT', usage?: string): string
  setState(arn: string, state: DoubleState): void
  /** From now on these answers are this error. */
  fail(fault: Fault): void
  /** What `action` answers is passed through this. */
  twist(action: string, change: (answer: Record<string, unknown>) => Record<string, unknown>): void
  /** No answer, until `release`. */
  hang(): void
  release(): void
  stop(): Promise<void>
}

class KmsError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
  ) {
    super(message)
  }
}

const region = 'eu-central-1'
const account = '111122223333'
const specs: Readonly<Record<string, { usage: string; algorithms: readonly string[] }>> = {
  ECC_NIST_EDWARDS25519: { usage: 'SIGN_VERIFY', algorithms: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'] },
  ECC_NIST_P256: { usage: 'SIGN_VERIFY', algorithms: ['ECDSA_SHA_256'] },
  RSA_2048: { usage: 'SIGN_VERIFY', algorithms: ['RSASSA_PSS_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_256'] },
  SYMMETRIC_DEFAULT: { usage: 'ENCRYPT_DECRYPT', algorithms: [] },
}

const pairOf = (spec: string) => {
  if (spec === 'ECC_NIST_EDWARDS25519') return generateKeyPairSync('ed25519')
  if (spec === 'ECC_NIST_P256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : '', 'base64')

/** Order of the pairs says nothing, as with AWS. */
const contextOf = (body: Readonly<Record<string, unknown>>): Buffer =>
  Buffer.from(JSON.stringify(Object.entries((body.EncryptionContext ?? {}) as object).sort()))

const sized = (value: Buffer, name: string, most: number): Buffer => {
  const wrong =
    value.length < 1 ? 'greater than or equal to 1' : value.length > most ? `less than or equal to ${most}` : ''
  if (wrong === '') return value
  throw new KmsError(
    'ValidationException',
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must have length ${wrong}`,
  )
}

export async function startAwsKmsDouble(): Promise<AwsKmsDouble> {
  const keys = new Map<string, Key>()
  const asked: Asked[] = []
  let faults: { fault: Fault; left: number }[] = []
  const twists = new Map<string, (answer: Record<string, unknown>) => Record<string, unknown>>()
  let hanging = false
  let held: (() => void)[] = []

  const keyOf = (reference: unknown): Key => {
    const key = keys.get(String(reference)) ?? [...keys.values()].find(({ arn }) => arn === reference)
    if (key) return key
    throw new KmsError('NotFoundException', `Key 'arn:aws:kms:${region}:${account}:key/${reference}' does not exist`)
  }
  const usable = (key: Key, usage: string): Key => {
    if (key.state === 'Disabled') throw new KmsError('DisabledException', `${key.arn} is disabled.`)
    if (key.state === 'PendingDeletion')
      throw new KmsError('KMSInvalidStateException', `${key.arn} is pending deletion.`)
    if (key.usage !== usage)
      throw new KmsError('InvalidKeyUsageException', `${key.arn} key usage is ${key.usage} which is not valid`)
    return key
  }

  const actions: Readonly<Record<string, (body: Readonly<Record<string, unknown>>) => Record<string, unknown>>> = {
    GetPublicKey(body) {
      const key = keyOf(body.KeyId)
      if (!key.spki) throw new KmsError('UnsupportedOperationException', '')
      return {
        KeyId: key.arn,
        KeySpec: key.spec,
        CustomerMasterKeySpec: key.spec,
        KeyUsage: key.usage,
        PublicKey: key.spki.toString('base64'),
        SigningAlgorithms: key.algorithms,
      }
    },
    Sign(body) {
      const message = sized(bytes(body.Message), 'message', 4096)
      const key = usable(keyOf(body.KeyId), 'SIGN_VERIFY')
      const algorithm = String(body.SigningAlgorithm)
      if (!key.privateKey || !key.algorithms.includes(algorithm))
        throw new KmsError('InvalidKeyUsageException', `Algorithm ${algorithm} is incompatible with ${key.spec}.`)
      if (algorithm === 'ED25519_SHA_512' && (body.MessageType ?? 'RAW') !== 'RAW')
        throw new KmsError('ValidationException', 'ED25519_SHA_512 requires MessageType RAW')
      const hash = algorithm === 'ED25519_SHA_512' ? null : 'sha256'
      const signature = sign(hash, message, key.privateKey).toString('base64')
      return { KeyId: key.arn, Signature: signature, SigningAlgorithm: algorithm }
    },
    Encrypt(body) {
      const plaintext = sized(bytes(body.Plaintext), 'plaintext', 4096)
      const key = usable(keyOf(body.KeyId), 'ENCRYPT_DECRYPT')
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key.secret as Buffer, iv).setAAD(contextOf(body))
      const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()])
      const blob = Buffer.concat([Buffer.from(key.id), iv, cipher.getAuthTag(), sealed])
      return { KeyId: key.arn, CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
    },
    Decrypt(body) {
      const blob = sized(bytes(body.CiphertextBlob), 'ciphertextBlob', 6144)
      const owner = keys.get(blob.subarray(0, 36).toString())
      if (!owner?.secret) throw new KmsError('InvalidCiphertextException', '')
      if (body.KeyId !== undefined && keyOf(body.KeyId) !== owner)
        throw new KmsError(
          'IncorrectKeyException',
          'The key ID in the request does not identify a CMK that can perform this operation.',
        )
      usable(owner, 'ENCRYPT_DECRYPT')
      try {
        const decipher = createDecipheriv('aes-256-gcm', owner.secret, blob.subarray(36, 48)).setAAD(contextOf(body))
        decipher.setAuthTag(blob.subarray(48, 64))
        const opened = Buffer.concat([decipher.update(blob.subarray(64)), decipher.final()])
        return { KeyId: owner.arn, Plaintext: opened.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
      } catch {
        throw new KmsError('InvalidCiphertextException', '')
      }
    },
  }

  const due = (action: string): Fault | undefined => {
    const found = faults.find(({ fault, left }) => left > 0 && (fault.action ?? action) === action)
    if (found) found.left -= 1
    return found?.fault
  }

  const answer = (request: IncomingMessage, text: string): { status: number; body: Record<string, unknown> } => {
    const action = String(request.headers['x-amz-target']).replace('TrentService.', '')
    const body = JSON.parse(text) as Record<string, unknown>
    asked.push({ action, body, authorization: String(request.headers.authorization) })
    try {
      const fault = due(action)
      if (fault) throw new KmsError(fault.type, fault.message ?? '', fault.status)
      const run = actions[action]
      if (!run) throw new KmsError('UnknownOperationException', '')
      return { status: 200, body: (twists.get(action) ?? ((same) => same))(run(body)) }
    } catch (error) {
      if (!(error instanceof KmsError)) throw error
      return { status: error.status, body: { __type: error.type, message: error.message } }
    }
  }

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    const { status, body } = answer(request, text)
    if (hanging) await new Promise<void>((resolve) => held.push(resolve))
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() })
    response.end(JSON.stringify(body))
  }

  const server: Server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const release = () => {
    hanging = false
    for (const go of held) go()
    held = []
  }
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    createKey(spec, usage) {
      const id = randomUUID()
      const arn = `arn:aws:kms:${region}:${account}:key/${id}`
      const { usage: usual = '', algorithms = [] } = specs[spec] ?? {}
      const common = { id, arn, spec, usage: usage ?? usual, algorithms, state: 'Enabled' as const }
      if (spec === 'SYMMETRIC_DEFAULT') keys.set(id, { ...common, secret: randomBytes(32) })
      else {
        const { privateKey, publicKey } = pairOf(spec)
        keys.set(id, { ...common, privateKey, spki: publicKey.export({ type: 'spki', format: 'der' }) })
      }
      return arn
    },
    setState(arn, state) {
      keyOf(arn).state = state
    },
    fail(fault) {
      faults = [...faults, { fault, left: fault.times ?? Number.POSITIVE_INFINITY }]
    },
    twist: (action, change) => void twists.set(action, change),
    hang() {
      hanging = true
    },
    release,
    async stop() {
      server.closeAllConnections()
      release()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}
