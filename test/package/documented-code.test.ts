/** Every TypeScript block in the docs, the README and the docstrings compiles against the built package as a user sees it. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root, run } from '../support/program.js'

/** Inside the package, so that `import 'quittance'` means this one. */
let work: string

beforeAll(async () => {
  await mkdir(join(root, 'test/.tmp'), { recursive: true })
  work = await mkdtemp(join(root, 'test/.tmp/docs-'))
})
afterAll(() => rm(work, { recursive: true, force: true }))

async function filesBelow(directory: string, ending: string): Promise<string[]> {
  const entries = await readdir(join(root, directory), { recursive: true })
  return entries.filter((name) => name.endsWith(ending)).map((name) => join(root, directory, name))
}

function blocksOf(text: string): string[] {
  return [...text.matchAll(/^[ \t]*(?:\* )?```ts\n([\s\S]*?)^[ \t]*(?:\* )?```/gm)].map(([, block = '']) =>
    block.replace(/^[ \t]*\* ?/gm, ''),
  )
}

describe('code in the documentation', () => {
  it('compiles', async () => {
    const sources = [
      join(root, 'README.md'),
      join(root, 'SECURITY.md'),
      ...(await filesBelow('docs', '.md')),
      ...(await filesBelow('src', '.ts')),
    ]
    let count = 0
    for (const file of sources) {
      for (const [index, block] of blocksOf(await readFile(file, 'utf8')).entries()) {
        const name = `${relative(root, file).replaceAll(/[^a-z0-9]+/gi, '-')}-${index}.ts`
        await writeFile(join(work, name), `${block}\nexport {}\n`)
        count += 1
      }
    }
    await writeFile(
      join(work, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../../tsconfig.json',
        compilerOptions: { rootDir: root, noEmit: true },
        include: ['*.ts'],
      }),
    )
    const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')
    const { code, stdout } = await run(process.execPath, [compiler, '-p', work])
    expect(stdout).toBe('')
    expect(code).toBe(0)
    expect(count).toBeGreaterThan(10)
  })

  it('runs, where it is the quickstart of the README', async () => {
    const [quickstart = ''] = blocksOf(await readFile(join(root, 'README.md'), 'utf8'))
    expect(quickstart).toContain('createLedger')
    const place = join(work, 'quickstart')
    await mkdir(place)
    await writeFile(join(place, 'quickstart.ts'), quickstart)
    const tsx = join(root, 'node_modules/tsx/dist/cli.mjs')
    const { code, stdout, stderr } = await run(process.execPath, [tsx, 'quickstart.ts'], { cwd: place })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^1 sha256:[0-9a-f]{64} \{ EMAIL: 1 \}\nVALID unproved\n$/)
    expect(code).toBe(0)
  })
})

describe('the examples', () => {
  it('run', async () => {
    const names = (await readdir(join(root, 'examples'))).filter((name) => name.endsWith('.ts'))
    expect(names.length).toBeGreaterThan(4)
    const tsx = join(root, 'node_modules/tsx/dist/cli.mjs')
    for (const name of names) {
      const { code, stderr } = await run(process.execPath, [tsx, join(root, 'examples', name)], { cwd: work })
      expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' })
    }
  })
})
