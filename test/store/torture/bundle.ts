/** A child of these tests as one file of plain JavaScript, so that it starts in the time that Node itself takes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export interface Bundle {
  /** The path of the program. */
  readonly file: string
  remove(): Promise<void>
}

/** @param name - a file of this folder's `children`, without its ending */
export async function bundled(name: string): Promise<Bundle> {
  const folder = await mkdtemp(join(tmpdir(), 'quittance-child-'))
  const file = join(folder, `${name}.mjs`)
  await build({
    entryPoints: [fileURLToPath(new URL(`./children/${name}.ts`, import.meta.url))],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // what is CommonJS inside the bundle may ask for modules of Node itself
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url)",
    },
    logLevel: 'warning',
  })
  return { file, remove: () => rm(folder, { recursive: true, force: true }) }
}
