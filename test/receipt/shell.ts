/** Runs shell scripts with the tools of the machine; says which Debian package has one that is missing. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

const packages: { readonly [tool: string]: string } = {
  sh: 'dash',
  bash: 'bash',
  sed: 'sed',
  sha256sum: 'coreutils',
  openssl: 'openssl',
  jq: 'jq',
}

/** Throws one line where a tool is missing, or openssl is too old. */
export async function requireTools(...tools: readonly string[]): Promise<void> {
  for (const tool of tools) {
    // `command -v` is the shell's own, so that no further tool is needed to look
    const missing = await run('/bin/sh', ['-c', `command -v ${tool}`]).then(
      () => false,
      () => true,
    )
    if (missing) throw new Error(`${tool} is missing: on Debian, apt-get install ${packages[tool]}`)
  }
  if (!tools.includes('openssl')) return
  const { stdout } = await run('openssl', ['version'])
  if (!/^OpenSSL ([3-9]|\d\d)\./.test(stdout))
    throw new Error(`openssl 3 or later is missing: on Debian, apt-get install ${packages.openssl}`)
}

/** What a script printed and how it ended. */
export interface Ran {
  readonly status: number
  readonly output: string
}

/** Runs a script in a folder; never throws for its exit status. */
export async function runScript(
  shell: string,
  script: string,
  cwd: string,
  env: { readonly [name: string]: string } = {},
): Promise<Ran> {
  try {
    const { stdout, stderr } = await run(shell, ['-c', script], {
      cwd,
      env: { ...process.env, ...env },
      maxBuffer: 2 ** 28,
    })
    return { status: 0, output: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
    if (typeof code !== 'number') throw error
    return { status: code, output: stdout + stderr }
  }
}
