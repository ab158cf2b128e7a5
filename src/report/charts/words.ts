/** The words in the drawings, in the languages of a report. */
import type { Locale } from '../types.js'

/** What a drawing says beside names and numbers. */
export interface Words {
  readonly noData: string
  readonly noDecisions: string
  readonly noValues: string
  readonly noChecks: string
  readonly noChains: string
  readonly noEvents: string
  /** @param range - the days of the axis */
  readonly time: (range: string) => string
  readonly failureRate: string
  readonly rate: string
  readonly confidence: (level: string) => string
  readonly limits: string
  readonly increase: string
  readonly decrease: string
  /** @param n - the first decision that is drawn */
  readonly shownFrom: (n: string) => string
  readonly decisionNumber: string
  readonly logLikelihood: string
  readonly path: string
  readonly boundaries: string
  readonly flagged: string
  readonly withinLimit: string
  readonly decisionsPer: (span: string) => string
  readonly decisions: string
  readonly otherLabels: (count: string) => string
  /** @param unit - as people write it */
  readonly latency: (unit: string) => string
  readonly quantile: (q: string) => string
  readonly fireRate: string
  readonly fired: (count: string, n: string) => string
  readonly moreRows: (count: string) => string
  readonly held: string
  readonly explainedGap: string
  readonly unexplainedGap: string
  readonly period: string
  readonly noReceipts: string
  /** @param date - a day in UTC */
  readonly day: (date: string) => string
  readonly undated: string
  readonly parent: string
  readonly link: string
  readonly broken: string
  readonly unproved: string
  readonly marks: {
    readonly key: string
    readonly revoked: string
    readonly removed: string
    readonly hold: string
    readonly rollback: string
    readonly change: string
    readonly ends: string
    readonly other: string
  }
  readonly units: Readonly<Record<SpanUnit, readonly [one: string, many: string]>>
}

/** Units of a span of time. */
export type SpanUnit = 'millisecond' | 'second' | 'minute' | 'hour' | 'day' | 'week'

const en: Words = {
  noData: 'No data',
  noDecisions: 'No data: no decisions to draw',
  noValues: 'No data: no measured values',
  noChecks: 'No data: no checks ran',
  noChains: 'No data: no chains',
  noEvents: 'No data: no events',
  time: (range) => `Time (UTC), ${range}`,
  failureRate: 'Failure rate (% of decisions so far)',
  rate: 'Failure rate',
  confidence: (level) => `${level} confidence sequence`,
  limits: 'Rates that the test tells apart',
  increase: 'Increase began (estimate)',
  decrease: 'Decrease began (estimate)',
  shownFrom: (n) => `drawn from decision ${n} on`,
  decisionNumber: 'Decisions (number)',
  logLikelihood: 'Log-likelihood ratio of the cycle',
  path: 'Evidence, from 0 in each cycle',
  boundaries: 'Boundaries',
  flagged: 'Flagged',
  withinLimit: 'Within limit',
  decisionsPer: (span) => `Decisions (number in ${span})`,
  decisions: 'Decisions (number)',
  otherLabels: (count) => `Other (${count})`,
  latency: (unit) => `Latency (${unit}, logarithmic scale)`,
  quantile: (q) => `p${q}`,
  fireRate: 'Share of runs in which the check fired (%)',
  fired: (count, n) => `${count} of ${n}`,
  moreRows: (count) => `${count} more in the table`,
  held: 'Receipts held',
  explainedGap: 'Gap, explained',
  unexplainedGap: 'Gap, unexplained',
  period: 'Period of the report',
  noReceipts: 'no receipts',
  day: (date) => `${date} (UTC)`,
  undated: 'Without a time',
  parent: 'Line to the parent',
  link: 'Speaks of',
  broken: 'Does not hold',
  unproved: 'Unproved',
  marks: {
    key: 'Key rotated or delegated',
    revoked: 'Key revoked',
    removed: 'Data removed',
    hold: 'Hold set or released',
    rollback: 'Rollback',
    change: 'Change to the system',
    ends: 'Start or end of the chain',
    other: 'Other event',
  },
  units: {
    millisecond: ['1 millisecond', 'milliseconds'],
    second: ['1 second', 'seconds'],
    minute: ['1 minute', 'minutes'],
    hour: ['1 hour', 'hours'],
    day: ['1 day', 'days'],
    week: ['1 week', 'weeks'],
  },
}

const de: Words = {
  noData: 'Keine Daten',
  noDecisions: 'Keine Daten: keine Entscheidungen',
  noValues: 'Keine Daten: keine gemessenen Werte',
  noChecks: 'Keine Daten: keine Kontrolle lief',
  noChains: 'Keine Daten: keine Ketten',
  noEvents: 'Keine Daten: keine Ereignisse',
  time: (range) => `Zeit (UTC), ${range}`,
  failureRate: 'Rate der Fehlfälle (% der bisherigen Entscheidungen)',
  rate: 'Rate der Fehlfälle',
  confidence: (level) => `Konfidenzfolge, ${level}`,
  limits: 'Raten, die der Test unterscheidet',
  increase: 'Anstieg begann (Schätzung)',
  decrease: 'Rückgang begann (Schätzung)',
  shownFrom: (n) => `gezeichnet ab Entscheidung ${n}`,
  decisionNumber: 'Entscheidungen (Anzahl)',
  logLikelihood: 'Log-Likelihood-Quotient des Zyklus',
  path: 'Evidenz, in jedem Zyklus ab 0',
  boundaries: 'Grenzen',
  flagged: 'Warnung',
  withinLimit: 'Im Rahmen',
  decisionsPer: (span) => `Entscheidungen (Anzahl in ${span})`,
  decisions: 'Entscheidungen (Anzahl)',
  otherLabels: (count) => `Andere (${count})`,
  latency: (unit) => `Antwortzeit (${unit}, logarithmische Skala)`,
  quantile: (q) => `p${q}`,
  fireRate: 'Anteil der Läufe, in denen die Kontrolle anschlug (%)',
  fired: (count, n) => `${count} von ${n}`,
  moreRows: (count) => `${count} weitere in der Tabelle`,
  held: 'Vorhandene Belege',
  explainedGap: 'Lücke, erklärt',
  unexplainedGap: 'Lücke, unerklärt',
  period: 'Berichtszeitraum',
  noReceipts: 'keine Belege',
  day: (date) => `${date} (UTC)`,
  undated: 'Ohne Zeit',
  parent: 'Linie zum Elternbeleg',
  link: 'Verweist auf',
  broken: 'Hält nicht',
  unproved: 'Unbewiesen',
  marks: {
    key: 'Schlüssel gewechselt oder delegiert',
    revoked: 'Schlüssel widerrufen',
    removed: 'Daten entfernt',
    hold: 'Löschsperre gesetzt oder aufgehoben',
    rollback: 'Rückfall (Rollback)',
    change: 'Änderung am System',
    ends: 'Beginn oder Ende der Kette',
    other: 'Anderes Ereignis',
  },
  units: {
    millisecond: ['1 Millisekunde', 'Millisekunden'],
    second: ['1 Sekunde', 'Sekunden'],
    minute: ['1 Minute', 'Minuten'],
    hour: ['1 Stunde', 'Stunden'],
    day: ['1 Tag', 'Tagen'],
    week: ['1 Woche', 'Wochen'],
  },
}

const all: Readonly<Record<Locale, Words>> = { en, de }

/**
 * Gives the words of a language.
 *
 * @param locale - the report's language
 * @returns its words
 */
export function wordsOf(locale: Locale): Words {
  return all[locale]
}
