// Writes src/store/lua/scripts.ts from the .lua files beside it, so that every bundler and runner takes them as text.
// With --check it only says whether that was done.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../src/store/lua', import.meta.url))
const target = join(folder, 'scripts.ts')
const camel = (file) => file.replace(/\.lua$/, '').replace(/-([a-z])/g, (_, letter) => letter.toUpperCase())
const quoted = (text) => `\`${text.replace(/[\\`]|\$\{/g, '\\$&')}\``

const files = readdirSync(folder)
  .filter((file) => file.endsWith('.lua'))
  .sort()
const entries = files.map((file) => {
  const text = readFileSync(join(folder, file), 'utf8')
  const sha1 = createHash('sha1').update(text).digest('hex')
  return `  ${camel(file)}: {\n    keys: ${Number(/^-- KEYS: (\d+)$/m.exec(text)?.[1])},\n    sha1: '${sha1}',\n    text: ${quoted(text)},\n  },\n`
})
const made = `// Made from the .lua files of this folder by scripts/generate-lua.mjs.

/** The scripts that run inside Redis: how many KEYS, the name that EVALSHA knows it by, and the text. */
export const scripts = {
${entries.join('')}} as const

/** The name of a script. */
export type ScriptName = keyof typeof scripts
`
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== made) {
    console.error('src/store/lua/scripts.ts is not what the .lua files make: run node scripts/generate-lua.mjs')
    process.exit(1)
  }
} else writeFileSync(target, made)
