/** The page as a text: what is in it, and that nothing in it is more than it should be. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { inScript, PAGE_ELEMENT, REPORT_ELEMENT } from '../../../src/report/html/page-data.js'
import { html as markup, textOfMarkup } from '../../../src/report/html/render/markup.js'
import { rowId } from '../../../src/report/html/row-id.js'
import { de } from '../../../src/report/html/texts/de.js'
import { en } from '../../../src/report/html/texts/en.js'
import { toHtml } from '../../../src/report/html/to-html.js'
import { parseReport, reportDigest } from '../../../src/report/json.js'
import type { Report } from '../../../src/report/types.js'
import { sampleReport } from '../support/sample.js'
import { dataIn } from './support.js'

let hostile: Report
let pages: readonly string[]

beforeAll(async () => {
  hostile = await sampleReport({ hostile: true, chains: 2 })
  pages = [toHtml(hostile), toHtml(hostile, { locale: 'de' }), toHtml(await sampleReport({ empty: true }))]
})

/** The page without what its scripts and its stylesheet hold. */
const skeleton = (page: string): string =>
  page.replace(/(<script\b[^>]*>)[\s\S]*?<\/script>/g, '$1</script>').replace(/<style>[\s\S]*?<\/style>/, '')
const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64')

describe('the page', () => {
  test('is the same for the same report', () => {
    expect(toHtml(hostile) === pages[0]).toBe(true)
  })

  test('holds the report whole, and its digest', () => {
    for (const page of pages.slice(0, 2)) {
      const held = parseReport(JSON.stringify(dataIn(page, REPORT_ELEMENT)))
      expect(held).toEqual(hostile)
      expect(dataIn(page, PAGE_ELEMENT)).toMatchObject({ digest: reportDigest(hostile) })
    }
  })

  test('lets one script and one stylesheet run, by their hashes, and nothing be fetched', () => {
    for (const page of pages) {
      const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page)?.[1] ?? ''
      const script = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? ''
      const styles = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? ''
      expect(policy.split('; ')).toEqual([
        "default-src 'none'",
        `script-src 'sha256-${sha256(script)}'`,
        `style-src 'sha256-${sha256(styles)}'`,
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ])
      // before anything that it is about
      expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style>'))
    }
  })

  test('has no style, handler or address beside its text', () => {
    for (const page of pages) {
      const body = skeleton(page)
      const attributes = [...body.matchAll(/<[a-z][^<>]*>/gi)].map(([tag]) => tag)
      expect(attributes.filter((tag) => /\s(?:style|on\w+|src|srcset|srcdoc|action|formaction)=/i.test(tag))).toEqual(
        [],
      )
      const addresses = [...body.matchAll(/\shref="([^"]*)"/g)].map(([, href]) => href as string)
      expect(addresses.filter((href) => !/^(?:#|https:\/\/)/.test(href))).toEqual([])
      expect(body).not.toMatch(/<(?:script>alert|img|svg onload|iframe|object|embed|base|link)\b/)
    }
  })

  test('names each place once, and leads to places that are there', () => {
    for (const page of pages) {
      const body = skeleton(page)
      const ids = [...body.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id as string)
      expect(new Set(ids).size).toBe(ids.length)
      const targets = [...body.matchAll(/\shref="#([^"]*)"/g)].map(([, id]) => id as string)
      // rows are the script's
      expect(targets.filter((id) => !id.startsWith('r-') && !ids.includes(id))).toEqual([])
    }
  })

  test('is of one language', () => {
    const [english = '', german = ''] = pages.map(skeleton)
    expect(english.includes('<html lang="en">') && english.includes(en.receipts.title)).toBe(true)
    expect(german.includes('<html lang="de">') && german.includes(de.receipts.title)).toBe(true)
    expect(english.includes(de.receipts.title) || german.includes(en.receipts.title)).toBe(false)
  })
})

describe('data in a script element', () => {
  test('can neither end it nor open another, and is read as what it was', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (json) => {
        const text = inScript(json)
        expect(text).not.toMatch(/[<>&\u2028\u2029]/)
        expect(JSON.parse(text)).toEqual(JSON.parse(json))
      }),
    )
    expect(inScript('"</script><!--\u2028"')).toBe('"\\u003c/script\\u003e\\u003c!--\\u2028"')
  })
})

describe('text in markup', () => {
  test('is never markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = textOfMarkup(markup`<p title="${text}">${text}</p>`)
        expect(written.match(/[<>]/g)).toHaveLength(4)
        expect(written.match(/["']/g)).toHaveLength(2)
      }),
    )
    // what came from JSON and looks like markup is none
    const forged = JSON.parse('{"markup":"<b>"}') as string
    expect(textOfMarkup(markup`${forged}`)).not.toContain('<b>')
  })

  test('ids of rows are letters that mean nothing elsewhere, and differ where receipts do', () => {
    const chain = fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.toWellFormed())
    fc.assert(
      fc.property(chain, fc.nat(), chain, fc.nat(), (a, seqA, b, seqB) => {
        expect(rowId(a, seqA)).toMatch(/^r-[A-Za-z0-9._~-]+-\d+$/)
        if (a !== b || seqA !== seqB) expect(rowId(a, seqA)).not.toBe(rowId(b, seqB))
      }),
    )
    expect(rowId('acme/eu:1', 7)).toBe('r-acme~2feu~3a1-7')
  })
})
