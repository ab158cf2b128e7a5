/**
 * Writes the published vectors into `test/vectors/`. They are frozen: `quittance/1` stays verifiable by every later
 * release, so a vector may be added, but never changed.
 *
 *   npx tsx scripts/generate-vectors.ts           writes what is missing; refuses to change what is there
 *   npx tsx scripts/generate-vectors.ts --check   exits with 1 where the folder is not what this script makes
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishedFiles } from '../test/verify/vectors/index.js'

const folder = fileURLToPath(new URL('../test/vectors/', import.meta.url))
const wanted = publishedFiles()

const present = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
  .filter((name) => name !== 'README.md')
const held = new Map(present.map((name) => [name, readFileSync(join(folder, name))]))

const missing = [...wanted.keys()].filter((name) => !held.has(name))
const unknown = [...held.keys()].filter((name) => !wanted.has(name))
const changed = [...wanted].filter(([name, bytes]) => held.get(name)?.equals(bytes) === false).map(([name]) => name)
// the manifest lists the vectors, so that it grows with them
const frozen = changed.filter((name) => name !== 'manifest.json')

const args = process.argv.slice(2)
const say = (what: string, names: readonly string[]) =>
  names.length > 0 && console.error(`${what}: ${names.join(', ')}`)

if (args.some((arg) => arg !== '--check')) {
  console.error('usage: generate-vectors.ts [--check]')
  process.exitCode = 2
} else if (args.includes('--check')) {
  say('missing', missing)
  say('unknown', unknown)
  say('changed', changed)
  if (missing.length + unknown.length + changed.length > 0) process.exitCode = 1
  else console.log(`the ${wanted.size} files of test/vectors are what this script makes`)
} else if (frozen.length + unknown.length > 0) {
  say('frozen, and would change', frozen)
  say('frozen, and would go', unknown)
  process.exitCode = 1
} else {
  for (const [name, bytes] of wanted) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  console.log(`test/vectors has ${wanted.size} files`)
}
