/** Ways to spoil a receipt, at random places, for holding two judges against each other. */
import fc from 'fast-check'
import type { Json, JsonObject } from './arbitraries.js'

type Place = { readonly holder: Json[] | JsonObject; readonly key: string | number }

function placesIn(value: Json, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found
  const keys: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  for (const key of keys) {
    found.push({ holder: value, key })
    placesIn((value as JsonObject)[key as string] as Json, found)
  }
  return found
}

const at = ({ holder, key }: Place): Json => (holder as JsonObject)[key as string] as Json
const put = ({ holder, key }: Place, value: Json): void => {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}
const drop = ({ holder, key }: Place): void => {
  if (Array.isArray(holder)) holder.splice(key as number, 1)
  else delete holder[key as string]
}

const junk: readonly Json[] = [
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  0.5,
  1.5,
  -0.0001,
  0.12345,
  2 ** 53,
  -(2 ** 53),
  2 ** 53 - 1,
  1e21,
  1e300,
  5e-324,
  '',
  'a',
  'A',
  '1',
  'about',
  'request',
  'stop',
  'decision',
  'system',
  'key',
  'quittance/2',
  '..',
  '/',
  'a/',
  ' a',
  'a\n',
  'é',
  '😀',
  '2023-02-29T00:00:00.000Z',
  '2024-02-29T00:00:00.000Z',
  '2100-02-29T00:00:00.000Z',
  '2023-13-01T00:00:00.000Z',
  '2023-06-31T10:00:00.000Z',
  '2016-12-31T23:59:60.000Z',
  '2023-01-01T24:00:00.000Z',
  '2023-01-01T00:00:00Z',
  '2023-01-01T00:00:00.000+00:00',
  '0000-01-01T00:00:00.000Z',
  `sha256:${'0'.repeat(64)}`,
  `sha256:${'A'.repeat(64)}`,
  `hmac-sha256:${'0'.repeat(64)}`,
  `sha512:${'0'.repeat(128)}`,
  '019a0000-0000-7000-8000-000000000001',
  '019a0000-0000-4000-8000-000000000001',
  '019A0000-0000-7000-8000-000000000001',
  [],
  {},
  [null],
  [{}],
  { event: 'heartbeat' },
  { event: 'later' },
  { kind: 'stop' },
  { rel: 'about' },
  { xA: null },
]

const words = `
  version eventType system key retention humanOversight checks action error links sources input output
  subjectId principalId pseudonymKeyId commitKeyId hash status fired op score threshold details
  detailsHash startedAt endedAt decision confidence reviewerId receiptHash rel event salt x xA xa XA
  other __proto__ constructor toString 0`.split(/\s+/)

/** Members below the top that the rules join with others. */
const ruled: ReadonlySet<unknown> = new Set(
  'commitKeyId hash fired status op score kind reviewerId recordId rel receiptHash event confidence'.split(' '),
)

const actions = 'allow reject fail_retry cache_hit escalate bypass'.split(' ')
const eventTypes =
  'decision inference tool_call tool_result human_oversight annotation session_start session_end system key retention'.split(
    ' ',
  )

/** Numbers from which one mutation is drawn, so that a failing case shrinks. */
const draw = fc.record({ how: fc.nat({ max: 15 }), where: fc.nat(), what: fc.nat(), more: fc.nat() })
type Draw = { readonly how: number; readonly where: number; readonly what: number; readonly more: number }

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T

function respell(text: string, how: number): string {
  return pick(
    [
      () => `${text}x`,
      () => `${text}\n`,
      () => text.toUpperCase(),
      () => text.slice(0, -1),
      () => `-${text.slice(1)}`,
      () => text.repeat(30),
      () => text.padEnd(128, 'a'),
      () => text.padEnd(129, 'a'),
      () => text.padEnd(256, 'a'),
      () => text.padEnd(257, 'a'),
      () => text.replace(/[0-9](?=[^0-9]*$)/, '9'),
    ],
    how,
  )()
}

function spoil(receipt: JsonObject, { how, where, what, more }: Draw): void {
  const places = placesIn(receipt)
  const top = Object.keys(receipt).map((key): Place => ({ holder: receipt, key }))
  // half of all changes at the top and a quarter at members that rules join, because few others can differ
  const joined = places.filter(({ key }) => ruled.has(key))
  const pool = [top, places, top, joined][more % 4] as Place[]
  const place = pick(pool.length > 0 ? pool : [{ holder: receipt, key: 'x' }], where)
  const value = at(place)
  const respells = how === 5 || how > 12
  if (how <= 1) drop(place)
  else if (how <= 3) put(place, structuredClone(pick(junk, what)))
  else if (how === 4)
    put(
      { holder: place.holder, key: Array.isArray(place.holder) ? place.holder.length : pick(words, what) },
      structuredClone(pick(junk, more)),
    )
  else if (respells && typeof value === 'string') put(place, respell(value, what))
  else if (respells && typeof value === 'number')
    put(place, pick([value + 1, value - 1, -value, value * 1e10, value + 0.00001, value / 3], what))
  else if (respells && typeof value === 'boolean') put(place, !value)
  else if (how === 6) put(place, structuredClone(at(pick(places, what)) ?? null))
  else if (how === 7) receipt.eventType = pick(eventTypes, what)
  else if (how === 8) receipt.action = pick(actions, what)
  else if (how === 9 && Array.isArray(value) && value.length > 0)
    put(
      place,
      Array.from({ length: pick([32, 33, 128, 129, 256, 257], what) }, () => structuredClone(value[0] as Json)),
    )
  else if (how === 10 && typeof value === 'object' && value !== null && !Array.isArray(value))
    put({ holder: value, key: pick(words, what) }, structuredClone(pick(junk, more)))
  else if (how === 11) put({ holder: receipt, key: pick(words, what) }, structuredClone(pick(junk, more)))
  else if (how === 12) put({ holder: receipt, key: pick(words, what) }, structuredClone(at(pick(places, more)) ?? null))
}

/** No, one or several changes to a receipt; the receipt given stays as it was. */
export function spoiled(receipts: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject> {
  return fc.tuple(receipts, fc.array(draw, { maxLength: 3 })).map(([receipt, draws]) => {
    const copy = structuredClone(receipt)
    for (const one of draws) spoil(copy, one)
    return copy
  })
}
