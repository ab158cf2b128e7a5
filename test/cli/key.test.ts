/** `quittance key …` */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ReceiptCollector } from '../../src/collector/index.js'
import { Keyring, type KeyUse } from '../../src/keys/keyring.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { fileStore } from '../../src/store/file.js'
import { keyProviderFromUrl } from '../../src/url.js'
import { runCli } from './run-cli.js'

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-key-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cwd, { recursive: true })
})

const cli = (args: readonly string[], env: Record<string, string> = {}) => runCli(args, { cwd, env })
const made = async (name: string) => (await cli(['keygen', name])).stdout.trim()
const url = (name: string) => pathToFileURL(join(cwd, name)).href
const keyringOf = async (keys: Record<string, KeyUse[]>, name = 'keyring.json') => {
  const entries = Object.entries(keys).map(([keyId, uses]) => ({ keyId, uses }))
  await writeFile(join(cwd, name), JSON.stringify(new Keyring(entries)))
}

async function emit(keyUrl: string, chains: readonly string[]) {
  const keyring = Keyring.parse(await readFile(join(cwd, 'keyring.json'), 'utf8'))
  const keys = keyProviderFromUrl(keyUrl)
  const ledger = createLedger({ store: fileStore(join(cwd, 'receipts')), keys, keyring, redactor: false })
  for (const chainId of chains)
    await new ReceiptCollector({ ledger, tenantId: 'acme', chainId })
      .setInput('in')
      .setOutput('out')
      .setAction('allow')
      .emit()
  await ledger.close()
}

const verdict = async (chain: string, keyring = 'keyring.json') => {
  const { stdout } = await cli(['verify', './receipts', '--chain', chain, '--keyring', keyring, '--json'])
  return JSON.parse(stdout).verdict
}

describe('key show', () => {
  test('prints the did:key alone on stdout, and what a verifier trusts on stderr', async () => {
    const keyId = await made('a.pem')
    for (const args of [['a.pem'], ['file:./a.pem'], ['a.pem', '--try']]) {
      const { code, stdout, stderr } = await cli(['key', 'show', ...args])
      expect([code, stdout]).toEqual([0, `${keyId}\n`])
      expect(stderr).toContain('provider local')
      expect(stderr).toContain(`  ${keyId}  receipt\n`)
    }
    const env = { QUITTANCE_KEY_URL: 'file:./a.pem' }
    const json = JSON.parse((await cli(['key', 'show', '--json', '--try'], env)).stdout)
    expect(json).toEqual({ keyId, provider: 'local', publicKeys: [{ keyId }], signed: true })
  })

  test('says what is wrong, and repeats nothing of the URL', async () => {
    for (const [args, code] of [
      [['absent.pem'], 'KEY_NOT_FOUND'],
      [['vault://canary@v.example/transit/x'], 'KEY_URL'],
      [[], 'USAGE'],
    ] as const) {
      const found = await cli(['key', 'show', ...args, '--json'])
      expect([found.code, found.stdout, JSON.parse(found.stderr).error.code]).toEqual([2, '', code])
      expect(found.stderr).not.toContain('canary')
    }
  })
})

describe('key rotate', () => {
  test('hands chains over, and verifiers follow by the use rotate', async () => {
    const [old, next] = [await made('old.pem'), await made('new.pem')]
    await keyringOf({ [old]: ['receipt', 'rotate'] })
    await emit(url('old.pem'), ['acme', 'bank'])
    const args = ['--key', 'old.pem', '--to', 'new.pem', '--keyring', 'keyring.json']
    const one = await cli(['key', 'rotate', './receipts', '--chain', 'acme', ...args])
    expect([one.code, one.stderr]).toEqual([0, ''])
    expect(one.stdout).toMatch(new RegExp(`^acme  ${old} hands over to ${next} at seq 2\n$`))
    expect(await verdict('acme')).toBe('VALID')
    const json = await cli(['key', 'rotate', './receipts', '--chain', 'bank', ...args, '--json'])
    expect(JSON.parse(json.stdout)).toEqual({ rotated: [{ chainId: 'bank', seq: 2, from: old, to: next }] })
    // the old key is as good as before, until its window ends
    const retired = await cli([
      'keyring',
      'build',
      '--from',
      'keyring.json',
      '--retire',
      `${old}=${new Date().toISOString()}`,
    ])
    await writeFile(join(cwd, 'keyring.json'), retired.stdout)
    const again = await cli(['key', 'rotate', './receipts', '--all', ...args])
    expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/\[LEDGER_KEY_UNTRUSTED\]/)])
    expect(await verdict('acme')).toBe('VALID')
  })

  test('of every chain at once leaves each signed by the new key', async () => {
    const [old, next] = [await made('old.pem'), await made('new.pem')]
    await keyringOf({ [old]: ['receipt', 'rotate'] })
    await emit(url('old.pem'), ['acme', 'bank', 'cafe'])
    const { code, stdout } = await cli([
      'key',
      'rotate',
      './receipts',
      '--all',
      '--key',
      'old.pem',
      '--to',
      'new.pem',
      '--keyring',
      'keyring.json',
    ])
    expect([code, stdout.split('\n').length]).toEqual([0, 4])
    for (const chain of ['acme', 'bank', 'cafe']) expect(await verdict(chain)).toBe('VALID')
    await emit(url('new.pem'), ['bank'])
    expect(await verdict('bank')).toBe('VALID')
    expect(next).not.toBe(old)
  })

  const second = (key: string, to: string, ...more: string[]) =>
    cli(['key', 'rotate', './receipts', '--all', '--key', key, '--to', to, '--keyring', 'keyring.json', ...more])

  test('goes on from a key that took over; with a narrower entry of its own that key may not', async () => {
    const [old, next] = [await made('old.pem'), await made('new.pem')]
    await made('third.pem')
    await keyringOf({ [old]: ['receipt', 'rotate'] })
    await emit(url('old.pem'), ['acme'])
    expect((await second('old.pem', 'new.pem')).code).toBe(0)
    await keyringOf({ [old]: ['receipt', 'rotate'], [next]: ['receipt'] })
    const refused = await second('new.pem', 'third.pem')
    expect([refused.code, refused.stdout]).toEqual([1, ''])
    expect(refused.stderr).toMatch(/nothing was written.*no use "rotate".*LEDGER_KEY_UNTRUSTED/s)
    // the key that could not hand over still signs
    await emit(url('new.pem'), ['acme'])
    expect(await verdict('acme')).toBe('VALID')
    await keyringOf({ [old]: ['receipt', 'rotate'] })
    expect((await second('new.pem', 'third.pem')).code).toBe(0)
    await emit(url('third.pem'), ['acme'])
    expect(await verdict('acme')).toBe('VALID')
  })

  test('to a key with an entry of its own needs no use rotate, if that entry fits', async () => {
    const [old, next] = [await made('old.pem'), await made('new.pem')]
    await keyringOf({ [old]: ['receipt'], [next]: ['retention'] })
    await emit(url('old.pem'), ['acme'])
    const refused = await second('old.pem', 'new.pem')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/new key's entry/)])
    await keyringOf({ [old]: ['receipt'], [next]: ['receipt'] })
    const { code, stderr } = await second('old.pem', 'new.pem')
    expect([code, stderr]).toEqual([0, ''])
    await emit(url('new.pem'), ['acme'])
    expect(await verdict('acme')).toBe('VALID')
  })

  test('without the use rotate says that verifiers need the new key', async () => {
    const old = await made('old.pem')
    await made('new.pem')
    await keyringOf({ [old]: ['receipt'] })
    await emit(url('old.pem'), ['acme'])
    const { code, stderr } = await cli([
      'key',
      'rotate',
      './receipts',
      '--chain',
      'acme',
      '--key',
      'old.pem',
      '--to',
      'new.pem',
      '--keyring',
      'keyring.json',
    ])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/nothing was written.*LEDGER_KEY_UNTRUSTED/s)])
    expect(await verdict('acme')).toBe('VALID')
    const told = await second('old.pem', 'new.pem', '--untrusted-successor')
    expect(told.stderr).toMatch(/no use "rotate"/)
  })

  test('refuses what makes no sense', async () => {
    const old = await made('old.pem')
    await keyringOf({ [old]: ['receipt', 'rotate'] })
    await emit(url('old.pem'), ['acme'])
    const base = ['key', 'rotate', './receipts', '--key', 'old.pem', '--keyring', 'keyring.json']
    for (const [more, message] of [
      [['--chain', 'acme'], /--to is needed/],
      [['--to', 'old.pem'], /give --chain, or --all/],
      [['--to', 'old.pem', '--all', '--chain', 'acme'], /give --chain, or --all/],
      [['--to', 'old.pem', '--chain', 'other'], /no chain other/],
      [['--to', 'absent.pem', '--chain', 'acme'], /KEY_NOT_FOUND/],
      [['--to', 'old.pem', '--chain', 'acme'], /--to names the key that --key names/],
    ] as const) {
      const { code, stdout, stderr } = await cli([...base, ...more])
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(message)
    }
  })
})

describe('key revoke', () => {
  test('records it in the chain, and what the key signs after it no longer counts', async () => {
    const [stolen, security] = [await made('stolen.pem'), await made('security.pem')]
    await keyringOf({ [stolen]: ['receipt'], [security]: ['receipt', 'revoke'] })
    await emit(url('stolen.pem'), ['acme'])
    const effectiveAt = new Date(Date.now() - 1000).toISOString()
    const { code, stdout, stderr } = await cli([
      ...['key', 'revoke', './receipts', '--chain', 'acme', '--key-id', stolen, '--effective-at', effectiveAt],
      ...['--reason', 'stolen', '--key', 'security.pem', '--keyring', 'keyring.json'],
    ])
    expect([code, stdout]).toEqual([0, `acme  ${stolen} is revoked as of ${effectiveAt}, recorded at seq 2\n`])
    expect(stderr).toContain('keyring build --revoke')
    // dated before by nobody else: what it signed is not proved any more
    expect(['INCOMPLETE', 'INVALID']).toContain(await verdict('acme'))
    await expect(emit(url('stolen.pem'), ['acme'])).rejects.toMatchObject({ code: 'LEDGER_KEY_REVOKED' })
  })

  test('says what makes no difference, and what looks like a mistake', async () => {
    const [stolen, security] = [await made('stolen.pem'), await made('security.pem')]
    await keyringOf({ [stolen]: ['receipt'], [security]: ['receipt', 'revoke'] })
    await emit(url('stolen.pem'), ['acme'])
    const revoke = (keyId: string, time: string, ...more: string[]) =>
      cli([
        ...['key', 'revoke', './receipts', '--chain', 'acme', '--key-id', keyId, '--effective-at', time],
        ...['--reason', 'stolen', '--key', 'security.pem', '--keyring', 'keyring.json', ...more],
      ])
    const first = await revoke(stolen, '2025-03-04T12:00:00Z')
    expect(first.stderr).not.toMatch(/already|future|never/)
    expect((await revoke(stolen, '2025-03-04T13:00:00Z')).stderr).toContain('as of 2025-03-04T12:00:00.000Z already')
    expect((await revoke(stolen, '2025-03-04T11:00:00Z')).stderr).not.toContain('already')
    const other = await made('other.pem')
    const mistaken = JSON.parse((await revoke(other, '2999-01-01', '--json')).stdout)
    expect(mistaken.notes).toEqual([expect.stringContaining('in the future'), expect.stringContaining('never signed')])
  })

  const revokeBy = (key: string, keyId: string, keyring = 'keyring.json') =>
    cli([
      ...['key', 'revoke', './receipts', '--all', '--key-id', keyId, '--effective-at', '2025-03-04T12:00:00Z'],
      ...['--reason', 'stolen', '--key', key, '--keyring', keyring],
    ])

  test('comes before the keyring: the ledger chains nothing on a head that the keyring revokes', async () => {
    const [old, next] = [await made('old.pem'), await made('new.pem')]
    await keyringOf({ [old]: ['receipt'], [next]: ['receipt', 'revoke'] })
    await emit(url('old.pem'), ['acme'])
    const built = ['keyring', 'build', '--from', 'keyring.json', '--revoke', `${old}=2025-03-04T12:00:00Z`]
    await cli([...built, '--out', 'later.json'])
    const early = await revokeBy('new.pem', old, 'later.json')
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining('STORE_BAD_HEAD')])
    expect((await revokeBy('new.pem', old)).code).toBe(0)
  })

  test('of a session key is signed by the next one, by the keyring as it was', async () => {
    const root = await made('root.pem')
    await keyringOf({ [root]: ['delegate'] })
    const certify = async (out: string) =>
      (await cli(['key', 'delegate', '--key', 'root.pem', '--chains', 'acme', '--out', out])).stdout.trim()
    const session = await certify('delegate.json')
    await emit(`certified:${url('delegate.json').slice('file:'.length)}`, ['acme'])
    await certify('next.json')
    const { code, stdout, stderr } = await revokeBy(`certified:${join(cwd, 'next.json')}`, session)
    expect([code, stdout]).toEqual([0, expect.stringContaining(`${session} is revoked`)])
    expect(stderr).not.toContain('never signed')
    await keyringOf({ [session]: ['receipt'] }, 'session.json')
    await cli([
      ...['keyring', 'build', '--from', 'keyring.json', '--from', 'session.json'],
      ...['--revoke', `${session}=2025-03-04T12:00:00Z`, '--out', 'keyring.json'],
    ])
    expect(await verdict('acme')).toBe('INVALID')
    // published as a key set and read back, the revocation is still there
    await cli(['keyring', 'jwks', 'keyring.json', '--out', 'jwks.json'])
    await cli(['keyring', 'build', '--from', 'jwks.json', '--out', 'theirs.json'])
    expect(await verdict('acme', 'theirs.json')).toBe('INVALID')
  })

  test('needs a key that may revoke, and every part', async () => {
    const [stolen, other] = [await made('stolen.pem'), await made('other.pem')]
    await keyringOf({ [stolen]: ['receipt'], [other]: ['retention'] })
    await emit(url('stolen.pem'), ['acme'])
    const parts = { '--key-id': stolen, '--effective-at': '2026-01-01', '--reason': 'stolen' }
    const base = ['key', 'revoke', './receipts', '--chain', 'acme', '--key', 'other.pem', '--keyring', 'keyring.json']
    const refused = await cli([...base, ...Object.entries(parts).flat()])
    expect([refused.code, refused.stdout]).toEqual([1, ''])
    expect(refused.stderr).toMatch(/LEDGER_KEY_UNTRUSTED/)
    for (const missing of Object.keys(parts)) {
      const some = Object.entries(parts).filter(([flag]) => flag !== missing)
      const { code, stderr } = await cli([...base, ...some.flat()])
      expect([code, stderr]).toEqual([2, expect.stringContaining(`${missing} is needed`)])
    }
    expect((await cli([...base, '--key-id', 'did:web:x'])).stderr).toContain('must be a did:key')
    expect((await cli([...base, '--effective-at', 'Tuesday'])).stderr).toContain('UTC time')
  })
})

describe('key delegate', () => {
  test('writes a session key with which chains verify by the root alone', async () => {
    const root = await made('root.pem')
    await keyringOf({ [root]: ['delegate'] })
    const { code, stdout, stderr } = await cli([
      'key',
      'delegate',
      '--key',
      'root.pem',
      '--chains',
      'acme,acme/*',
      '--ttl',
      '90m',
      '--out',
      'd.json',
    ])
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^did:key:z6Mk/)])
    expect(stderr).toContain(`--trust delegate=${root}`)
    expect((await stat(join(cwd, 'd.json'))).mode & 0o777).toBe(0o600)
    await emit(`certified:${url('d.json').slice('file:'.length)}`, ['acme'])
    expect(await verdict('acme')).toBe('VALID')
    const shown = await cli(['key', 'show', `certified:${url('d.json').slice('file:'.length)}`])
    expect([shown.stdout, shown.stderr]).toEqual([stdout, expect.stringContaining(`delegate of ${root}`)])
    expect(shown.stderr).toContain(`${root}  delegate`)
  })

  test('refuses what makes no sense, and writes nothing', async () => {
    await made('root.pem')
    const base = ['key', 'delegate', '--key', 'root.pem']
    for (const [more, message] of [
      [['--out', 'd.json'], /--chains is needed/],
      [['--chains', 'acme'], /--out is needed/],
      [['--chains', 'a b', '--out', 'd.json'], /chain ids/],
      [['--chains', 'acme', '--out', 'd.json', '--ttl', '1 day'], /90m, 24h or 7d/],
      [['--chains', 'acme', '--out', 'd.json', '--ttl', '32d'], /31 days/],
      [['--chains', 'acme', '--out', 'absent/d.json'], /KEY_NOT_FOUND/],
      [['--chains', 'acme', '--out', 'root.pem'], /KEY_FILE_EXISTS/],
    ] as const) {
      const { code, stdout, stderr } = await cli([...base, ...more])
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(message)
    }
    expect(await readdir(cwd)).toEqual(['root.pem'])
  })
})

describe('key split and key combine', () => {
  const split = (...more: string[]) =>
    cli([
      'key',
      'split',
      'root.pem',
      '--threshold',
      '2',
      '--shares',
      '3',
      '--label',
      'root 2026',
      '--out-dir',
      'shares',
      ...more,
    ])

  test('survive a lost custodian: any two of three bring the same key back, one does not', async () => {
    const keyId = await made('root.pem')
    const { code, stdout, stderr } = await split()
    const files = stdout.trim().split('\n')
    expect([code, files.length]).toEqual([0, 3])
    expect(stderr).toMatch(/sha256:[0-9a-f]{64}/)
    for (const file of files) expect((await stat(join(cwd, file))).mode & 0o777).toBe(0o600)
    for (const [index, lost] of files.entries()) {
      const some = files.filter((file) => file !== lost)
      const back = await cli(['key', 'combine', ...some, '--out', `back-${index}.pem`])
      expect([back.code, back.stdout]).toEqual([0, `${keyId}\n`])
      expect((await stat(join(cwd, `back-${index}.pem`))).mode & 0o777).toBe(0o600)
      expect((await cli(['public-key', `back-${index}.pem`])).stdout).toBe(`${keyId}\n`)
      const alone = await cli(['key', 'combine', lost, '--out', 'alone.pem'])
      expect([alone.code, alone.stdout]).toEqual([2, ''])
      expect(alone.stderr).toMatch(/1 of the 2 shares.*\[KEY_SHARE\]/)
    }
    expect(await readdir(cwd)).not.toContain('alone.pem')
  })

  test('name the file of a share that was altered or is of another split', async () => {
    await made('root.pem')
    const files = JSON.parse((await split('--json')).stdout).files as string[]
    const [first, second, third] = files as [string, string, string]
    const text = await readFile(join(cwd, second), 'utf8')
    const share = JSON.parse(text)
    await writeFile(
      join(cwd, second),
      JSON.stringify({ ...share, share: share.share.replace(/^./, (char: string) => (char === 'A' ? 'B' : 'A')) }),
    )
    const altered = await cli(['key', 'combine', first, second, third, '--out', 'back.pem'])
    expect([altered.code, altered.stdout]).toEqual([2, ''])
    expect(altered.stderr).toContain(`${second}: it was altered`)
    expect(altered.stderr).toContain('[KEY_SHARE]')
    const check = await cli(['key', 'combine', '--check', first, second, third])
    expect(check.code).toBe(1)
    expect(check.stdout).toContain(`no  ${second}: it was altered`)
    expect((await cli(['key', 'combine', first, third, '--out', 'back.pem'])).code).toBe(0)

    await cli(['keygen', 'other.pem'])
    const other = JSON.parse(
      (
        await cli([
          'key',
          'split',
          'other.pem',
          '--threshold',
          '2',
          '--shares',
          '3',
          '--label',
          'x',
          '--out-dir',
          'others',
          '--json',
        ])
      ).stdout,
    )
    const foreign = await cli(['key', 'combine', first, third, other.files[0], '--out', 'again.pem'])
    expect(foreign.stderr).toContain(`${other.files[0]}: it is a share of another split`)
    const meant = await cli([
      'key',
      'combine',
      '--check',
      other.files[0],
      other.files[1],
      first,
      '--split-id',
      share.splitId,
      '--json',
    ])
    expect(JSON.parse(meant.stdout)).toMatchObject({
      ok: false,
      good: [1],
      wrong: [{ reason: 'foreign' }, { reason: 'foreign' }],
    })
  })

  test('print nothing of the key, the shares or a passphrase', async () => {
    await writeFile(join(cwd, 'pass'), 'one two three\n')
    await cli(['keygen', 'root.pem', '--passphrase-file', 'pass'])
    const wrong = await split()
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('[KEY_PASSPHRASE]')])
    const done = await split('--passphrase-file', 'pass')
    const files = done.stdout.trim().split('\n')
    const shares = await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(cwd, file), 'utf8'))))
    const combined = await cli(['key', 'combine', ...files, '--out', 'back.pem', '--passphrase-file', 'pass', '--json'])
    const said = [done.stdout, done.stderr, combined.stdout, combined.stderr].join('')
    for (const { share, salt } of shares)
      for (const part of [share, salt, 'one two three']) expect(said).not.toContain(part)
    expect(JSON.parse(combined.stdout)).toMatchObject({ encrypted: true, label: 'root 2026', purpose: 'signing-key' })
    expect(await readFile(join(cwd, 'back.pem'), 'utf8')).toContain('ENCRYPTED PRIVATE KEY')
    expect((await cli(['public-key', 'back.pem', '--passphrase-file', 'pass'])).stdout).toBe(
      (await cli(['public-key', 'root.pem', '--passphrase-file', 'pass'])).stdout,
    )
  })

  test('work for the secret of keyed commitments', async () => {
    const hex = '00ff'.repeat(24)
    await writeFile(join(cwd, 'secret'), `${hex}\n`, { mode: 0o600 })
    const args = [
      '--purpose',
      'commitment-secret',
      '--threshold',
      '3',
      '--shares',
      '4',
      '--label',
      'pseudonyms',
      '--out-dir',
      '.',
      '--json',
    ]
    const { files } = JSON.parse((await cli(['key', 'split', 'secret', ...args])).stdout)
    const back = await cli(['key', 'combine', ...files.slice(1), '--out', 'back'])
    expect([back.code, back.stdout]).toEqual([0, 'pseudonyms\n'])
    expect(await readFile(join(cwd, 'back'), 'utf8')).toBe(`${hex}\n`)
    expect((await stat(join(cwd, 'back'))).mode & 0o777).toBe(0o600)
    await writeFile(join(cwd, 'base64'), Buffer.from(hex, 'hex').toString('base64'), { mode: 0o600 })
    expect((await cli(['key', 'split', 'base64', ...args])).code).toBe(0)
    for (const bad of ['00ff', 'hello world', '']) {
      await writeFile(join(cwd, 'bad'), bad, { mode: 0o600 })
      const refused = await cli(['key', 'split', 'bad', ...args])
      expect([refused.code, JSON.parse(refused.stderr).error.code]).toEqual([2, 'KEY_ENCODING'])
    }
  })

  test('refuse what makes no sense, overwrite nothing, and keep to the rules of key files', async () => {
    await made('root.pem')
    const base = ['key', 'split', 'root.pem', '--out-dir', 'shares', '--label', 'x']
    for (const [more, message] of [
      [['--shares', '3'], /--threshold is needed/],
      [['--threshold', '2'], /--shares is needed/],
      [['--threshold', '1', '--shares', '3'], /at least 2/],
      [['--threshold', '4', '--shares', '3'], /at least as many/],
      [['--threshold', '2', '--shares', '256'], /at most 255/],
      [['--threshold', '2', '--shares', '3', '--label', 'a\u001b[2Jb'], /label must be/],
    ] as const) {
      const { code, stderr } = await cli([...base, ...more])
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
    }
    await expect(stat(join(cwd, 'shares'))).rejects.toMatchObject({ code: 'ENOENT' })
    const files = (await split()).stdout.trim().split('\n')
    const exists = await cli(['key', 'combine', ...files, '--out', 'root.pem'])
    expect([exists.code, exists.stderr]).toEqual([2, expect.stringContaining('[KEY_FILE_EXISTS]')])
    expect((await cli(['key', 'combine', ...files])).stderr).toMatch(/give --out FILE, or --check/)
    expect((await cli(['key', 'combine'])).stderr).toMatch(/missing required argument/)
    expect((await cli(['key', 'combine', '--check', ...files])).code).toBe(0)
    if (process.platform !== 'win32') {
      await chmod(join(cwd, 'root.pem'), 0o644)
      expect((await split()).stderr).toContain('[KEY_FILE_PERMISSIONS]')
    }
  })
})
