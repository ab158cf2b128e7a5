// Bundles a program of ours into one text and writes it as a string module, so that it starts from the sources, from dist/ and
// from an application's own bundle alike. Such modules are not kept in git: they are made before a build and before the tests.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * @param {string} entry - the program's first file, from the root
 * @param {import('esbuild').BuildOptions} options - for whom it is
 * @returns {Promise<string>} the program as one text
 */
export async function bundledText(entry, options) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
  })
  return outputFiles[0].text.trim()
}

/** @returns {string} a text as a template literal of JavaScript */
const quoted = (text) => `\`${text.replace(/[\\`]|\$\{/g, '\\$&')}\``

/**
 * Writes a file, where it is not so already.
 *
 * @param {string} target - from the root
 * @param {string} made - its content
 */
export function writeWhereChanged(target, made) {
  const file = join(root, target)
  let before = ''
  try {
    before = readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  if (before !== made) writeFileSync(file, made)
}

/**
 * Writes a module that exports one text.
 *
 * @param {string} target - the module, from the root
 * @param {{ from: string, by: string, name: string, says: string, text: string }} module - what it was made from and by which script, the export, its comment
 */
export function writeTextModule(target, { from, by, name, says, text }) {
  writeWhereChanged(
    target,
    `// Made from ${from} by ${by}.\n\n/** ${says} */\nexport const ${name} = ${quoted(text)}\n`,
  )
}
