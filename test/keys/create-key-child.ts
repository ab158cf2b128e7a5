/** Run by a test as its own process: waits for a line, then opens or creates the key file named, and prints its keyId. */
import { createInterface } from 'node:readline'
import { localKey } from '../../src/keys/local.js'

const file = process.argv[2]
if (file === undefined) throw new Error('name a file')
process.stdout.write('ready\n')
const lines = createInterface({ input: process.stdin })
lines.once('line', async () => {
  lines.close()
  const { keyId } = await localKey({ file, create: true }).signer()
  process.stdout.write(`${keyId}\n`)
})
