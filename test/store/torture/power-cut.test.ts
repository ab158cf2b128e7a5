import { describe, expect, it } from 'vitest'
import { cutEverywhere, record } from './power-cut.js'
import { follow, survivals } from './power-cut-fs.js'
import { randomFrom } from './random.js'

const seed = 20_260_101

describe('the power is cut', () => {
  it('after every call of a run, and whatever of the unsynced survives, nothing acknowledged is lost', async () => {
    const recording = await record()
    const findings = await cutEverywhere(recording, { seed })
    expect(findings.images).toBeGreaterThan(300)
    expect(findings.tornSetAside).toBeGreaterThan(0)
  }, 300_000)

  it('and again while the next process puts the directory in order', async () => {
    const findings = await cutEverywhere(await record(), { seed: seed + 1, every: 67, againEvery: 15 })
    expect(findings.again).toBeGreaterThan(20)
  }, 300_000)

  it('what was written down of the run is what stands on the disk at its end', async () => {
    const { root, events, found } = await record()
    const state = follow(root)
    for (const event of events) state.step(event)
    const everything = survivals.find(({ name }) => name === 'everything')!
    expect(state.image(everything, randomFrom(seed))).toEqual(found)
  })
})
