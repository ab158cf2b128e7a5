/** What is kept of lines that were verified: no more than what is told of them. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { verifyLines } from '../../src/verify/chain.js'
import { lineSplitter } from '../../src/verify/node/lines.js'
import { verifyReceipt } from '../../src/verify/receipt.js'
import { chainOf, keys, linesOf, NOW, trusting, trustOne } from './support.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Megabytes that are still held when everything is collected that can be. */
function held(): number {
  collect()
  collect()
  return process.memoryUsage().heapUsed / 1e6
}

async function* split(lines: Iterable<string>) {
  const splitter = lineSplitter()
  for (const line of lines) yield* splitter.push(Buffer.from(`${line}\n`))
}

test('names of members in lines that are no receipts keep no line', async () => {
  function* lines(): Generator<string> {
    for (let number = 0; number < 200; number += 1)
      for (const place of ['{', '{"links":[{', '{"checks":[{', '{"error":{', '{"tool":{'])
        yield `${place}"xNameThatIsLongEnough_${number}":0,`.padEnd(100_000)
  }
  const before = held()
  const { counts } = await verifyLines(split(lines()), { keyring: trustOne, now: NOW })
  expect(counts.LINE_MALFORMED).toBe(1_000)
  // the lines have 100 MB
  expect(held() - before).toBeLessThan(20)
})

test('the result of one receipt keeps no line', () => {
  const details = { rationale: 'x'.repeat(100_000) }
  const line = linesOf(chainOf([{ details }], { by: keys.two }))[0] as string
  const before = held()
  const results = Array.from({ length: 400 }, () =>
    verifyReceipt(Buffer.from(line).toString('latin1'), { keyring: trusting(keys.two) }),
  )
  expect(results.every(({ verdict }) => verdict === 'VALID')).toBe(true)
  // the lines have 40 MB
  expect(held() - before).toBeLessThan(8)
  expect(results).toHaveLength(400)
})

test('a result keeps no line', async () => {
  const rationale = 'x'.repeat(100_000)
  function* lines(): Generator<string> {
    let on: ReturnType<typeof chainOf> | undefined
    for (let number = 0; number < 800; number += 1) {
      on = chainOf([{ details: { rationale } }], { on: on ?? [], by: keys.two })
      yield linesOf(on)[0] as string
    }
  }
  const before = held()
  const options = { keyring: trusting(keys.two), now: '2020-01-01T00:00:00.000Z' }
  const result = await verifyLines(split(lines()), options)
  expect(result.counts.TIME_IN_FUTURE).toBe(800)
  // the lines have 80 MB
  expect(held() - before).toBeLessThan(16)
  expect(result.problems).toHaveLength(800)
})
