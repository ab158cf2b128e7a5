import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mac } from '../../../src/pii/detectors/mac.js'
import { spansOf } from '../support.js'

const detector = mac()
const found = (text: string): string[] => spansOf(detector, text).map(({ value }) => value)

describe('hardware addresses', () => {
  it.each([
    '00:1A:2B:3C:4D:5E',
    '00:00:5e:00:53:af',
    '00-1a-2b-3c-4d-5e',
    '001a.2b3c.4d5e',
    'AA-BB-CC-DD-EE-FF',
    'aabb.ccdd.eeff',
    '00:11:22:33:44:55',
    'ff:ff:ff:ff:ff:ff',
    '00:1B:44:11:3A:B7:00:01',
    '00-1B-44-11-3A-B7-00-01',
    'abcd.ef01.2345.6789',
  ])('finds %s', (address) => {
    for (const text of [address, `ether ${address} up`, `(${address}).`, `{"id":"${address}"}`, `a,${address},b`])
      expect(found(text)).toEqual([address])
  })

  it.each([
    ['MAC:00:1A:2B:3C:4D:5E', '00:1A:2B:3C:4D:5E'],
    ['lladdr:00:1a:2b:3c:4d:5e', '00:1a:2b:3c:4d:5e'],
    ['MAC-Adresse: 001A2B3C4D5E', '001A2B3C4D5E'],
    ['mac=001a2b3c4d5e', '001a2b3c4d5e'],
    ['physical address 00-11-22-33-44-55', '00-11-22-33-44-55'],
  ])('finds the address alone in %s', (text, address) => {
    expect(found(text)).toEqual([address])
  })

  it.each([
    'fe80::02:00:11:22:33:44:55',
    '2001:db8:1:2:3:4:5:6',
    '16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48',
    'aa:bb:cc:dd:ee',
    'aa:bb:cc:dd:ee:ff:00',
    'aa:bb:cc:dd:ee:gg',
    'xaa:bb:cc:dd:ee:ff',
    'aa:bb:cc:dd:ee:ff1',
    '123e4567-e89b-12d3-a456-426614174000',
    '12-34-56-78-90-12',
    '20-30-40',
    '1234.5678.9012',
    '0012.3456.789',
    '001A2B3C4D5E',
    '12:30:45',
    '192.168.1.1',
    '[MAC]',
  ])('does not find %s', (text) => {
    expect(found(text)).toEqual([])
  })

  it('finds six pairs, never five or seven', () => {
    const pair = fc.integer({ min: 0, max: 255 }).map((value) => value.toString(16).padStart(2, '0'))
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 12 }), (pairs) => {
        const text = pairs.join(':')
        expect(found(`x ${text} y`)).toEqual(pairs.length === 6 || pairs.length === 8 ? [text] : [])
      }),
    )
  })
})
