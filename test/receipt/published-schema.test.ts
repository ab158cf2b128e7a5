/** The published schema, word for word; `json-schema.test.ts` has what it means. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it('says what the shapes and the rules say', async () => {
  // here, so that a schema that can't even be made fails this test
  const { receiptSchema } = await import('../../src/receipt/schema/json-schema.js')
  const published: unknown = JSON.parse(
    readFileSync(new URL('../../schema/receipt.schema.json', import.meta.url), 'utf8'),
  )
  expect(receiptSchema()).toStrictEqual(published)
})

it('names what it can not say by words that stay', async () => {
  const { beyondSchema, beyondShape } = await import('../../src/receipt/schema/json-schema.js')
  expect(beyondSchema.map(({ name }) => name).join(' ')).toBe(
    'calendar period derived-fired confidence-decimals negative-zero',
  )
  expect(beyondShape.map(({ name }) => name).join(' ')).toBe(
    'text numbers forbidden-names reserved-names duplicates depth size',
  )
})
