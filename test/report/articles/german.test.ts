/** Both languages of the tables: complete, of one shape, with the same numbers, and neither in the place of the other. */
import { describe, expect, it } from 'vitest'
import { germanCrosswalks, germanDates, germanProvisions, germanSources } from '../../../src/report/articles/de.js'
import {
  applicationDates,
  crosswalkGroupText,
  crosswalkText,
  dateText,
  iso42001Crosswalk,
  legalSources,
  nistAiRmfCrosswalk,
  provisionText,
  sourceText,
  textAddress,
} from '../../../src/report/articles/index.js'
import { provisions } from './support.js'

const crosswalks = [iso42001Crosswalk, nistAiRmfCrosswalk]

/**
 * Typed from public renderings of the German text of the Official Journal, ABl. L, 2024/1689, 12.7.2024:
 * umwelt-online.de, verordnung-ki.de, ki-gesetz.de, springlex.eu.
 */
const aiActTitles: Readonly<Record<number, string>> = {
  9: 'Risikomanagementsystem',
  10: 'Daten und Daten-Governance',
  12: 'Aufzeichnungspflichten',
  13: 'Transparenz und Bereitstellung von Informationen für die Betreiber',
  14: 'Menschliche Aufsicht',
  15: 'Genauigkeit, Robustheit und Cybersicherheit',
  17: 'Qualitätsmanagementsystem',
  18: 'Aufbewahrung der Dokumentation',
  19: 'Automatisch erzeugte Protokolle',
  20: 'Korrekturmaßnahmen und Informationspflicht',
  26: 'Pflichten der Betreiber von Hochrisiko-KI-Systemen',
  27: 'Grundrechte-Folgenabschätzung für Hochrisiko-KI-Systeme',
  50: 'Transparenzpflichten für Anbieter und Betreiber bestimmter KI-Systeme',
  72: 'Beobachtung nach dem Inverkehrbringen durch die Anbieter und Plan für die Beobachtung nach dem Inverkehrbringen für Hochrisiko-KI-Systeme',
  73: 'Meldung schwerwiegender Vorfälle',
  86: 'Recht auf Erläuterung der Entscheidungsfindung im Einzelfall',
}

/** Typed from public lists of the articles of Regulation (EU) 2016/679, ABl. L 119 vom 4.5.2016. */
const gdprTitles: Readonly<Record<number, string>> = {
  5: 'Grundsätze für die Verarbeitung personenbezogener Daten',
  17: 'Recht auf Löschung (\u201eRecht auf Vergessenwerden\u201c)',
  22: 'Automatisierte Entscheidungen im Einzelfall einschließlich Profiling',
  30: 'Verzeichnis von Verarbeitungstätigkeiten',
}

/** Words that are written alike in both languages, or belong to a name. */
const englishWords =
  /\b(?:the|of|and|that|which|with|were|is|are|not|what|who|how|when|whether|by|to|from|for|receipts?|decisions?)\b/i
const germanWords =
  /\b(?:der|die|das|und|den|dem|des|ein|eine|nicht|wie|wer|oder|dass|ist|sind|wurde|wurden|für)\b|[äöüß]/i

/** Every string in a value, with where it stands. */
function stringsOf(value: unknown, at: string): [where: string, text: string][] {
  if (typeof value === 'string') return [[at, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, item]) => stringsOf(item, `${at}.${name}`))
}

/** The same without values: which members there are, and how many items. */
const shapeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .map(([name, item]): [string, unknown] => [name, shapeOf(item)])
          .sort(([one], [other]) => one.localeCompare(other)),
      )
    : typeof value

const monthNames = {
  January: 1,
  July: 7,
  August: 8,
  October: 10,
  December: 12,
  Januar: 1,
  Juli: 7,
  Oktober: 10,
  Dezember: 12,
} as const

const spelt = { two: 2, zwei: 2, six: 6, sechs: 6, ten: 10, zehn: 10 } as const

/** The numbers of a text, in order of size; months and small numbers that are written out count as numbers. */
function numbersOf(text: string): readonly number[] {
  const ordinals = text.replace('third paragraph', '3').replace('second paragraph', '2')
  const months = ordinals.replace(/[A-Z][a-zä]+/g, (word) => `${monthNames[word as keyof typeof monthNames] ?? word}`)
  const words = months.replace(/[a-z]+/gi, (word) => `${spelt[word.toLowerCase() as keyof typeof spelt] ?? word}`)
  return (words.match(/\d+/g) ?? []).map(Number).sort((one, other) => one - other)
}

/** English and German of everything, side by side. */
const pairs: readonly [name: string, en: object, de: object][] = [
  ...provisions.map((one): [string, object, object] => [one.id, provisionText(one, 'en'), provisionText(one, 'de')]),
  ...applicationDates.dates.map((one): [string, object, object] => [one.id, dateText(one, 'en'), dateText(one, 'de')]),
  ...legalSources.map((one): [string, object, object] => [one.id, sourceText(one, 'en'), sourceText(one, 'de')]),
  ...crosswalks.flatMap((table) => [
    ...table.entries.map((one): [string, object, object] => [
      `${table.framework} ${one.id}`,
      crosswalkText(table, one, 'en'),
      crosswalkText(table, one, 'de'),
    ]),
    ...table.groups.map((one): [string, object, object] => [
      `${table.framework} ${one.id}`,
      { name: crosswalkGroupText(table, one, 'en') },
      { name: crosswalkGroupText(table, one, 'de') },
    ]),
  ]),
]

describe('the two languages', () => {
  it('have the same shape everywhere', () => {
    for (const [name, en, de] of pairs) expect(shapeOf(de), name).toEqual(shapeOf(en))
  })

  it('have no more in German than there is in English', () => {
    expect(Object.keys(germanProvisions).sort()).toEqual(provisions.map(({ id }) => id).sort())
    expect(Object.keys(germanDates).sort()).toEqual(applicationDates.dates.map(({ id }) => id).sort())
    expect(Object.keys(germanSources).sort()).toEqual(legalSources.map(({ id }) => id).sort())
    expect(Object.keys(germanCrosswalks).sort()).toEqual(crosswalks.map(({ framework }) => framework).sort())
    for (const { framework, entries, groups } of crosswalks) {
      expect(Object.keys(germanCrosswalks[framework]?.entries ?? {}).sort()).toEqual(entries.map(({ id }) => id).sort())
      expect(Object.keys(germanCrosswalks[framework]?.groups ?? {}).sort()).toEqual(groups.map(({ id }) => id).sort())
    }
  })

  it('name the same numbers: days, articles, paragraphs, periods', () => {
    for (const [name, en, de] of pairs) {
      const german = new Map(stringsOf(de, name))
      for (const [at, text] of stringsOf(en, name)) {
        expect([at, numbersOf(german.get(at) ?? '')]).toEqual([at, numbersOf(text)])
      }
    }
  })

  it('name the same points, and by the right letters', () => {
    // (c)(ii) is Buchstabe c Ziffer ii, points (ba) and (bb) are Buchstaben ba und bb
    const english = (text: string) => [...text.matchAll(/\(([a-z]{1,2})\)/g)].map(([, letters]) => letters ?? '').sort()
    const german = (text: string) =>
      [...text.matchAll(/Buchstaben? ([a-z]{1,2})(?: und ([a-z]{1,2}))?|Ziffer ([ivx]+)/g)]
        .flatMap(([, ...letters]) => letters.filter((one) => one !== undefined))
        .sort()
    for (const [name, en, de] of pairs) {
      const other = new Map(stringsOf(de, name))
      for (const [at, text] of stringsOf(en, name)) {
        expect([at, german(other.get(at) ?? '')]).toEqual([at, english(text)])
      }
    }
  })

  it('are not mixed up', () => {
    for (const [name, en, de] of pairs) {
      for (const [at, text] of stringsOf(en, name)) expect(text, at).not.toMatch(germanWords)
      for (const [at, text] of stringsOf(de, name)) {
        // the framework of NIST has no German title
        if (at === 'nist-ai-100-1.name') continue
        expect(text, at).not.toMatch(englishWords)
      }
    }
  })

  it('say nothing twice: no German text is the English one', () => {
    const same = pairs.flatMap(([name, en, de]) => {
      const german = new Map(stringsOf(de, name))
      return stringsOf(en, name).filter(([at, text]) => german.get(at) === text)
    })
    expect(same).toEqual([
      ['nist-ai-100-1.name', 'NIST AI 100-1, Artificial Intelligence Risk Management Framework (AI RMF 1.0)'],
    ])
  })

  it('are written by the same rules', () => {
    for (const provision of provisions) {
      const { asks, shows, cannotShow, applicationNote } = provisionText(provision, 'de')
      expect(asks).toMatch(/^[A-ZÄÖÜ][^\n]{20,240}\.$/)
      for (const line of shows) expect(line).toMatch(/^[A-Za-zäöüÄÖÜ].{10,}[^.]$/)
      for (const line of cannotShow) expect(line).toMatch(/^[A-ZÄÖÜ].+\.$/)
      if (applicationNote !== undefined) expect(applicationNote).toMatch(/\.$/)
    }
    for (const table of crosswalks) {
      for (const entry of table.entries) {
        expect(crosswalkText(table, entry, 'de').reason).toMatch(/^[A-ZÄÖÜ][^.]{30,}\.$/)
      }
    }
  })

  it('promise nothing: no word of a verdict', () => {
    const german = JSON.stringify([germanProvisions, germanDates, germanCrosswalks])
    const named = german.replaceAll('Konformitätserklärung', '')
    expect(named).not.toMatch(/konform|zertifi|garantier|rechtssicher|complian/i)
  })
})

describe('German titles', () => {
  it('are those of the German text', () => {
    for (const provision of provisions) {
      const titles = provision.regulation === 'reg-2016-679' ? gdprTitles : aiActTitles
      expect(provisionText(provision, 'de').title, provision.cite).toBe(titles[provision.article])
    }
  })

  it('own up to how they were read, in both languages', () => {
    for (const id of ['reg-2024-1689', 'reg-2016-679']) {
      const source = legalSources.find((one) => one.id === id)
      if (source === undefined) throw new Error(`no source ${id}`)
      expect(sourceText(source, 'en').note).toMatch(/German titles were not read in the Official Journal/)
      expect(sourceText(source, 'de').note).toMatch(/deutschen Titel wurden nicht im Amtsblatt selbst gelesen/)
    }
  })

  it('lead to the German text where there is one', () => {
    const [first] = provisions
    expect(textAddress(first?.address ?? '', 'de')).toBe(
      'https://eur-lex.europa.eu/legal-content/DE/TXT/?uri=CELEX:32024R1689#art_9',
    )
    expect(textAddress(first?.address ?? '', 'en')).toBe(first?.address)
    expect(textAddress('https://www.iso.org/standard/81230.html', 'de')).toBe('https://www.iso.org/standard/81230.html')
  })
})

describe('a text that is not there', () => {
  it('is a fault, not English in German', () => {
    const [provision] = provisions
    const [date] = applicationDates.dates
    const [source] = legalSources
    const [entry] = iso42001Crosswalk.entries
    const [group] = iso42001Crosswalk.groups
    if (!provision || !date || !source || !entry || !group) throw new Error('the tables are empty')
    expect(() => provisionText({ ...provision, id: 'none' }, 'de')).toThrow(RangeError)
    expect(() => dateText({ ...date, id: 'none' }, 'de')).toThrow(RangeError)
    expect(() => sourceText({ ...source, id: 'none' }, 'de')).toThrow(RangeError)
    expect(() => crosswalkText({ framework: 'none' }, entry, 'de')).toThrow(RangeError)
    expect(() => crosswalkGroupText(iso42001Crosswalk, { ...group, id: 'none' }, 'de')).toThrow(RangeError)
  })
})
