/** The published schema, word for word; `json-schema.test.ts` has what it means. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { receiptSchema } from '../../src/receipt/schema/json-schema.js'

it('says what the shapes and the rules say', () => {
  const published: unknown = JSON.parse(
    readFileSync(new URL('../../schema/receipt.schema.json', import.meta.url), 'utf8'),
  )
  expect(receiptSchema()).toStrictEqual(published)
})
