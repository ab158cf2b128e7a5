/** The words around a reconstruction, by language. */
import type { Verdict } from '../../verify/types.js'
import { formatOf } from '../document/format.js'
import type { Locale } from '../types.js'
import type { EntryState, MissingPiece, Relation } from './types.js'

/** For terminals and tables, where a blank that does not break is only odd. */
const plainSpan =
  (locale: Locale) =>
  (ms: number): string =>
    formatOf(locale).duration(ms).replaceAll('\u00a0', ' ')

/** All words of one language. */
export interface ReconstructionWords {
  readonly title: string
  readonly subject: Readonly<Record<'traceId' | 'decisionId' | 'receiptId', string>>
  readonly asOf: string
  readonly verdict: Readonly<Record<Verdict, string>>
  readonly chain: string
  readonly checked: (checked: number, here: number) => string
  readonly chainsRead: (count: number) => string
  readonly proves: string
  readonly timeline: string
  readonly graph: string
  readonly graphText: (receipts: number, drawn: number) => string
  readonly sealed: string
  readonly began: string
  readonly ended: string
  readonly state: Readonly<Record<EntryState['state'], string>>
  readonly relation: Readonly<Record<Relation, string>>
  readonly decisions: string
  readonly by: Readonly<Record<'system' | 'person', string>>
  readonly tools: string
  readonly noResult: string
  readonly models: string
  readonly people: string
  readonly roles: Readonly<Record<'subject' | 'principal' | 'reviewer', string>>
  readonly missing: string
  readonly nothingMissing: string
  readonly missingText: Readonly<Record<MissingPiece['code'], string>>
  /** @returns a span of time, with plain blanks */
  readonly span: (ms: number) => string
  readonly columns: {
    readonly when: string
    readonly what: string
    readonly facts: string
    readonly state: string
    readonly receipt: string
    readonly who: string
    readonly outcome: string
    readonly tool: string
    readonly duration: string
    readonly roles: string
  }
  readonly facts: Readonly<
    Record<
      | 'action'
      | 'decision'
      | 'system'
      | 'model'
      | 'tool'
      | 'person'
      | 'request'
      | 'subject'
      | 'checks'
      | 'fired'
      | 'notFired'
      | 'error'
      | 'input'
      | 'output'
      | 'duration'
      | 'links'
      | 'notHere'
      | 'event'
      | 'reasons'
      | 'details'
      | 'erased'
      | 'kept'
      | 'case'
      | 'unreadable',
      string
    >
  >
  readonly limits: string
}

const en: ReconstructionWords = {
  title: 'Reconstruction of a decision',
  subject: { traceId: 'trace', decisionId: 'case', receiptId: 'receipt' },
  asOf: 'as of',
  verdict: {
    VALID: 'the chains hold, as far as they go',
    INVALID: 'something contradicts: not everything here can be relied on',
    INCOMPLETE: 'nothing contradicts, but not all that was asked for is there or proved',
  },
  chain: 'chain',
  checked: (checked, here) => `${checked} receipts verified, ${here} of them here`,
  chainsRead: (count) => `${count} chain${count === 1 ? '' : 's'} read`,
  proves:
    'A verdict is about a whole chain and the keys that the reader trusts; it does not say that the decision was right.',
  timeline: 'Timeline',
  graph: 'Course',
  graphText: (receipts, drawn) =>
    `${drawn} of ${receipts} receipts by time, children under their parents; dashed lines are links. The table below has the same.`,
  sealed: 'sealed',
  began: 'began',
  ended: 'ended',
  state: { HOLDS: 'holds', BROKEN: 'does not hold', UNPROVED: 'unproved' },
  relation: {
    member: 'belongs to it',
    parent: 'its parent',
    child: 'its child',
    linked: 'linked from it',
    linking: 'links to it',
    retention: 'retention',
  },
  decisions: 'Who decided',
  by: { system: 'system', person: 'person' },
  tools: 'Tools',
  noResult: 'no result',
  models: 'Models',
  people: 'People, by pseudonym',
  roles: { subject: 'concerned', principal: 'on whose behalf', reviewer: 'reviewed' },
  missing: 'What is not there',
  nothingMissing: 'No receipt here points to something that is missing. What was never recorded can not be seen.',
  missingText: {
    NOTHING_FOUND: 'no receipt of it was found in the chains that were read',
    PARENT_NOT_SEALED: 'its parent was never sealed in this chain, or is held no more',
    TOOL_RESULT_MISSING: 'the tool call has no result',
    LINK_TARGET_MISSING: 'it links to a receipt that is not in its chain',
    CHAIN_NOT_READ: 'it links into a chain that was not read',
    DETAILS_ERASED: 'its free text was erased',
    RECEIPTS_PRUNED: 'the chain is held from this seq on: what was before was removed, or is not here',
    OVERSIGHT_MISSING: 'the decision asks for a person, and no review of it was found',
    REQUEST_OPEN: 'the request for oversight has no answer',
    RECEIPT_UNSOUND: 'the receipt can not be relied on',
    CHAIN_UNSOUND: 'the chain does not hold: receipts of it that belonged here may be lost or changed',
    TRUNCATED: 'there is more than was taken, so what is missing can not all be told: raise the limit',
  },
  span: plainSpan('en'),
  columns: {
    when: 'When',
    what: 'What',
    facts: 'Facts',
    state: 'State',
    receipt: 'Receipt',
    who: 'Who',
    outcome: 'Outcome',
    tool: 'Tool',
    duration: 'Duration',
    roles: 'Roles',
  },
  facts: {
    action: 'action',
    decision: 'decision',
    system: 'system',
    model: 'model',
    tool: 'tool',
    person: 'person',
    request: 'request',
    subject: 'concerns',
    checks: 'check',
    fired: 'fired',
    notFired: 'did not fire',
    error: 'error',
    input: 'input',
    output: 'output',
    duration: 'took',
    links: 'link',
    notHere: 'not here',
    event: 'event',
    reasons: 'reasons',
    details: 'free text',
    erased: 'erased',
    kept: 'kept; quittance inspect shows it',
    case: 'case',
    unreadable: 'its members are not as the format has them; they are not shown',
  },
  limits:
    'This is what receipts say. What was never recorded can not be seen here. Times of begin and end are the collector’s clock, the time of sealing is the ledger’s.',
}

const de: ReconstructionWords = {
  title: 'Rekonstruktion einer Entscheidung',
  subject: { traceId: 'Trace', decisionId: 'Fall', receiptId: 'Beleg' },
  asOf: 'Stand',
  verdict: {
    VALID: 'die Ketten halten, so weit sie reichen',
    INVALID: 'etwas widerspricht sich: nicht auf alles hier ist Verlass',
    INCOMPLETE: 'nichts widerspricht sich, aber nicht alles Verlangte ist da oder bewiesen',
  },
  chain: 'Kette',
  checked: (checked, here) => `${checked} Belege geprüft, ${here} davon hier`,
  chainsRead: (count) => `${count} ${count === 1 ? 'Kette' : 'Ketten'} gelesen`,
  proves:
    'Ein Urteil betrifft eine ganze Kette und die Schlüssel, denen der Leser vertraut; es sagt nicht, dass die Entscheidung richtig war.',
  timeline: 'Zeitleiste',
  graph: 'Verlauf',
  graphText: (receipts, drawn) =>
    `${drawn} von ${receipts} Belegen nach der Zeit, Kinder unter ihren Eltern; gestrichelte Linien sind Verweise. Die Tabelle darunter zeigt dasselbe.`,
  sealed: 'versiegelt',
  began: 'begann',
  ended: 'endete',
  state: { HOLDS: 'hält', BROKEN: 'hält nicht', UNPROVED: 'unbewiesen' },
  relation: {
    member: 'gehört dazu',
    parent: 'Elternbeleg',
    child: 'Kind',
    linked: 'darauf wird verwiesen',
    linking: 'verweist darauf',
    retention: 'Aufbewahrung',
  },
  decisions: 'Wer entschied',
  by: { system: 'System', person: 'Person' },
  tools: 'Werkzeuge',
  noResult: 'kein Ergebnis',
  models: 'Modelle',
  people: 'Personen, unter Pseudonym',
  roles: { subject: 'betroffen', principal: 'in wessen Namen', reviewer: 'hat überprüft' },
  missing: 'Was fehlt',
  nothingMissing: 'Kein Beleg hier weist auf etwas Fehlendes. Was nie aufgezeichnet wurde, ist nicht zu sehen.',
  missingText: {
    NOTHING_FOUND: 'in den gelesenen Ketten fand sich kein Beleg dazu',
    PARENT_NOT_SEALED: 'sein Elternbeleg wurde in dieser Kette nie versiegelt oder ist nicht mehr da',
    TOOL_RESULT_MISSING: 'der Werkzeugaufruf hat kein Ergebnis',
    LINK_TARGET_MISSING: 'er verweist auf einen Beleg, der nicht in seiner Kette ist',
    CHAIN_NOT_READ: 'er verweist in eine Kette, die nicht gelesen wurde',
    DETAILS_ERASED: 'sein Freitext wurde gelöscht',
    RECEIPTS_PRUNED: 'die Kette liegt ab dieser seq vor: was davor war, wurde entfernt oder ist nicht hier',
    OVERSIGHT_MISSING: 'die Entscheidung verlangt einen Menschen, und keine Überprüfung durch einen fand sich',
    REQUEST_OPEN: 'die Bitte um Aufsicht hat keine Antwort',
    RECEIPT_UNSOUND: 'auf den Beleg ist kein Verlass',
    CHAIN_UNSOUND:
      'die Kette hält nicht stand: Belege daraus, die hierher gehörten, können verloren oder verändert sein',
    TRUNCATED: 'es gibt mehr, als genommen wurde, darum ist nicht alles Fehlende zu nennen: erhöhen Sie die Grenze',
  },
  span: plainSpan('de'),
  columns: {
    when: 'Wann',
    what: 'Was',
    facts: 'Angaben',
    state: 'Zustand',
    receipt: 'Beleg',
    who: 'Wer',
    outcome: 'Ergebnis',
    tool: 'Werkzeug',
    duration: 'Dauer',
    roles: 'Rollen',
  },
  facts: {
    action: 'Aktion',
    decision: 'Entscheidung',
    system: 'System',
    model: 'Modell',
    tool: 'Werkzeug',
    person: 'Person',
    request: 'Bitte',
    subject: 'betrifft',
    checks: 'Kontrolle',
    fired: 'schlug an',
    notFired: 'schlug nicht an',
    error: 'Fehler',
    input: 'Eingabe',
    output: 'Ausgabe',
    duration: 'dauerte',
    links: 'Verweis',
    notHere: 'nicht hier',
    event: 'Ereignis',
    reasons: 'Gründe',
    details: 'Freitext',
    erased: 'gelöscht',
    kept: 'vorhanden; quittance inspect zeigt ihn',
    case: 'Fall',
    unreadable: 'seine Angaben haben nicht die Form des Formats; sie werden nicht gezeigt',
  },
  limits:
    'Dies ist, was Belege sagen. Was nie aufgezeichnet wurde, ist hier nicht zu sehen. Beginn und Ende sind nach der Uhr des Collectors, die Versiegelung nach der des Ledgers.',
}

/** The words, by language. */
export const reconstructionWords: Readonly<Record<Locale, ReconstructionWords>> = { en, de }
