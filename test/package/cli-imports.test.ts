/** What a command line loads before it knows that it needs it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { beforeAll, expect, it } from 'vitest'
import { root } from '../support/program.js'

const main = 'src/cli/main.ts'
/** It loads the command that was named; for the help it loads all of them. */
const commands = 'src/cli/run.ts'

let inputs: Metafile['inputs']
let required: ReadonlySet<string>

beforeAll(async () => {
  const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  required = new Set(Object.keys(dependencies))
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [main],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  })
  inputs = metafile.inputs
})

interface Reached {
  readonly files: ReadonlySet<string>
  /** With the files that lead to each, the last one first. */
  readonly packages: ReadonlyMap<string, string>
}

function reached(follows: (kind: string, file: string) => boolean): Reached {
  const packages = new Map<string, string>()
  const files = new Set<string>()
  const visit = (file: string, way: string) => {
    if (files.has(file)) return
    files.add(file)
    for (const { path, kind, external } of inputs[file]?.imports ?? []) {
      if (!follows(kind, file)) continue
      if (!external) visit(path, `${path} < ${way}`)
      else if (!path.startsWith('node:')) {
        const parts = path.split('/').slice(0, path.startsWith('@') ? 2 : 1)
        packages.set(parts.join('/'), way)
      }
    }
  }
  visit(main, main)
  return { files, packages }
}

const optional = ({ packages }: Reached) => [...packages].filter(([name]) => !required.has(name))

it('no command, and not the help, loads a package that need not be installed', () => {
  const found = reached((kind, file) => kind === 'import-statement' || file === commands)
  expect(found.files).toContain('src/cli/commands/reconstruct.ts')
  expect(optional(found)).toEqual([])
})

it('what a page, a key service or a package needs is reached all the same, when it is asked for', () => {
  const found = reached(() => true)
  expect(optional(found).map(([name]) => name)).toEqual(
    expect.arrayContaining(['d3-scale', 'entities', 'ioredis', 'yazl']),
  )
})

it('no command is loaded before it is named', () => {
  const { files } = reached((kind) => kind === 'import-statement')
  expect([...files].filter((file) => file.startsWith('src/cli/commands/'))).toEqual([])
})
