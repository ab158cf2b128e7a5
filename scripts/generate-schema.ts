/**
 * Writes the published JSON Schemas from the shapes in `src/receipt/schema/` and `src/report/schema/`.
 *
 *   npx tsx scripts/generate-schema.ts           writes schema/receipt.schema.json and schema/report.schema.json
 *   npx tsx scripts/generate-schema.ts --check   exits with 1 where one of them is stale
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { receiptSchema } from '../src/receipt/schema/json-schema.js'
import { reportSchema } from '../src/report/schema/json-schema.js'

const folder = fileURLToPath(new URL('../schema/', import.meta.url))
const schemas = { 'receipt.schema.json': receiptSchema(), 'report.schema.json': reportSchema() }

function written(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function settle(name: string, text: string, check: boolean): void {
  const file = `${folder}${name}`
  if (!check) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, text)
    console.log(`schema/${name} is written`)
  } else if (written(file) !== text) {
    console.error(`schema/${name} is stale: run npx tsx scripts/generate-schema.ts`)
    process.exitCode = 1
  } else {
    console.log(`schema/${name} is up to date`)
  }
}

const args = process.argv.slice(2)
if (args.some((arg) => arg !== '--check')) {
  console.error('usage: generate-schema.ts [--check]')
  process.exitCode = 2
} else {
  for (const [name, schema] of Object.entries(schemas))
    settle(name, `${JSON.stringify(schema, undefined, 2)}\n`, args.length > 0)
}
