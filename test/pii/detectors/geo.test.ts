import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { geo } from '../../../src/pii/detectors/geo.js'
import { spansOf } from '../support.js'

const detector = geo()
const found = (text: string, hint = ''): string[] => spansOf(detector, text, hint).map(({ value }) => value)

describe('coordinates', () => {
  it.each([
    '48.137154, 11.576124',
    '-33.8688,151.2093',
    '40.7128° N, 74.0060° W',
    '40.7128°N 74.0060°W',
    'N48.1374 E11.5755',
    'N 48.1374, E 11.5755',
    '48,1374° N, 11,5755° O',
    '48°08\'14.6"N 11°34\'31.8"E',
    '48° 8′ 14.6″ N, 11° 34′ 31.8″ E',
    "N 48° 08.246' E 011° 34.530'",
    "48°08'N 11°34'E",
    '48.1374 degrees north, 11.5755 degrees east',
    '8FVC9G8F+6X',
  ])('finds %s', (pair) => {
    for (const text of [pair, `at ${pair}.`, `(${pair})`, `{"at":"${pair}"}`]) expect(found(text)).toEqual([pair])
  })

  it.each([
    ['GPS: 48.137, 11.576', ['48.137, 11.576']],
    ['Standort 48,13743; 11,57549', ['48,13743; 11,57549']],
    ['Die Koordinaten lauten 52.520008 / 13.404954', ['52.520008 / 13.404954']],
    ['coordonnées : 48.8566 2.3522', ['48.8566 2.3522']],
    ['ubicación 40.4168, -3.7038', ['40.4168, -3.7038']],
    ['"coordinates": [11.5755, 48.1374]', ['11.5755, 48.1374']],
    ['https://maps.example.com/@48.1374,11.5755,17z', ['48.1374,11.5755']],
    ['POINT(13.4050 52.5200)', ['13.4050 52.5200']],
    ['lat: 48.1374, lon: 11.5755', ['48.1374', '11.5755']],
    ['{"latitude":48.13743,"longitude":-11.57549}', ['48.13743', '-11.57549']],
    ['lat=48.137&lon=11.575', ['48.137', '11.575']],
  ])('finds it in %s', (text, pairs) => {
    expect(found(text)).toEqual(pairs)
  })

  it('finds the numbers of a geo URI', () => {
    expect(found('geo:48.1,11.5;u=35')).toEqual(['48.1,11.5'])
    expect(found('geo:37.786971,-122.399677,12.5')).toContain('37.786971,-122.399677,12.5')
  })

  it('takes the name of the member for context', () => {
    expect(found('48.1374', 'home latitude')).toEqual(['48.1374'])
    expect(found('48.1374', 'price')).toEqual([])
  })

  it.each([
    '12.50, 13.99',
    '[0.1234, -0.5678, 0.9123, 0.1111]',
    '[12.1234, 15.5678, 10.9123, 90.1111]',
    'mean 12.3456, std 3.4567',
    'weights 12.3456, 45.6789',
    'price 12.3456, 12.4567',
    '1.0845, 1.0851',
    '3.1415, 2.7182',
    'v1.2345, 2.3456',
    '192.168.1.1',
    '01.02.2026, 03.04.2026',
    '1.2.3.4, 1.2.3.5',
    '12:30:45.1234, 12:30:46.5678',
    '48.1374',
    'temperature 21.5, humidity 45.2',
    '10,50; 12,99',
    '1,234.50 and 2,345.60',
    '12.345,67 EUR; 23.456,78 EUR',
    'width 12.123456, height 13.123456',
    '91.1234, 181.1234',
    '190.1234, 20.1234',
    'long 12.5 cm',
    'C++ and A+B',
    '[GEO], [GEO]',
  ])('does not find %s', (text) => {
    expect(found(text)).toEqual([])
  })

  it('finds any pair in range with compass points, and none out of range', () => {
    const degrees = (most: number) =>
      fc.integer({ min: 10_000, max: most * 10_000 }).map((value) => (value / 10_000).toFixed(4))
    fc.assert(
      fc.property(
        degrees(90),
        degrees(180),
        fc.constantFrom('N', 'S'),
        fc.constantFrom('E', 'W'),
        (lat, lon, ns, ew) => {
          const pair = `${lat}° ${ns}, ${lon}° ${ew}`
          expect(found(`x ${pair} y`)).toEqual([pair])
          expect(found(`x 1${lat.padStart(7, '0').replace('.', '9.')}° ${ns}, ${lon}° ${ew}`)).toEqual([])
        },
      ),
    )
  })
})
