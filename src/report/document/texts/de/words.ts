/** Deutsch: Bezeichnungen, die in vielen Abschnitten vorkommen. */
import type { Format } from '../../format.js'
import { p } from '../../phrase.js'
import type { Texts } from '../en.js'

/** @returns The words, with figures written as `f` does. */
export const words = (f: Format): Texts['words'] => ({
  documentTitle: (system) =>
    system === undefined ? 'Bericht über Entscheidungsbelege' : `Bericht über Entscheidungsbelege: ${system}`,
  receipts: (n) => `${f.number(n)} ${n === 1 ? 'Beleg' : 'Belege'}`,
  decisions: (n) => `${f.number(n)} ${n === 1 ? 'Entscheidung' : 'Entscheidungen'}`,
  chains: (n) => `${f.number(n)} ${n === 1 ? 'Kette' : 'Ketten'}`,
  ofN: (count, n) => `${f.number(count)} von ${f.number(n)}`,
  range: (from, to) => `${from} bis ${to}`,
  atLeast: (from) => `mindestens ${from}`,
  upTo: (to) => `höchstens ${to}`,
  unbounded: 'nach keiner Seite begrenzt',
  and: ' und ',
  none: 'keine',
  yes: 'ja',
  no: 'nein',
  estimate: (count, n, rate, interval, level) =>
    `${f.number(count)} von ${f.number(n)} = ${rate} (Intervall zum Niveau ${level}: ${interval})`,
  rateAndInterval: (rate, interval) => `${rate} (${interval})`,
  until: (from, until) => p`${from} bis ${until} (Ende nicht eingeschlossen)`,
  firstAndLast: (first, last) => p`erster ${first}, letzter ${last}`,
  verdictMeans: {
    VALID:
      'Jeder geprüfte Beleg trägt eine gültige Signatur eines vertrauten Schlüssels, ist unverändert und schließt an den vorhergehenden an. Das heißt nicht, dass das System gut arbeitet oder dass jedes Ereignis aufgezeichnet wurde.',
    INVALID:
      'Etwas in der Kette widerspricht dem Übrigen: Belege wurden verändert, entfernt, eingefügt oder mit einem Schlüssel signiert, der nicht signieren darf. Die Kennzahlen zählen nur Belege, gegen die nichts gefunden wurde. Verlassen Sie sich nicht auf sie, solange die Ursache nicht bekannt ist.',
    INCOMPLETE:
      'Nichts widerspricht sich, aber nicht alles Verlangte ist vorhanden, oder nicht alles ließ sich prüfen. Was fehlt, ist unten genannt.',
  },
  tail: {
    unproved: 'Nichts zeigt, ob nach dem letzten Beleg weitere abgeschnitten wurden.',
    'expected-head': 'Der letzte Beleg ist der, den der Auftraggeber an anderer Stelle notiert hatte.',
    checkpoint: 'Ein signierter Kontrollpunkt umfasst den letzten Beleg.',
    'chain-end': 'Die Kette wurde abgeschlossen: Ihr letzter Beleg sagt es.',
  },
  absent: {
    NO_OBSERVATIONS: 'keine Kennzahl: nichts wurde beobachtet',
    TOO_FEW_OBSERVATIONS: 'keine Kennzahl: zu wenige Beobachtungen',
    GROUP_TOO_SMALL: 'nicht verglichen: die Gruppe ist zu klein',
    NO_REFERENCE: 'nicht verglichen: keine Gruppe ist für einen Vergleich groß genug',
    REFERENCE_RATE_ZERO: 'kein Verhältnis: die Rate der Vergleichsgruppe ist 0',
    EMPTY_BIN: 'keine Kennzahl: eine der Klassen ist leer',
    EMPTY_INTERSECTION: 'kein Intervall: die früheren Intervalle haben keinen Wert gemeinsam',
  },
  event: {
    'system.chain_start': 'Beginn der Kette',
    'system.chain_end': 'Ende der Kette',
    'system.rollback': 'Rückfall des Speichers: Belege gingen verloren',
    'system.heartbeat': 'Lebenszeichen',
    'system.gap': 'erklärte Lücke',
    'system.change': 'Änderung',
    'system.report': 'versiegelter Bericht',
    'system.checkpoint': 'Kontrollpunkt',
    'system.notice': 'Hinweis',
    'key.delegate': 'Zertifikat für einen Schlüssel',
    'key.rotate': 'Schlüsselwechsel',
    'key.revoke': 'Widerruf eines Schlüssels',
    'retention.prune': 'Entfernung alter Belege',
    'retention.erase': 'Löschung von Einzelheiten',
    'retention.hold': 'Löschsperre',
    'retention.release': 'Aufhebung einer Löschsperre',
    'retention.shred': 'Vernichtung eines Geheimnisses',
  },
  eventType: {
    decision: 'Entscheidung',
    inference: 'Modellaufruf',
    tool_call: 'Werkzeugaufruf',
    tool_result: 'Werkzeugergebnis',
    human_oversight: 'menschliche Aufsicht',
    annotation: 'Anmerkung',
    session_start: 'Beginn einer Sitzung',
    session_end: 'Ende einer Sitzung',
    system: 'Eintrag des Ledgers',
    key: 'Eintrag zu Schlüsseln',
    retention: 'Eintrag zur Aufbewahrung',
  },
})
