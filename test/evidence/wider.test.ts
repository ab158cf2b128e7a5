/** The three verifiers over packages with time stamps, reports and cosignatures by ML-DSA-44 keys: right, wrong and damaged. */
import { describe, expect, test } from 'vitest'
import { expectAgreement } from './agreement.js'
import { postQuantum } from './post-quantum.js'
import { reported } from './reported.js'
import { stamped } from './stamped.js'

/** A machine that does much else takes minutes for what takes seconds. */
const patient = { timeout: 600_000 }

describe('all three say the same', () => {
  test.each([
    ['of time stamps', stamped, 80],
    ['of reports', reported, 200],
    ['of cosignatures by ML-DSA-44 keys', postQuantum, 20],
  ] as const)('%s', patient, async (_, made, least) => {
    const packages = await made()
    expect(packages.length).toBeGreaterThan(least)
    await expectAgreement(packages)
  })
})
