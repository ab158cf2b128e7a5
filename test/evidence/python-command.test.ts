/** verify.py as a command, over packages with time stamps. */
import { expect, test } from 'vitest'
import { verifyEvidence } from '../../src/evidence/index.js'
import { run, verifyPy } from './python.js'
import { asking, fileOf, LOG, log, logVkey, noteOf, now, packed, verifierKeyring } from './support.js'

const command = async (bytes: Uint8Array, policy: string) => {
  const [file, trust, asked] = await Promise.all([
    fileOf(bytes),
    fileOf(Buffer.from(JSON.stringify(verifierKeyring.toJSON()))),
    fileOf(Buffer.from(policy)),
  ])
  const said = await run('python3', [verifyPy, file, '--keyring', trust, '--policy', asked, '--now', now])
  return { ...said, file }
}

test('an authority that is none is refused where a stamp asks for it, and no verdict is given', async () => {
  const note = await noteOf(LOG, log)
  const bytes = await packed({ checkpoints: [{ note, timestamps: [Buffer.from('no token')] }] })
  const none = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
  for (const authority of ['nothing', none, none.replace('AAAA', 'A')]) {
    const policy = asking({
      checkpoints: { from: [logVkey] },
      timestamp: { authorities: [authority], withinHours: 1 },
    })
    const { code, stdout, stderr, file } = await command(bytes, policy)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^verify\.py: require\.timestamp\.authorities has a [^\n]+\n$/)
    await expect(verifyEvidence(file, { keyring: verifierKeyring, policy, now })).rejects.toMatchObject({
      code: 'TLOG_MALFORMED',
    })
  }
})

test('what is judged leaves nothing that is not checked', async () => {
  const note = await noteOf(LOG, log)
  const bytes = await packed({ checkpoints: [{ note, timestamps: [] }] })
  const { code, stdout } = await command(bytes, asking({ checkpoints: { from: [logVkey] } }))
  expect([code, stdout.slice(0, 6)]).toEqual([0, 'VALID\n'])
  expect(stdout).not.toContain('not checked')
})
