import { join } from 'node:path'
import { type AwsService, startAwsServer } from './aws-server.js'
import { pythonPrograms } from './python-venv.js'

/**
 * Starts MiniStack with KMS, IAM and STS: real Ed25519 keys, aliases, key states and, with `auth`, IAM policies. Its
 * symmetric cipher is a toy: use moto where it matters. Everything is in memory.
 *
 * @param options - `auth`: signatures are checked and IAM policies decide
 * @example
 * const kms = await startMiniStack()
 * const client = new KMSClient({ endpoint: kms.endpoint, region: 'us-east-1', credentials })
 * await kms.stop()
 */
export async function startMiniStack(options: { readonly auth?: boolean | undefined } = {}): Promise<AwsService> {
  const bin = await pythonPrograms('ministack')
  return startAwsServer(
    join(bin, 'ministack'),
    (port) => ({
      args: [],
      env: {
        SERVICES: 'kms,iam,sts',
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        IOT_MTLS_ENABLED: '0',
        AUTH: options.auth === true ? 'true' : 'false',
      },
    }),
    /Running on http/,
  )
}
