/** Programs in Go that the tests hold ours against: built where Go and their modules can be had. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

/**
 * @param folder - the program's, beside this file
 * @param least - the minor version of Go 1 that its modules ask for
 * @returns where it was built, or why it can't be; a program that does not build where it could is an error
 */
export function goProgram(folder: string, least: number): { readonly program: string; readonly reason?: string } {
  const source = fileURLToPath(new URL(`./${folder}/`, import.meta.url))
  const built = mkdtempSync(join(tmpdir(), 'quittance-interop-'))
  afterAll(() => rmSync(built, { recursive: true, force: true }))
  const program = join(built, process.platform === 'win32' ? 'program.exe' : 'program')
  const go = (...args: readonly string[]) =>
    spawnSync('go', args, { cwd: source, encoding: 'utf8', env: { ...process.env, GOTOOLCHAIN: 'local' } })
  const without = (reason: string) => {
    console.warn(`test/interop/${folder}: skipped, ${reason}`)
    return { program, reason }
  }
  const version = go('env', 'GOVERSION')
  if (version.error !== undefined) return without('Go is not on the PATH')
  const [, minor = '0'] = /^go1\.(\d+)/.exec(version.stdout) ?? []
  if (Number(minor) < least) return without(`${version.stdout.trim()} is older than 1.${least}`)
  const { status, stderr } = go('mod', 'download')
  if (status !== 0) return without(`the Go modules can't be had: ${stderr.trim().split('\n').at(-1)}`)
  const build = go('build', '-o', program, '.')
  if (build.status !== 0) throw new Error(build.stderr)
  return { program }
}
