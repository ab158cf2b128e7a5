import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Damage, damagesOf, type Sound, soundDirectory, type Verdicts, verdictsOn } from './damage.js'
import { randomFrom } from './random.js'

const seed = Number(process.env.TORTURE_SEED ?? 20_260_104)
/** Bits that are flipped in each file, one in each of so many regions. */
const FLIPS = 5

let sound: Sound
let newest: string
const found: { damage: Damage; verdicts: Verdicts }[] = []
beforeAll(async () => {
  sound = await soundDirectory()
  newest = sound.files.filter((file) => file.endsWith('.jsonl')).at(-1) ?? ''
  for (const damage of await damagesOf(sound, randomFrom(seed), FLIPS))
    found.push({ damage, verdicts: await verdictsOn(sound, damage) })
}, 120_000)
afterAll(() => sound.remove())

/** One line each, so that what was expected of all shows which did not hold. */
const told = (some: typeof found) =>
  some.map(({ damage, verdicts }) => `${damage.file} ${damage.name}: ${JSON.stringify(verdicts)}`)
const those = (which: (verdicts: Verdicts, damage: Damage) => boolean) =>
  found.filter(({ damage, verdicts }) => which(verdicts, damage))

describe('a file is damaged, in each of many ways', () => {
  it('there are several segments with their indexes, and each file was damaged', () => {
    expect(sound.files.filter((file) => file.endsWith('.jsonl')).length).toBeGreaterThan(2)
    expect(sound.files.filter((file) => file.endsWith('.idx')).length).toBeGreaterThan(1)
    expect(new Set(found.map(({ damage }) => damage.file))).toEqual(new Set(sound.files))
  })

  it('nobody goes on as if receipts had never been: where some are missing the ledger says so, and who noted the head sees it', () => {
    const short = those(({ reader }) => reader === 'short')
    expect(short.length).toBeGreaterThan(0)
    expect(
      told(
        short.filter(
          ({ verdicts: { ledger, auditor } }) =>
            !['STORE_ROLLED_BACK', 'STORE_CORRUPT'].includes(ledger) || auditor === 'VALID',
        ),
      ),
    ).toEqual([])
    expect(told(those(({ ledger }) => ledger.startsWith('went on')))).toEqual([])
  })

  it('only the end of the newest segment can be missing without STORE_CORRUPT: nothing in a directory shows what came after', () => {
    expect(told(those(({ reader }, { file }) => reader === 'short' && file !== newest))).toEqual([])
  })

  it('where a receipt is another than was sealed, the verifier says INVALID', () => {
    const other = those(({ reader }) => reader === 'other')
    expect(other.length).toBeGreaterThan(0)
    expect(told(other.filter(({ verdicts }) => !verdicts.verifier.startsWith('INVALID')))).toEqual([])
  })

  it('STORE_CORRUPT names the file: the damaged one, or the one behind the gap that a missing one leaves', () => {
    const corrupt = those(({ reader }) => reader === 'STORE_CORRUPT')
    expect(corrupt.length).toBeGreaterThan(0)
    // a link or a seq that does not fit shows between two files, and doesn't show which of them is right
    const between = ({ name }: Damage, { behind }: Verdicts) =>
      behind || name === 'removed' || name.startsWith('cut') || name === 'emptied'
    expect(told(corrupt.filter(({ damage, verdicts }) => !verdicts.named && !between(damage, verdicts)))).toEqual([])
    expect(told(corrupt.filter(({ verdicts }) => !verdicts.inside))).toEqual([])
    expect(told(those(({ reader }) => reader.startsWith('STORE_') && reader !== 'STORE_CORRUPT'))).toEqual([])
  })

  it('an index is never believed over the data: whatever happens to it, everything is found', () => {
    const indexes = those((_, { file }) => file.endsWith('.idx'))
    expect(told(indexes.filter(({ verdicts }) => verdicts.reader !== 'sound' || verdicts.ledger !== 'sound'))).toEqual(
      [],
    )
  })

  it('what stands beside the receipts hides none of them', () => {
    const beside = those((_, { file }) => !file.endsWith('.jsonl'))
    expect(told(beside.filter(({ verdicts }) => verdicts.verifier !== 'VALID'))).toEqual([])
  })
})
