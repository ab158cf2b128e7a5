/** Headings of the coverage, by language. */
import type { Locale } from '../../report/types.js'

/** What stands around figures. */
export interface CoverageWords {
  readonly chain: string
  readonly noChain: string
  readonly all: (chains: number) => string
  readonly receipts: (receipts: number) => string
  readonly leftOut: (count: number) => string
  readonly period: string
  readonly trust: string
  /** @param origin - a file, or the option that named them */
  readonly keys: (keys: number, origin: string) => string
  readonly seen: string
  readonly missing: string
  readonly models: string
  readonly capture: string
  readonly without: (count: number) => string
  readonly further: (count: number) => string
  readonly none: string
  readonly findings: (count: number) => string
  readonly noFindings: string
  readonly share: (count: number, n: number) => string
  readonly naming: (receipts: number) => string
  readonly undecided: (count: number) => string
  readonly from: (first: string, last: string) => string
  readonly at: (place: string) => string
  readonly waits: (since: string, age: string) => string
  readonly silent: (from: string, to: string, length: string) => string
  readonly clear: string
  readonly nothing: string
  readonly elsewhere: (count: number) => string
  readonly before: (count: number) => string
  readonly forgotten: (count: number) => string
}

const en: CoverageWords = {
  chain: 'chain',
  noChain: 'there is no chain',
  all: (chains) => `${chains} chains together`,
  receipts: (receipts) => `${receipts} receipt${receipts === 1 ? '' : 's'} counted`,
  leftOut: (count) =>
    `${count} left out, because the verifier found something against ${count === 1 ? 'it' : 'them'}: what ${count === 1 ? 'it holds' : 'they hold'} looks as if it had never been sealed`,
  period: 'period',
  trust: 'trust',
  keys: (keys, origin) => `${keys} key${keys === 1 ? '' : 's'} from ${origin}`,
  seen: 'types seen',
  missing: 'types not seen',
  models: 'models',
  capture: 'recorded by',
  without: (count) => `none named: ${count}`,
  further: (count) => `others: ${count}`,
  none: 'none',
  findings: (count) => `${count} finding${count === 1 ? '' : 's'}`,
  noFindings: 'no finding',
  share: (count, n) => `${count} of ${n}`,
  naming: (receipts) => `naming ${receipts} receipt${receipts === 1 ? '' : 's'}`,
  undecided: (count) => `perhaps ${count} more: let go before it was known`,
  from: (first, last) => `${first} to ${last}`,
  at: (place) => place,
  waits: (since, age) => `since ${since}, ${age} ago`,
  silent: (from, to, length) => `${from} to ${to}, ${length}`,
  clear: 'nothing found',
  nothing: 'nothing to look at',
  elsewhere: (count) => `links into other chains, not followed: ${count}`,
  before: (count) => `references to what is older than the first receipt held, perhaps pruned: ${count}`,
  forgotten: (count) => `receipts whose ids were let go for want of memory: ${count}`,
}

const de: CoverageWords = {
  chain: 'Kette',
  noChain: 'es gibt keine Kette',
  all: (chains) => `${chains} Ketten zusammen`,
  receipts: (receipts) => `${receipts} ${receipts === 1 ? 'Beleg' : 'Belege'} gezählt`,
  leftOut: (count) =>
    `${count} nicht gezählt, weil die Prüfung etwas dagegen fand: was darin steht, sieht aus, als wäre es nie versiegelt worden`,
  period: 'Zeitraum',
  trust: 'Vertrauen',
  keys: (keys, origin) => `${keys} Schlüssel aus ${origin}`,
  seen: 'Arten gesehen',
  missing: 'nicht gesehen',
  models: 'Modelle',
  capture: 'aufgezeichnet von',
  without: (count) => `ohne Angabe: ${count}`,
  further: (count) => `weitere: ${count}`,
  none: 'keine',
  findings: (count) => `${count} ${count === 1 ? 'Befund' : 'Befunde'}`,
  noFindings: 'kein Befund',
  share: (count, n) => `${count} von ${n}`,
  naming: (receipts) => `nennt ${receipts} ${receipts === 1 ? 'Beleg' : 'Belege'}`,
  undecided: (count) => `vielleicht ${count} mehr: vergessen, bevor es sich zeigte`,
  from: (first, last) => `${first} bis ${last}`,
  at: (place) => place,
  waits: (since, age) => `seit ${since}, vor ${age}`,
  silent: (from, to, length) => `${from} bis ${to}, ${length}`,
  clear: 'nichts gefunden',
  nothing: 'nichts anzusehen',
  elsewhere: (count) => `Verweise in andere Ketten, nicht verfolgt: ${count}`,
  before: (count) => `Verweise auf Älteres als den ersten vorhandenen Beleg, vielleicht entfernt: ${count}`,
  forgotten: (count) => `Belege, deren Kennung aus Platzmangel vergessen wurde: ${count}`,
}

/** The words, by language. */
export const coverageWords: Readonly<Record<Locale, CoverageWords>> = { en, de }
