import { join } from 'node:path'
import { type AwsService, startAwsServer } from './aws-server.js'
import { pythonPrograms } from './python-venv.js'

/**
 * Starts moto: its KMS has no Ed25519 keys, and a real cipher (AES-GCM with the encryption context authenticated).
 * Everything is in memory.
 *
 * @example
 * const kms = await startMoto()
 * const client = new KMSClient({ endpoint: kms.endpoint, region: 'us-east-1', credentials })
 * await kms.stop()
 */
export async function startMoto(): Promise<AwsService> {
  const bin = await pythonPrograms('moto')
  return startAwsServer(
    join(bin, 'moto_server'),
    (port) => ({ args: ['-H', '127.0.0.1', '-p', String(port)] }),
    /Running on http/,
  )
}
