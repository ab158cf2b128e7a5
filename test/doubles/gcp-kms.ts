/**
 * A double of Cloud KMS: a real gRPC server on loopback, made from the protos that `@google-cloud/kms` ships, with keys of
 * node:crypto. It plays the documented answers of GetPublicKey, AsymmetricSign and ListCryptoKeyVersions, and any fault that
 * a test asks for. It is not the service.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createRequire } from 'node:module'
import { KeyManagementServiceClient } from '@google-cloud/kms'
import {
  credentials,
  type GrpcObject,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import { crc32c } from '@node-rs/crc32'

/** One key version as the double keeps it. */
export interface DoubleVersion {
  readonly name: string
  state: string
  algorithm: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** Which call a fault is for. */
export type DoubleMethod = 'GetPublicKey' | 'AsymmetricSign' | 'ListCryptoKeyVersions'
type Fields = Record<string, unknown>

/** What the double does instead of what the service does; cleared with `faults.length = 0`. */
export interface DoubleFault {
  readonly method: DoubleMethod
  /** How many calls it is for; default all. */
  times?: number
  /** Answers with a gRPC status. */
  readonly status?: { readonly code: number; readonly details: string }
  /** Changes a good answer. */
  readonly change?: (answer: Fields) => Fields
  /** Never answers. */
  readonly silent?: boolean
}

/** The double. */
export interface GcpKmsDouble {
  readonly key: string
  readonly port: number
  readonly versions: DoubleVersion[]
  readonly faults: DoubleFault[]
  readonly calls: { readonly method: DoubleMethod; readonly request: Fields }[]
  /** Makes a version; its number is the next. */
  addVersion(algorithm?: string): DoubleVersion
  /** The official client, pointed at the double. */
  client(): KeyManagementServiceClient
  stop(): Promise<void>
}

const require = createRequire(import.meta.url)
const keyName = 'projects/acme/locations/europe-west3/keyRings/audit/cryptoKeys/receipts'

class Refused extends Error {
  constructor(
    readonly code: number,
    readonly details: string,
  ) {
    super(details)
  }
}

const found = (versions: readonly DoubleVersion[], name: unknown): DoubleVersion => {
  const version = versions.find((one) => one.name === name)
  if (version === undefined) throw new Refused(status.NOT_FOUND, `CryptoKeyVersion ${String(name)} not found.`)
  if (version.state !== 'ENABLED')
    throw new Refused(status.FAILED_PRECONDITION, `${version.name} is not enabled, current state is: ${version.state}.`)
  return version
}

const wrapped = (value: number) => ({ value: String(value) })

const answers: Readonly<Record<DoubleMethod, (versions: readonly DoubleVersion[], request: Fields) => Fields>> = {
  GetPublicKey(versions, { name }) {
    const { publicKey, algorithm } = found(versions, name)
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    return { name, algorithm, pem, pemCrc32c: wrapped(crc32c(pem)), protectionLevel: 'SOFTWARE' }
  },
  AsymmetricSign(versions, request) {
    const { privateKey } = found(versions, request.name)
    const data = request.data as Buffer
    if (request.digest) throw new Refused(status.INVALID_ARGUMENT, 'EC_SIGN_ED25519 needs data, not digest')
    if (data.length > 65_536) throw new Refused(status.INVALID_ARGUMENT, 'data is over 64 KiB')
    const sum = request.dataCrc32c as { value: string } | null
    if (sum && Number(sum.value) !== crc32c(data))
      throw new Refused(
        status.INVALID_ARGUMENT,
        'The checksum in field data_crc32c did not match the data in field data.',
      )
    const signature = sign(null, data, privateKey)
    return {
      name: request.name,
      signature,
      signatureCrc32c: wrapped(crc32c(signature)),
      verifiedDataCrc32c: sum !== null && sum !== undefined,
      protectionLevel: 'SOFTWARE',
    }
  },
  ListCryptoKeyVersions(versions, { parent }) {
    if (parent !== keyName) throw new Refused(status.NOT_FOUND, `CryptoKey ${String(parent)} not found.`)
    const cryptoKeyVersions = versions.map(({ name, state, algorithm }) => ({ name, state, algorithm }))
    return { cryptoKeyVersions, totalSize: cryptoKeyVersions.length }
  },
}

function serviceDefinition() {
  const json = require('@google-cloud/kms/build/protos/protos.json') as Parameters<typeof fromJSON>[0]
  const definition = fromJSON(json, { keepCase: false, longs: String, enums: String, defaults: true, oneofs: true })
  const at = ['google', 'cloud', 'kms', 'v1'].reduce(
    (here, name) => here[name] as GrpcObject,
    loadPackageDefinition(definition),
  )
  return (at.KeyManagementService as ServiceClientConstructor).service
}

/**
 * Starts the double with one key that has one version.
 *
 * @example
 * const kms = await startGcpKmsDouble()
 * const keys = gcpKmsKey({ client: kms.client(), keyVersion: kms.versions[0].name })
 */
export async function startGcpKmsDouble(): Promise<GcpKmsDouble> {
  const versions: DoubleVersion[] = []
  const faults: DoubleFault[] = []
  const calls: { method: DoubleMethod; request: Fields }[] = []
  const clients: KeyManagementServiceClient[] = []

  const handle =
    (method: DoubleMethod) =>
    ({ request }: { request: Fields }, done: (error: object | null, answer?: Fields) => void) => {
      calls.push({ method, request })
      const fault = faults.find((one) => one.method === method && one.times !== 0)
      if (fault?.times !== undefined) fault.times -= 1
      if (fault?.silent) return
      try {
        if (fault?.status) throw new Refused(fault.status.code, fault.status.details)
        const answer = answers[method](versions, request)
        done(null, fault?.change ? fault.change(answer) : answer)
      } catch (error) {
        if (error instanceof Refused) done({ code: error.code, details: error.details })
        else done({ code: status.INTERNAL, details: String(error) })
      }
    }

  const server = new Server()
  const implementation = Object.fromEntries(
    (Object.keys(answers) as DoubleMethod[]).map((method) => [method, handle(method)]),
  )
  server.addService(serviceDefinition(), implementation as unknown as UntypedServiceImplementation)
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })

  const addVersion = (algorithm = 'EC_SIGN_ED25519'): DoubleVersion => {
    const name = `${keyName}/cryptoKeyVersions/${versions.length + 1}`
    const version = { name, state: 'ENABLED', algorithm, ...generateKeyPairSync('ed25519') }
    versions.push(version)
    return version
  }
  addVersion()

  return {
    key: keyName,
    port,
    versions,
    faults,
    calls,
    addVersion,
    client() {
      // else the client asks the network for the metadata of a machine of Google's
      process.env.METADATA_SERVER_DETECTION = 'none'
      const client = new KeyManagementServiceClient({
        apiEndpoint: '127.0.0.1',
        port,
        sslCreds: credentials.createInsecure(),
        projectId: 'acme',
      })
      clients.push(client)
      return client
    },
    async stop() {
      await Promise.all(clients.map((client) => client.close()))
      server.forceShutdown()
    },
  }
}
