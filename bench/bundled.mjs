// The library's inner modules as the package ships them: bundled by esbuild like dist/, without the helpers that tsx adds
// around every function.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * @param {string} name of the bundle
 * @param {Record<string, string>} modules what to export by name, from which file below src/
 * @returns {Promise<any>} the module
 */
export async function bundled(name, modules) {
  // below node_modules, so that the bundle finds the packages that it leaves out, and as deep as dist/, whose files find others by that
  const directory = join(root, 'node_modules', '.cache')
  mkdirSync(directory, { recursive: true })
  const outfile = join(directory, `quittance-bench-${name}-${process.pid}.mjs`)
  await build({
    absWorkingDir: root,
    stdin: {
      contents: Object.entries(modules)
        .map(([names, file]) => `export { ${names} } from './src/${file}'`)
        .join('\n'),
      resolveDir: root,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    define: { QUITTANCE_VERSION: '"bench"' },
    logLevel: 'warning',
  })
  return await import(pathToFileURL(outfile).href)
}
