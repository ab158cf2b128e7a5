/** The runtimes that the tests start, and the bundles that they are given. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root, run } from '../support/program.js'
import type { Manifest } from '../verify/vectors/index.js'

/** A runtime that runs a file with Node's modules. */
export interface Host {
  readonly name: string
  /** As `scripts/ensure-runtimes.mjs` calls it. */
  readonly program: string
  /** What stands before the file. */
  readonly args: readonly string[]
}

export const hosts: readonly Host[] = [
  { name: 'Node 20', program: 'node-20', args: ['--no-warnings'] },
  { name: 'Node 22', program: 'node-22', args: [] },
  { name: 'Node 24', program: 'node-24', args: [] },
  { name: 'Bun', program: 'bun', args: [] },
  { name: 'Deno', program: 'deno', args: ['run', '--allow-all'] },
]

/** @returns where each program is; installs what is missing, or fails with the line that says how */
export async function programs(): Promise<Readonly<Record<string, string>>> {
  const { code, stdout, stderr } = await run(process.execPath, [join(root, 'scripts/ensure-runtimes.mjs')])
  if (code !== 0) throw new Error(stderr.trim().split('\n').at(-1))
  return JSON.parse(stdout) as Record<string, string>
}

/** What a run of the suite said. */
export interface Report {
  readonly passed: readonly string[]
  readonly failed: readonly string[]
  /** Digests of what must be the same everywhere, by what they are of. */
  readonly same: readonly string[]
  /** All of it, for a person to read. */
  readonly text: string
}

/**
 * @param text - what the suite printed
 * @returns it, taken apart
 * @throws Error when the suite did not come to its end
 */
export function readReport(text: string): Report {
  const lines = text.split('\n')
  const named = (pattern: RegExp) => lines.flatMap((line) => pattern.exec(line)?.[1] ?? [])
  const [passed, failed] = [named(/^ok \d+ - (.*)$/), named(/^not ok \d+ - (.*)$/)]
  const [planned] = named(/^1\.\.(\d+)$/)
  if (Number(planned) !== passed.length + failed.length) throw new Error(`the suite broke off:\n${text.slice(-2000)}`)
  return { passed, failed, same: named(/^# same (.*)$/), text }
}

/**
 * Bundles a file of this folder, the published vectors with it where it asks for them.
 *
 * @param file - its name
 * @param outfile - where the bundle goes
 * @param options - for a platform without Node, or as one global of a page
 */
export async function bundle(
  file: string,
  outfile: string,
  options: {
    readonly platform: 'node' | 'browser'
    readonly globalName?: string
    readonly minify?: boolean
    readonly external?: string[]
    readonly banner?: { readonly js: string }
  },
): Promise<void> {
  const { globalName, ...rest } = options
  await build({
    ...rest,
    ...(globalName === undefined ? { format: 'esm' } : { format: 'iife', globalName }),
    entryPoints: [join(root, 'test/runtimes', file)],
    bundle: true,
    outfile,
    // the package's own files lie outside of any node_modules here, where esbuild remarks on their bare imports
    logLevel: 'error',
    plugins: [
      {
        name: 'published-vectors',
        setup(hooks) {
          hooks.onResolve({ filter: /^published:vectors$/ }, ({ path }) => ({ path, namespace: 'published' }))
          hooks.onLoad({ filter: /./, namespace: 'published' }, async () => ({
            contents: JSON.stringify(await publishedVectors()),
            loader: 'json',
          }))
        },
      },
    ],
  })
}

async function publishedVectors() {
  const folder = join(root, 'test/vectors')
  const { vectors } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest
  return Promise.all(
    vectors.map(async (vector) => ({ ...vector, bytes: await readFile(join(folder, vector.file), 'base64') })),
  )
}
