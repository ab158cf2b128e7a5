import { describe, expect, it } from 'vitest'
import { creditCard } from '../../src/pii/detectors/credit-card.js'
import { nationalId } from '../../src/pii/detectors/national-id.js'
import { phone } from '../../src/pii/detectors/phone.js'
import { createFinder } from '../../src/pii/find.js'
import { columnsOf } from '../../src/pii/table.js'
import { spansOf } from './support.js'

/** The column's words at the place of a value. */
const headOf = (text: string, value: string): string => columnsOf(text).at(text.lastIndexOf(value))

const ROWS = 40

/** A text with many rows that differ from one another, and one that is asked for at the end. */
const table = (head: string, row: (index: number) => string, last: string): string =>
  [head, ...Array.from({ length: ROWS }, (_, index) => row(index)), last].join('\n')

describe('the head of a column', () => {
  it.each([
    ['commas', table('Name,Home Phone,City', (n) => `Anna ${n},x,Rome`, 'Ben,7654321,Bonn'), 'home phone'],
    ['semicolons', table('Name;PESEL;Data', (n) => `Anna ${n};x;y`, 'Ben;7654321;z'), 'pesel'],
    ['tabs', table('name\thome_phone\tcity', (n) => `Anna ${n}\tx\ty`, 'Ben\t7654321\tz'), 'home phone'],
    ['camel case', table('name\thomePhone\tcity', (n) => `Anna ${n}\tx\ty`, 'Ben\t7654321\tz'), 'home phone'],
    [
      'Markdown',
      table('| Name | BSN |', (n) => (n === 0 ? '|---|---|' : `| Anna ${n} | x |`), '| Ben | 7654321 |'),
      'bsn',
    ],
    ['quotes', table('"Name","SIN"', (n) => `"Roe, Anna ${n}","x"`, '"Poe, Ben","7654321"'), 'sin'],
    [
      'INSERT',
      `INSERT INTO t (id, name, \`tax_no\`) VALUES\n${Array.from({ length: ROWS }, (_, n) => `(${n}, 'O''Neil, (A)', 'x')`).join(',\n')},\n(99, 'Ben', '7654321');`,
      'tax no',
    ],
    [
      'markup',
      `<table><thead><tr><th>Name</th><th class="n">NHS <b>number</b></th></tr></thead>${'<tr><td>A</td><td>x</td></tr>'.repeat(ROWS)}<tr><td>Ben</td><td>7654321</td></tr></table>`,
      'nhs number',
    ],
    [
      'blanks',
      table(
        'Name      SSN        City',
        (n) => `Anna ${String(n).padEnd(4)} xxxxxxxxx  Rome`,
        'Ben       7654321    Bonn',
      ),
      'ssn',
    ],
    [
      'blanks and a rule',
      table(
        'Name      SSN',
        (n) => (n === 0 ? '----------------' : `Anna ${String(n).padEnd(4)} x`),
        'Ben       7654321',
      ),
      'ssn',
    ],
  ])('is found in a table of %s', (_, text, expected) => {
    expect(headOf(text, '7654321')).toBe(expected)
  })

  it.each([
    ['two lines', 'Name,Phone\nBen,7654321'],
    ['a head with values', 'Anna,030123456\nBen,030123457\nCleo,7654321'],
    ['a head that was redacted', 'Name,[PHONE]\nBen,x\nCleo,7654321'],
    ['a masked head', 'Name,a***@c***.com\nBen,x\nCleo,7654321'],
    ['prose', 'Dear Anna,\nthank you,\nhere is 7654321,\nyours,'],
    ['sentences', `The phone that you called about so often last week, is\nthis, or\nthat, 7654321`],
    ['JSON', '{\n"phone": "x",\n"fax": "y",\n"id": "7654321",\n"z": 1}'],
    ['code', 'p = f(phone, a)\nx = f(b, c)\ny = 7654321, 0'],
    ['behind the table', 'Name,Phone\nBen,1\nEva,2\n\nand 7654321'],
    ['outside of the rows', 'INSERT INTO t (name, phone) VALUES (1, 2); 7654321'],
  ])('is none: %s', (_, text) => {
    expect(headOf(text, '7654321')).toBe('')
  })

  it('goes on behind a line that does not fit, and ends where too many follow', () => {
    expect(headOf('Name,Phone\nBen,1\nEva,2\na, b, c\nCleo,7654321', '7654321')).toBe('phone')
    expect(headOf(`Name,Phone\nBen,1\nEva,2\n${'a, b, c\n'.repeat(4)}Cleo,7654321`, '7654321')).toBe('')
  })

  it('is the same whatever was asked before', () => {
    const text = table('Name,Phone,City', (n) => `Anna ${n},x,y`, 'Ben,7654321,z')
    const columns = columnsOf(text)
    const forward = Array.from({ length: text.length }, (_, offset) => columns.at(offset))
    for (let offset = text.length - 1; offset >= 0; offset -= 1) expect(columns.at(offset)).toBe(forward[offset])
  })
})

describe('values far below the head of their column', () => {
  const found = (detector: Parameters<typeof spansOf>[0], text: string) =>
    spansOf(detector, text).map((one) => one.value)

  it.each([
    ['PESEL', '44051401359'],
    ['SIN', '046 454 286'],
    ['BSN', '111222333'],
    ['NHS number', '943 476 5919'],
    ['CPF', '52998224725'],
    ['SSN', '536228726'],
  ])('%s', (head, value) => {
    const text = table(`Name;${head};Date`, (n) => `Anna ${n};x;2024-01-01`, `Ben;${value};2024-01-02`)
    expect(found(nationalId(), text)).toEqual([value])
    expect(found(phone(), text)).toEqual([])
  })

  it.each([
    ['Telefono', '3331234567'],
    ['phone', '0301234567'],
    ['móvil', '612345678'],
  ])('%s', (head, value) => {
    const text = table(`Name,${head},City`, (n) => `Anna ${n},x,Rome`, `Ben,${value},Bonn`)
    expect(found(phone(), text)).toEqual([value])
  })

  it('of another kind are none', () => {
    const row = (head: string, value: string) =>
      table(`Name,${head},City`, (n) => `Anna ${n},x,Rome`, `Ben,${value},Bonn`)
    expect(found(phone(), row('order no', '030 1234567'))).toEqual([])
    expect(found(creditCard(), row('offset', '4111111111111111'))).toEqual([])
    expect(found(creditCard(), row('card', '4111111111111111'))).toEqual(['4111111111111111'])
  })

  it('leave nothing to be found in what was redacted', () => {
    const finder = createFinder({
      detectors: [phone(), nationalId(), creditCard()],
      threshold: 0.5,
      budgetMs: 60_000,
      preview: ({ type }) => `[${type}]`,
    })
    const text = table(
      'Name;Phone;BSN;created',
      (n) => `Anna ${n};0301234${String(n).padStart(3, '0')};111222333;17150871${String(n).padStart(2, '0')}`,
      'Ben;3331234567;123456782;1715087111',
    )
    let left = ''
    let from = 0
    const pieces = finder.find(text, { hint: '', machine: false })
    for (const { type, start, end } of pieces) {
      left += `${text.slice(from, start)}[${type}]`
      from = end
    }
    left += text.slice(from)
    expect(pieces).toHaveLength((ROWS + 1) * 2)
    expect(finder.find(left, { hint: '', machine: false })).toEqual([])
  })
})
