import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCheckpoints } from '../../src/transparency/sinks/file.js'
import { gitSink } from '../../src/transparency/sinks/git.js'
import { run } from '../support/program.js'
import { published } from './sinks-support.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quittance-git-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const as = ['-c', 'user.name=somebody', '-c', 'user.email=somebody@localhost']

async function git(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run('git', [...as, ...args], { cwd })
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

/** What a reviewer has who clones it. */
async function cloned(repository: string): Promise<string> {
  const clone = await mkdtemp(join(directory, 'clone-'))
  await git(directory, 'clone', '--quiet', '--branch', 'checkpoints', repository, clone)
  return clone
}

describe('gitSink', () => {
  it('makes a commit a checkpoint, which a clone has as files', async () => {
    const repository = join(directory, 'log.git')
    const author = { name: 'acme logs', email: 'logs@acme.example' }
    const sink = gitSink({ repository, author })
    const given = [await published(3), await published(12, { timestamps: [Uint8Array.of(48, 1, 7)] })]
    for (const one of given) await sink.publish(one)
    expect(await git(repository, 'log', '--format=%an <%ae> %s', 'checkpoints')).toBe(
      [
        'acme logs <logs@acme.example> Checkpoint log.example/acme 12',
        'acme logs <logs@acme.example> Checkpoint log.example/acme 3',
      ].join('\n'),
    )
    const found = await readCheckpoints(await cloned(repository))
    expect(found.map(({ note, timestamps }) => ({ note, timestamps }))).toEqual(
      given.map(({ note, timestamps }) => ({ note, timestamps })),
    )
    await git(repository, 'fsck', '--strict')
  })

  it('commits nothing twice, adds signatures, and refuses another root', async () => {
    const repository = join(directory, 'log.git')
    const sink = gitSink({ repository })
    await sink.publish(await published(5, { by: ['checkpoints'] }))
    await sink.publish(await published(5, { by: ['checkpoints'] }))
    expect(await git(repository, 'rev-list', '--count', 'checkpoints')).toBe('1')
    await gitSink({ repository }).publish(await published(5, { by: ['checkpoints', 'witness-a'] }))
    expect(await git(repository, 'rev-list', '--count', 'checkpoints')).toBe('2')
    await expect(sink.publish(await published(5, { root: 99 }))).rejects.toMatchObject({ code: 'TLOG_REFUSED' })
    const [found] = await readCheckpoints(await cloned(repository))
    expect(found?.note).toBe((await published(5, { by: ['checkpoints', 'witness-a'] })).note)
  })

  it('gives back the largest note of an origin, also one that only the remote has', async () => {
    const remote = join(directory, 'remote.git')
    await git(directory, 'init', '--quiet', '--bare', remote)
    const first = gitSink({ repository: join(directory, 'one.git'), remote })
    expect(await first.newest?.('log.example/acme')).toBeUndefined()
    const given = [await published(9), await published(10), await published(70, { origin: 'log.example/other' })]
    for (const one of given) await first.publish(one)
    expect(await first.newest?.('log.example/acme')).toBe(given[1]?.note)
    expect(await first.newest?.('log.example/none')).toBeUndefined()
    // the repository of this machine went back with the rest of it
    const again = gitSink({ repository: join(directory, 'two.git'), remote })
    expect(await again.newest?.('log.example/acme')).toBe(given[1]?.note)
    expect(await gitSink({ repository: join(directory, 'one.git') }).newest?.('log.example/other')).toBe(given[2]?.note)
    const away = gitSink({ repository: join(directory, 'one.git'), remote: join(directory, 'nowhere.git') })
    await expect(away.newest?.('log.example/acme')).rejects.toMatchObject({ code: 'TLOG_UNAVAILABLE' })
  })

  it('keeps what two of them commit to one repository at the same time', async () => {
    const repository = join(directory, 'log.git')
    const [one, other] = [gitSink({ repository }), gitSink({ repository })]
    await one.publish(await published(1))
    const sizes = Array.from({ length: 6 }, (_, index) => index + 2)
    const outcomes = await Promise.allSettled(
      sizes.map(async (size) => (size % 2 === 0 ? one : other).publish(await published(size))),
    )
    const told = sizes.filter((_, index) => outcomes[index]?.status === 'fulfilled')
    const there = (await readCheckpoints(await cloned(repository))).map(({ size }) => size)
    // what was promised is there, and the branch only grew
    expect(there).toEqual(expect.arrayContaining([1, ...told]))
    expect(told.length).toBeGreaterThan(0)
  })

  it('leaves the work tree of a repository as it is', async () => {
    const repository = join(directory, 'work')
    await git(directory, 'init', '--quiet', '--initial-branch=main', repository)
    await git(repository, 'commit', '--quiet', '--allow-empty', '-m', 'begin')
    await gitSink({ repository }).publish(await published(5))
    expect(await git(repository, 'status', '--porcelain')).toBe('')
    expect(await git(repository, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main')
    expect(await git(repository, 'rev-list', '--count', 'checkpoints')).toBe('1')
  })

  it('does not take a directory inside another repository for that repository', async () => {
    const outer = join(directory, 'outer')
    await git(directory, 'init', '--quiet', outer)
    const repository = join(outer, 'inner.git')
    await gitSink({ repository }).publish(await published(5))
    expect(await git(repository, 'rev-list', '--count', 'checkpoints')).toBe('1')
    expect(await git(outer, 'for-each-ref')).toBe('')
  })

  it('pushes to a remote, again after it was away, and never by force', async () => {
    const repository = join(directory, 'log.git')
    const remote = join(directory, 'remote.git')
    const sink = gitSink({ repository, remote })
    await expect(sink.publish(await published(3))).rejects.toMatchObject({
      code: 'TLOG_UNAVAILABLE',
      details: { retryable: true, reason: 'push' },
    })
    await git(directory, 'init', '--quiet', '--bare', remote)
    await sink.publish(await published(3))
    await sink.publish(await published(4))
    expect((await readCheckpoints(await cloned(remote))).map(({ size }) => size)).toEqual([3, 4])
    // somebody else's history stands there now
    const foreign = await mkdtemp(join(directory, 'foreign-'))
    await git(foreign, 'init', '--quiet')
    await git(foreign, 'commit', '--quiet', '--allow-empty', '-m', 'other')
    await git(foreign, 'push', '--quiet', '--force', remote, 'HEAD:refs/heads/checkpoints')
    await expect(sink.publish(await published(5))).rejects.toMatchObject({
      code: 'TLOG_REFUSED',
      details: { reason: 'rejected' },
    })
    expect(await git(remote, 'log', '--format=%s', 'checkpoints')).toBe('other')
  })

  it('says why in git’s own words: one line, without what moves a cursor, and without a password', async () => {
    const repository = join(directory, 'log.git')
    const nowhere = gitSink({ repository, remote: join(directory, 'nowhere.git') })
    await expect(nowhere.publish(await published(3))).rejects.toThrow(/^git could not push: fatal: .*nowhere\.git/)
    const remote = join(directory, 'remote.git')
    await git(directory, 'init', '--quiet', '--bare', remote)
    const hook = join(remote, 'hooks', 'pre-receive')
    await writeFile(hook, `#!/bin/sh\nprintf '\\033[2Jread only ${'x'.repeat(300)}\\nmore\\n' >&2\nexit 1\n`, {
      mode: 0o755,
    })
    const refused = await gitSink({ repository, remote })
      .publish(await published(3))
      .catch((error: Error) => error.message)
    expect(refused).toMatch(/^the remote refuses the commit: .*: remote: \S* ?\[2Jread only x+$/)
    expect(refused).toHaveLength(String(refused).lastIndexOf(': remote: ') + 2 + 200)
    // nobody listens there
    const secret = gitSink({ repository, remote: 'http://somebody:hunter2@127.0.0.1:9/log.git' })
    const said = await secret.publish(await published(3)).catch((error: Error) => error.message)
    expect(said).toMatch(/^git could not push: fatal: .*127\.0\.0\.1:9/)
    expect(said).not.toContain('hunter2')
  })

  it('stops with its signal, and refuses options that make no sense', async () => {
    const sink = gitSink({ repository: join(directory, 'log.git') })
    await expect(sink.publish(await published(3), { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    )
    await sink.publish(await published(3))
    expect(() => gitSink({ repository: '' })).toThrow(TypeError)
    for (const branch of ['-x', 'a..b', 'a/', 'a b', 'x.lock', ''])
      expect(() => gitSink({ repository: directory, branch })).toThrow(RangeError)
    expect(() => gitSink({ repository: directory, remote: '--upload-pack=x' })).toThrow(RangeError)
    expect(() => gitSink({ repository: directory, author: { name: 'a\nb', email: 'c' } })).toThrow(RangeError)
  })
})
