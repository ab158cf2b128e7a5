import type { JsonSchema } from './describe.js'

/**
 * The same schema, with a pointer into `$defs` wherever a named shape stands below its top.
 *
 * @param schema - JSON Schema as plain data
 * @param nameOf - the name of each shape that is said once, by the very object
 * @returns a copy
 */
export function withPointers(schema: JsonSchema, nameOf: ReadonlyMap<unknown, string>): JsonSchema {
  const pointed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(pointed)
    if (typeof value !== 'object' || value === null) return value
    const name = nameOf.get(value)
    return name === undefined ? withPointers(value as JsonSchema, nameOf) : { $ref: `#/$defs/${name}` }
  }
  return Object.fromEntries(Object.entries(schema).map(([keyword, value]) => [keyword, pointed(value)]))
}
