/**
 * The core's own suite for any runtime with Node's modules: `node test/runtimes/suite.mjs test/vectors FOLDER [REDIS-URL]`,
 * after `npm run build`. Leaves receipts in the folder for others to verify. Prints TAP; ends with 1 when a case does not hold.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Keyring } from 'quittance'
import { verifyFile } from 'quittance/verify/node'
import { collectorCases } from './cases/collector.mjs'
import { conformanceCases } from './cases/conformance.mjs'
import { coreCases } from './cases/core.mjs'
import { fileCases } from './cases/files.mjs'
import { fileStoreCases, redisStoreCases, sodiumCases } from './cases/host-conformance.mjs'
import { ledgerCases } from './cases/ledger.mjs'
import { redactionCases } from './cases/redaction.mjs'
import { reportCases } from './cases/report.mjs'
import { sharedCases } from './cases/shared.mjs'
import { runCases } from './cases/tap.mjs'
import { vectorCases } from './cases/vectors.mjs'

const [folder, place, redis] = process.argv.slice(2)
if (place === undefined) throw new Error('usage: suite.mjs VECTORS FOLDER [REDIS-URL]')

const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))
const vectors = await Promise.all(
  manifest.vectors.map(async (vector) => ({
    ...vector,
    bytes: new Uint8Array(await readFile(join(folder, vector.file))),
  })),
)
const judge = ({ bytes, keyring, options }) =>
  verifyFile(Readable.from([bytes]), { ...options, keyring: Keyring.parse(keyring) })

const tell = (name, digest) => console.log(`# same ${name}: ${digest}`)
const failed = await runCases(
  [
    ...vectorCases(vectors, judge),
    ...coreCases(vectors),
    ...conformanceCases,
    ...fileStoreCases,
    ...sodiumCases,
    ...(redis === undefined ? [] : redisStoreCases(redis)),
    ...redactionCases,
    ...ledgerCases,
    ...collectorCases,
    ...fileCases,
    ...sharedCases(place, tell),
    ...reportCases(tell),
  ],
  (line) => console.log(line),
)
process.exitCode = failed.length === 0 ? 0 : 1
