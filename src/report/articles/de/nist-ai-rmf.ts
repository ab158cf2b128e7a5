/** German for the crosswalk of NIST AI RMF 1.0. The short names are ours in both languages. */
import type { CrosswalkTexts } from '../types.js'

/** By id of the group and of the subcategory. */
export const germanNistAiRmf: CrosswalkTexts = {
  groups: {
    GOVERN: 'Steuern',
    'GOVERN 1': 'Regeln und Gepflogenheiten für KI-Risiken',
    'GOVERN 2': 'Rechenschaft',
    'GOVERN 3': 'Vielfalt der Belegschaft, Rollen von Menschen und KI',
    'GOVERN 4': 'Kultur',
    'GOVERN 5': 'Austausch mit KI-Akteuren',
    'GOVERN 6': 'Dritte und Lieferkette',
    MAP: 'Erfassen',
    'MAP 1': 'Zusammenhang',
    'MAP 2': 'Einordnung',
    'MAP 3': 'Fähigkeiten, Nutzen und Kosten',
    'MAP 4': 'Risiken der Bestandteile',
    'MAP 5': 'Auswirkungen',
    MEASURE: 'Messen',
    'MEASURE 1': 'Verfahren und Kennzahlen',
    'MEASURE 2': 'Bewertung der Vertrauenswürdigkeit',
    'MEASURE 3': 'Verfolgung von Risiken über die Zeit',
    'MEASURE 4': 'Rückmeldung zur Messung',
    MANAGE: 'Handhaben',
    'MANAGE 1': 'Rangfolge und Maßnahmen',
    'MANAGE 2': 'Strategien für Nutzen und Auswirkungen',
    'MANAGE 3': 'Dritte',
    'MANAGE 4': 'Behandlung, Wiederherstellung und Mitteilung',
  },
  entries: {
    'GOVERN 1.5': {
      name: 'Laufende Überwachung und regelmäßige Durchsicht',
      reason:
        'Berichte und Lebenszeichen in der Kette datieren, wann überwacht wurde; das lässt sich an der geplanten Häufigkeit messen.',
    },
    'GOVERN 1.6': {
      name: 'Verzeichnis der KI-Systeme',
      reason:
        'Die Systeme und Modelle in Belegen sind die verwendeten, sodass sich ein Verzeichnis daran prüfen lässt.',
    },
    'GOVERN 1.7': {
      name: 'Außerbetriebnahme',
      reason: 'Das Ende einer Kette datiert, wann eine Aufzeichnung geschlossen wurde, und nennt, was auf sie folgt.',
    },
    'GOVERN 2.1': {
      name: 'Rollen und Verantwortlichkeiten',
      reason: 'Belege zeigen, in welcher Rolle Menschen handelten; das lässt sich an den vergebenen Rollen messen.',
    },
    'GOVERN 3.2': {
      name: 'Rollen von Menschen und KI, und Aufsicht',
      reason: 'Jede Entscheidung sagt, ob das System entschied oder mitwirkte und ob ein Mensch sie ansehen sollte.',
    },
    'GOVERN 4.3': {
      name: 'Tests, Erkennen von Vorfällen, Weitergabe von Wissen',
      reason: 'Vermerke zeigen, dass Vorfälle und Bewertungen bei dem Fall festgehalten werden, zu dem sie gehören.',
    },
    'GOVERN 6.1': {
      name: 'Risiken durch Dritte',
      reason: 'Belege zeigen, welche Dritten eine Regelung abdecken muss, denn sie nennen jeden, der mitwirkte.',
    },
    'GOVERN 6.2': {
      name: 'Vorsorge für Ausfälle bei Dritten',
      reason: 'Fehler nach ihrer Quelle und die Versuche danach zeigen, ob ein Ausweg trug, als er gebraucht wurde.',
    },
    'MAP 2.1': {
      name: 'Aufgaben und Verfahren',
      reason: 'Arten von Entscheidungen und Vorgängen zeigen, für welche Aufgaben das System wirklich verwendet wird.',
    },
    'MAP 3.5': {
      name: 'Abläufe der menschlichen Aufsicht',
      reason: 'Verlangte und erfolgte Überprüfungen zeigen, ob der Ablauf gelebt wird.',
    },
    'MAP 4.1': {
      name: 'Risiken der Bestandteile, auch von Dritten',
      reason: 'Belege nennen die Bestandteile jedes Falls, sodass kein verwendeter fehlt, wenn Risiken erfasst werden.',
    },
    'MAP 4.2': {
      name: 'Interne Kontrollen für Bestandteile',
      reason:
        'Jede Kontrolle sitzt an einer benannten Stelle, und Belege zeigen, wann sie lief, anschlug oder ausfiel.',
    },
    'MAP 5.1': {
      name: 'Wahrscheinlichkeit und Ausmaß von Auswirkungen',
      reason:
        'Raten von Ergebnissen und vermerkten Vorfällen sind gemessene Wahrscheinlichkeiten; das Ausmaß beurteilen Menschen.',
    },
    'MEASURE 1.2': {
      name: 'Wirksamkeit von Kennzahlen und Kontrollen',
      reason:
        'Wie oft Kontrollen anschlagen, zeigt neben dem später zu denselben Fällen Vermerkten, ob sie fangen, was sie sollen.',
    },
    'MEASURE 2.3': {
      name: 'Leistung unter Einsatzbedingungen',
      reason: 'Werte, Fehler und spätere Erkenntnisse sind Messungen dort, wo das System verwendet wird.',
    },
    'MEASURE 2.4': {
      name: 'Überwachung im Betrieb',
      reason: 'Belege zeichnen das Verhalten des Systems und seiner Bestandteile im Betrieb auf, Fall für Fall.',
    },
    'MEASURE 2.6': {
      name: 'Sicherheit für Menschen',
      reason: 'Ablehnungen, Stopps und Fehler zeigen, wie sich das System an einer Grenze verhielt.',
    },
    'MEASURE 2.7': {
      name: 'Schutz vor Angriffen und Widerstandskraft',
      reason:
        'Angriffe, die eine Kontrolle erkannte, ausgetauschte Werkzeuge, Wiederanläufe und Schlüsselwechsel hinterlassen eine Spur in Belegen.',
    },
    'MEASURE 2.8': {
      name: 'Transparenz und Rechenschaft',
      reason:
        'Wer oder was handelte, ist aufgezeichnet, signiert und verkettet, sodass prüfen kann, wer keinem Beteiligten traut.',
    },
    'MEASURE 2.9': {
      name: 'Erklärung und Deutung der Ausgabe',
      reason:
        'Aufgezeichnete Gründe, Faktoren und Quellen helfen, eine Ausgabe zu lesen, auch wenn sie das Modell nicht erklären.',
    },
    'MEASURE 2.10': {
      name: 'Privatsphäre',
      reason:
        'Wie viel wovon geschwärzt wurde, zeigt, wo personenbezogene Daten auftreten und dass sie vor dem Hashen entfernt wurden.',
    },
    'MEASURE 2.11': {
      name: 'Fairness und Verzerrung',
      reason:
        'Auswahlraten nach Gruppen lassen sich aus Belegen errechnen, wo Gruppen festgehalten wurden und noch da sind.',
    },
    'MEASURE 3.1': {
      name: 'Verfolgung bekannter und neuer Risiken',
      reason:
        'Raten von Kontrollen und Gründen über die Zeit zeigen Risiken, die wachsen, und solche, die niemand benannt hatte.',
    },
    'MEASURE 3.3': {
      name: 'Problemmeldungen und Einsprüche',
      reason:
        'Umkehrungen und Vermerke zeigen, was aus einem angefochtenen Fall wurde, sobald er die Aufzeichnung erreichte.',
    },
    'MEASURE 4.3': {
      name: 'Verbesserungen und Verschlechterungen',
      reason: 'Raten und Werte vor und nach einer aufgezeichneten Änderung zeigen, ob die Leistung stieg oder sank.',
    },
    'MANAGE 2.3': {
      name: 'Reaktion auf unbekannte Risiken',
      reason: 'Vorfall, Eingriff und Änderung stehen in einer zeitlichen Reihe; sie zeigt, wie schnell reagiert wurde.',
    },
    'MANAGE 2.4': {
      name: 'Ersetzen, Abkoppeln und Abschalten',
      reason: 'Überstimmungen, Stopps und Wiederaufnahmen sind aufgezeichnet, mit wem und wann.',
    },
    'MANAGE 3.1': {
      name: 'Überwachung der Mittel von Dritten',
      reason:
        'Fehler und Antwortzeiten nach Anbieter und Werkzeugserver sind die Überwachung dessen, was andere liefern.',
    },
    'MANAGE 3.2': {
      name: 'Überwachung vortrainierter Modelle',
      reason:
        'Belege nennen das Modell, das antwortete, sodass ein stiller Wechsel eines vortrainierten Modells auffällt.',
    },
    'MANAGE 4.1': {
      name: 'Überwachung nach der Inbetriebnahme',
      reason:
        'Belege liefern, was ein solcher Plan verlangt: Verhalten, Überstimmungen, Einsprüche, Vorfälle und Änderungen.',
    },
    'MANAGE 4.2': {
      name: 'Fortlaufende Verbesserung',
      reason: 'Aufgezeichnete Änderungen datieren jede Erneuerung, sodass sich ihre Wirkung messen lässt.',
    },
    'MANAGE 4.3': {
      name: 'Mitteilung von Vorfällen und Fehlern',
      reason: 'Vermerke verfolgen einen Vorfall vom Fall an; wem er mitgeteilt wurde, steht nicht darin.',
    },
  },
}
