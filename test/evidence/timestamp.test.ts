/** Time stamps in a package: by a real authority, from when, and over what. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StampService } from '../../scripts/services/time-stamps.js'
import { type EvidenceResult, verifyEvidence } from '../../src/evidence/index.js'
import { startAuthority } from '../transparency/timestamp-fixture.js'
import { tokenBy } from './stamped.js'
import { acme, chainOrigin, fileOf, LOG, log, logVkey, noteOf, now, packed, verifierKeyring } from './support.js'

let stamps: StampService
beforeAll(async () => {
  stamps = await startAuthority()
})
afterAll(() => stamps.stop())

const tokenOver = (note: string, time: string) => tokenBy(stamps, note, time)

const policy = (withinHours: number, pem: string = stamps.pem('root')) =>
  JSON.stringify({
    require: {
      chains: ['acme', 'Beta/Unicode'],
      checkpoints: { from: [logVkey] },
      timestamp: { authorities: [pem], withinHours },
    },
  })

async function judged(note: string, token: Uint8Array, asked: string, at = now): Promise<EvidenceResult> {
  const checkpoints = [{ note, timestamps: [token] }]
  return verifyEvidence(await fileOf(await packed({ checkpoints })), {
    keyring: verifierKeyring,
    policy: asked,
    now: at,
  })
}
const codes = ({ verdict, problems }: EvidenceResult) => [verdict, ...new Set(problems.map(({ code }) => code))]

test('a stamp on the checkpoint of the log dates every chain that the log has', async () => {
  const note = await noteOf(LOG, log)
  const token = await tokenOver(note, '20260101200000Z')
  const soon = await judged(note, token, policy(24))
  expect(codes(soon)).toEqual(['VALID'])
  expect(soon.proved.find(({ code, chainId }) => code === 'TIMESTAMP' && chainId === 'acme')?.message).toBe(
    'chain acme: its first 14 receipts were there at 2026-01-01T20:00:01.500Z, by an authority that you trust',
  )
  const late = await judged(note, token, policy(19))
  expect(codes(late)).toEqual(['INCOMPLETE', 'REQUIRED_TIMESTAMP_MISSING'])
  expect(late.problems[0]?.message).toContain(
    'the newest is of 2026-01-01T20:00:01.500Z, and the receipt that it covers',
  )
  stamps.issue({
    name: 'other',
    extensions: ['basicConstraints = critical, CA:true', 'keyUsage = critical, keyCertSign'],
  })
  const stranger = await judged(note, token, policy(24, stamps.pem('other')))
  expect(codes(stranger)).toEqual(['INCOMPLETE', 'REQUIRED_TIMESTAMP_MISSING'])
  expect(stranger.problems[0]?.message).toContain('is asked for, and none counts: ')
})

test('a stamp from before the receipts that it is to date does not count', async () => {
  const note = await noteOf(LOG, log)
  const token = await tokenOver(note, '20251231200000Z')
  expect(codes(await judged(note, token, policy(24)))).toEqual(['INCOMPLETE', 'REQUIRED_TIMESTAMP_MISSING'])
})

test('a stamp over something else, or in the future of the judge, is INVALID', async () => {
  const note = await noteOf(LOG, log)
  const token = await tokenOver(await noteOf(chainOrigin(acme), acme), '20260101200000Z')
  expect(codes(await judged(note, token, policy(24)))).toEqual([
    'INVALID',
    'TIMESTAMP_INVALID',
    'REQUIRED_TIMESTAMP_MISSING',
  ])
  const later = await tokenOver(note, '20260301000000Z')
  expect(codes(await judged(note, later, policy(24), '2026-02-01T00:00:00.000Z'))[0]).toBe('INVALID')
  expect(codes(await judged(note, Buffer.from('no token'), policy(24)))[0]).toBe('INVALID')
})
