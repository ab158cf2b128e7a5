/** Checkpoints in a git repository: a commit each, pushed to where others keep it. */
import { spawn } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { QuittanceError } from '../../errors.js'
import { utf8 } from '../../primitives/bytes.js'
import { sha256Hex } from '../../primitives/sha256.js'
import { readCheckpoint } from '../../tlog/checkpoint.js'
import type { CheckpointSink, PublishedCheckpoint } from '../types.js'
import { mergedNote, type NoteFile, newestOf, noteFiles } from './note-files.js'

/** Where the commits go, and in whose name. */
export interface GitSinkOptions {
  /** A repository of this machine, with a work tree or bare; a bare one is made where there is none. */
  readonly repository: string
  /** The branch, which nobody should have checked out there; default `checkpoints`. One writer a branch. */
  readonly branch?: string | undefined
  /** The name or URL of a remote that each commit is pushed to, never by force. */
  readonly remote?: string | undefined
  /** Who the commits are by; default `quittance <quittance@localhost>`. */
  readonly author?: { readonly name: string; readonly email: string } | undefined
}

interface Ran {
  readonly code: number | null
  readonly stdout: Buffer
  /** Why not, in git's own words. */
  readonly said: string | undefined
}

const MAX_STDERR = 10_000
const MAX_SAID = 200
/** How often a commit is repeated that another process got ahead of. */
const MAX_TRIES = 5

/** What leads git elsewhere; how to reach a remote is left as it is. */
const misleading = /^GIT_(?!SSH|ASKPASS|PROXY|SSL|TRACE)/

function environment(repository: string): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !misleading.test(name)))
  // a directory in another repository is not taken for that
  return { ...env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_CEILING_DIRECTORIES: dirname(repository) }
}

/** The first line that git wrote and that is no mere warning, with nobody's password. */
function saidIn(stderr: Buffer): string | undefined {
  const lines = stderr
    .toString('utf8')
    .split('\n')
    .map((one) => one.replace(/\p{C}+/gu, ' ').trim())
    .filter((one) => one !== '')
  const line = lines.find((one) => !/^(?:warning|hint):/.test(one)) ?? lines[0]
  return line?.replace(/:\/\/[^/\s]*@/g, '://').slice(0, MAX_SAID)
}

const withSaid = (message: string, said: string | undefined): string =>
  said === undefined ? message : `${message}: ${said}`

function unavailable(what: string, reason: string | undefined, said?: string, cause?: unknown): QuittanceError {
  return new QuittanceError('TLOG_UNAVAILABLE', withSaid(`git could not ${what}`, said), {
    details: { reason, retryable: true },
    cause,
  })
}

/** Runs git without a shell. */
function git(
  repository: string,
  args: readonly string[],
  { input = '', signal }: { readonly input?: string | Uint8Array; readonly signal?: AbortSignal | undefined } = {},
): Promise<Ran> {
  return new Promise((done, fail) => {
    const durable = ['-c', 'core.fsync=all', '-c', 'core.fsyncObjectFiles=true', '-c', 'gc.auto=0']
    const child = spawn('git', [...durable, ...args], { cwd: repository, env: environment(repository), signal })
    const out: Buffer[] = []
    const err: Buffer[] = []
    let errBytes = 0
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      if (errBytes < MAX_STDERR) err.push(chunk)
      errBytes += chunk.length
    })
    child.on('error', fail)
    child.on('close', (code) => done({ code, stdout: Buffer.concat(out), said: saidIn(Buffer.concat(err)) }))
    // one that ended early says so by its code
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

/** No more than 10,000 names in a tree, so that a commit stays small. */
function pathOf(name: string): string {
  const [origin = '', size = ''] = name.split(/[-.]/)
  return [origin, size.slice(0, 4), size.slice(4, 8), size.slice(8, 12), name].join('/')
}

const nothing: PublishedCheckpoint = { kind: 'log', chainId: '', origin: '', size: 0, note: '', timestamps: [] }
const namePattern = /^[^\n<>]{1,200}$/
const branchPattern = /^(?!.*(?:\.\.|\/\/|\/\.|\.lock(?:\/|$)))[A-Za-z0-9][A-Za-z0-9._/-]*(?<![/.])$/

function checked({ repository, branch = 'checkpoints', remote, author }: GitSinkOptions) {
  if (typeof repository !== 'string' || repository === '') throw new TypeError('repository must be a path')
  if (typeof branch !== 'string' || !branchPattern.test(branch))
    throw new RangeError('branch must be the name of a branch')
  if (remote !== undefined && (typeof remote !== 'string' || remote === '' || remote.startsWith('-')))
    throw new RangeError('remote must be the name or URL of a remote')
  const { name, email } = author ?? { name: 'quittance', email: 'quittance@localhost' }
  if (!namePattern.test(name) || !namePattern.test(email)) throw new RangeError('author must have a name and an email')
  return { repository: resolve(repository), branch, remote, person: `${name} <${email}>` }
}

/**
 * Commits each checkpoint to a branch of a git repository, as the files that `fileSink` writes, and pushes it where a remote is
 * named. The branch only ever grows; work trees are not touched. A reviewer's clone then has the log's whole history, and git
 * refuses to take back what it has. Needs the `git` program, 2.20 or newer.
 *
 * @param options - `repository` is required
 * @returns the sink
 * @throws TypeError, RangeError naming the option; from `publish` QuittanceError `TLOG_REFUSED` for a fork, or where the
 *   remote's branch does not lead to ours; `TLOG_UNAVAILABLE`
 * @example
 * ```ts
 * import { gitSink } from 'quittance/transparency'
 * const sinks = [gitSink({ repository: './checkpoints.git', remote: 'git@git.example:audit/checkpoints.git' })]
 * ```
 */
export function gitSink(options: GitSinkOptions): CheckpointSink {
  const { repository, branch, remote, person } = checked(options)
  const ref = `refs/heads/${branch}`
  let turn: Promise<unknown> = Promise.resolve()
  let pushed: string | undefined

  const run = async (what: string, args: readonly string[], given: Parameters<typeof git>[2]): Promise<Ran> => {
    try {
      return await git(repository, args, given)
    } catch (error) {
      if (given?.signal?.aborted) throw given.signal.reason
      const { code } = error as NodeJS.ErrnoException
      throw unavailable(what, code, code, error)
    }
  }

  const prepare = async (signal: AbortSignal | undefined): Promise<void> => {
    try {
      await mkdir(repository, { recursive: true })
      if ((await readdir(repository)).length > 0) return
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw unavailable('open the repository', code, code, error)
    }
    const { code, said } = await run('make the repository', ['init', '--quiet', '--bare'], { signal })
    if (code !== 0) throw unavailable('make the repository', 'init', said)
  }

  /** @returns the commit that the branch is at */
  const tip = async (signal: AbortSignal | undefined): Promise<string | undefined> => {
    const args = ['for-each-ref', '--format=%(objectname)', ref]
    const { code, stdout, said } = await run('read the branch', args, { signal })
    if (code !== 0) throw unavailable('read the branch', 'for-each-ref', said)
    return stdout.toString('latin1').trim() || undefined
  }

  /** @returns the content of a file, `undefined` where there is none */
  const contentAt = async (
    commit: string,
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> => {
    const given = { input: `${commit}:${path}\n`, signal }
    const { code, stdout, said } = await run('read a file', ['cat-file', '--batch'], given)
    if (code !== 0) throw unavailable('read a file', 'cat-file', said)
    const head = stdout.indexOf('\n')
    const first = stdout.toString('latin1', 0, head)
    if (first.endsWith(' missing')) return undefined
    return stdout.toString('utf8', head + 1, head + 1 + Number(first.split(' ')[2]))
  }

  /** @returns the files that are to be written; none where all is there */
  const lacking = async (
    checkpoint: PublishedCheckpoint,
    commit: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<NoteFile[]> => {
    const { name, tokens } = noteFiles(checkpoint)
    if (commit === undefined) return [{ name, content: utf8(checkpoint.note) }, ...tokens]
    const files: NoteFile[] = []
    const there = await contentAt(commit, pathOf(name), signal)
    const note = there === undefined ? checkpoint.note : mergedNote(checkpoint.note, there)
    if (note !== undefined) files.push({ name, content: utf8(note) })
    for (const token of tokens)
      if ((await contentAt(commit, pathOf(token.name), signal)) === undefined) files.push(token)
    return files
  }

  /** One commit, which git refuses if the branch is no longer where it was. */
  const commitOn = async (
    commit: string | undefined,
    files: readonly NoteFile[],
    { origin, size }: PublishedCheckpoint,
    signal: AbortSignal | undefined,
  ): Promise<Ran> => {
    const message = `Checkpoint ${origin} ${size}\n`
    const parts: Uint8Array[] = [
      utf8(`commit ${ref}\ncommitter ${person} ${Math.floor(Date.now() / 1_000)} +0000\n`),
      utf8(`data ${utf8(message).length}\n${message}`),
      utf8(commit === undefined ? '' : `from ${commit}\n`),
    ]
    for (const { name, content } of files)
      parts.push(utf8(`M 100644 inline ${pathOf(name)}\ndata ${content.length}\n`), content, utf8('\n'))
    parts.push(utf8('done\n'))
    const args = ['fast-import', '--quiet', '--done', '--date-format=raw']
    return run('commit', args, { input: Buffer.concat(parts), signal })
  }

  const commit = async (checkpoint: PublishedCheckpoint, signal: AbortSignal | undefined): Promise<string> => {
    for (let tries = 1; ; tries += 1) {
      const before = await tip(signal)
      const files = await lacking(checkpoint, before, signal)
      if (before !== undefined && files.length === 0) return before
      const { code, said } = await commitOn(before, files, checkpoint, signal)
      if (code === 0) {
        const now = await tip(signal)
        if (now !== undefined && now !== before) return now
      }
      if (tries >= MAX_TRIES) throw unavailable('commit', 'fast-import', said)
    }
  }

  const push = async (at: string, signal: AbortSignal | undefined): Promise<void> => {
    if (remote === undefined || pushed === at) return
    const args = ['push', '--porcelain', remote, `${at}:${ref}`]
    const { code, stdout, said } = await run('push', args, { signal })
    if (code !== 0) {
      if (!/^!.*\[(?:remote )?rejected\]/m.test(stdout.toString('latin1'))) throw unavailable('push', 'push', said)
      const message = 'the remote refuses the commit: its branch does not lead to ours, or it takes none'
      throw new QuittanceError('TLOG_REFUSED', withSaid(message, said), { details: { reason: 'rejected' } })
    }
    pushed = at
  }

  /** @returns the commit that the remote's branch is at, which is then here as well */
  const remoteTip = async (signal: AbortSignal | undefined): Promise<string | undefined> => {
    if (remote === undefined) return undefined
    const listed = await run('ask the remote', ['ls-remote', '--quiet', remote, ref], { signal })
    if (listed.code !== 0) throw unavailable('ask the remote', 'ls-remote', listed.said)
    const commit = /^([0-9a-f]{40,64})\t/.exec(listed.stdout.toString('latin1'))?.[1]
    if (commit === undefined) return undefined
    const { code, said } = await run('fetch', ['fetch', '--quiet', '--no-tags', remote, ref], { signal })
    if (code !== 0) throw unavailable('fetch', 'fetch', said)
    return commit
  }

  /** @returns the path of the largest note of an origin in a commit */
  const newestIn = async (commit: string, origin: string, signal: AbortSignal | undefined) => {
    const folder = `${pathOf(noteFiles({ ...nothing, origin }).name).split('/')[0]}/`
    const args = ['ls-tree', '-r', '--name-only', '-z', commit, '--', folder]
    const { code, stdout, said } = await run('list the files', args, { signal })
    if (code !== 0) throw unavailable('list the files', 'ls-tree', said)
    const names = stdout.toString('utf8').split('\0')
    return newestOf(
      origin,
      names.map((path) => path.slice(path.lastIndexOf('/') + 1)),
    )
  }

  const newest = async (origin: string, signal: AbortSignal | undefined): Promise<string | undefined> => {
    await prepare(signal)
    let found: { readonly name: string; readonly commit: string } | undefined
    for (const commit of [await tip(signal), await remoteTip(signal)]) {
      const name = commit === undefined ? undefined : await newestIn(commit, origin, signal)
      if (commit !== undefined && name !== undefined && (found === undefined || name > found.name))
        found = { name, commit }
    }
    return found && contentAt(found.commit, pathOf(found.name), signal)
  }

  return {
    name: 'git',
    id: `git:${sha256Hex(`${repository}\n${branch}\n${remote ?? ''}`).slice(0, 16)}`,
    publish(checkpoint, { signal } = {}) {
      const mine = turn.then(async () => {
        signal?.throwIfAborted()
        // refused before anything is touched
        readCheckpoint(checkpoint.note)
        await prepare(signal)
        await push(await commit(checkpoint, signal), signal)
      })
      turn = mine.catch(() => undefined)
      return mine
    },
    newest(origin, { signal } = {}) {
      const mine = turn.then(() => newest(origin, signal))
      turn = mine.catch(() => undefined)
      return mine
    },
    async close() {
      await turn
    },
  }
}
