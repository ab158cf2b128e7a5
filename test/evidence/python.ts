/** The Python verifier, as a process that judges many things at once. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))
export const verifyPy = file('../../verifiers/verify.py')
export const verifyMjs = file('../../verifiers/verify.mjs')

/** Runs a program to its end. */
export function run(
  command: string,
  args: readonly string[],
  input = '',
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe' })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error(`${command} is not installed: apt-get install ${command}`) : error),
    )
    child.once('close', (code) => resolve({ code, stdout, stderr }))
    child.stdin.end(input)
  })
}

/** What is to be judged: a chain where there are `options`, else a package. */
export interface Asked {
  readonly file: string
  readonly keyring?: unknown
  readonly options?: unknown
  readonly policy?: string | undefined
  readonly now?: string | undefined
}

/** A signature to be judged: of an authority by its key and algorithm (DER), or of a cosigner by its key of ML-DSA-44. All in hex. */
export type AskedSignature = { readonly message: string; readonly signature: string } & (
  | { readonly spki: string; readonly algorithm: string }
  | { readonly mlDsa44: string }
)

/** @returns what the Python verifier says of each */
export async function judgedByPython<T>(
  asked: readonly (Asked | AskedSignature)[],
  ...flags: readonly string[]
): Promise<readonly T[]> {
  const { code, stdout, stderr } = await run(
    'python3',
    [file('./vectors.py'), verifyPy, ...flags],
    JSON.stringify(asked),
  )
  if (code !== 0) throw new Error(`python3 ended with ${code}: ${stderr}`)
  return JSON.parse(stdout) as T[]
}
