/**
 * Writes the published JSON Schema of a report from the shapes in `src/report/schema/`.
 *
 *   npx tsx scripts/generate-report-schema.ts           writes schema/report.schema.json
 *   npx tsx scripts/generate-report-schema.ts --check   exits with 1 where that file is stale
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { reportSchema } from '../src/report/schema/json-schema.js'

const folder = fileURLToPath(new URL('../schema/', import.meta.url))
const file = `${folder}report.schema.json`
const text = `${JSON.stringify(reportSchema(), undefined, 2)}\n`

function written(): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const args = process.argv.slice(2)
if (args.some((arg) => arg !== '--check')) {
  console.error('usage: generate-report-schema.ts [--check]')
  process.exitCode = 2
} else if (args.length === 0) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, text)
  console.log('schema/report.schema.json is written')
} else if (written() !== text) {
  console.error('schema/report.schema.json is stale: run npx tsx scripts/generate-report-schema.ts')
  process.exitCode = 1
} else {
  console.log('schema/report.schema.json is up to date')
}
