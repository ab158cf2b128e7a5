/** German for the crosswalk of ISO/IEC 42001:2023, Annex A. The short names are our translation. */
import type { CrosswalkTexts } from '../types.js'

/** By id of the group and of the control. */
export const germanIso42001: CrosswalkTexts = {
  groups: {
    'A.2': 'Richtlinien zu KI',
    'A.3': 'Interne Organisation',
    'A.4': 'Ressourcen für KI-Systeme',
    'A.5': 'Folgenabschätzung für KI-Systeme',
    'A.6': 'Lebenszyklus von KI-Systemen',
    'A.7': 'Daten für KI-Systeme',
    'A.8': 'Informationen für interessierte Parteien',
    'A.9': 'Verwendung von KI-Systemen',
    'A.10': 'Beziehungen zu Dritten und Kunden',
  },
  entries: {
    'A.3.2': {
      name: 'Rollen und Verantwortlichkeiten für KI',
      reason:
        'Belege zeigen, in welcher Rolle Menschen an Entscheidungen mitwirkten; das lässt sich an den vergebenen Rollen messen.',
    },
    'A.4.2': {
      name: 'Dokumentation der Ressourcen',
      reason:
        'Die Systeme, Modelle, Werkzeuge und Quellen in Belegen sind die wirklich verwendeten, sodass sich eine Liste der Ressourcen daran prüfen lässt.',
    },
    'A.4.3': {
      name: 'Datenressourcen',
      reason:
        'Belege nennen die bei der Verwendung herangezogenen Daten mit Fassung und Hashwert, nicht aber die, mit denen ein Modell trainiert wurde.',
    },
    'A.4.4': {
      name: 'Werkzeugressourcen',
      reason:
        'Jeder Aufruf nennt sein Werkzeug mit Version und Hashwert seiner Definition; das zeigt die Werkzeuge, die im Betrieb wirken.',
    },
    'A.5.4': {
      name: 'Abschätzung der Folgen für Einzelne und Gruppen',
      reason:
        'Ergebnisse nach Gruppen sind, wo Gruppen festgehalten wurden, gemessene Wirkungen, von denen eine Abschätzung ausgehen kann.',
    },
    'A.6.2.4': {
      name: 'Verifizierung und Validierung des KI-Systems',
      reason:
        'Werte von Kontrollen und später vermerkte Bewertungen zeigen die Leistung in der Verwendung und ergänzen die Tests vor der Freigabe.',
    },
    'A.6.2.5': {
      name: 'Inbetriebnahme des KI-Systems',
      reason:
        'Belege über Änderungen datieren den Augenblick, in dem eine Version in Betrieb ging, nicht aber, was davor erfüllt war.',
    },
    'A.6.2.6': {
      name: 'Betrieb und Überwachung des KI-Systems',
      reason:
        'Belege zeichnen den Betrieb Fall für Fall auf; daraus werden Raten, Fehler und allmähliche Veränderungen gemessen.',
    },
    'A.6.2.8': {
      name: 'Aufzeichnung von Ereignisprotokollen',
      reason: 'Belege sind Ereignisprotokolle des Systems in Verwendung, und eine Änderung oder Lücke fällt auf.',
    },
    'A.7.5': {
      name: 'Herkunft der Daten',
      reason: 'Quellen und Verweise zeigen, auf welchen Daten eine Ausgabe beruht, vom Augenblick der Verwendung an.',
    },
    'A.8.2': {
      name: 'Systemdokumentation und Informationen für Nutzer',
      reason: 'Ein aufgezeichneter Hinweis zeigt, dass ein Nutzer in jenem Augenblick eine Information bekam.',
    },
    'A.8.4': {
      name: 'Mitteilung von Vorfällen',
      reason:
        'Vermerke datieren, wann ein Vorfall festgehalten wurde, und nennen die Fälle; das muss eine Mitteilung darüber sagen.',
    },
    'A.8.5': {
      name: 'Informationen für interessierte Parteien',
      reason:
        'Der Hashwert eines Berichts in der Kette lässt Außenstehende prüfen, ob der Bericht in ihrer Hand der erstellte ist.',
    },
    'A.9.2': {
      name: 'Abläufe für die verantwortungsvolle Verwendung',
      reason:
        'Freigaben, Überstimmungen und wirkende Richtlinien zeigen, ob niedergeschriebenen Abläufen gefolgt wird.',
    },
    'A.9.3': {
      name: 'Ziele für die verantwortungsvolle Verwendung',
      reason: 'Schwellenwerte und wie oft sie überschritten wurden messen ein Ziel, sobald jemand es gesetzt hat.',
    },
    'A.9.4': {
      name: 'Bestimmungsgemäße Verwendung des KI-Systems',
      reason:
        'Die aufgezeichneten Arten von Entscheidungen zeigen, wofür das System wirklich verwendet wird, um es an der Bestimmung zu messen.',
    },
    'A.10.2': {
      name: 'Zuweisung von Verantwortlichkeiten',
      reason: 'Belege zeigen, welche Seite einen Schritt ausführte und auf wessen Seite ein Fehler entstand.',
    },
    'A.10.3': {
      name: 'Lieferanten',
      reason:
        'Belege zeigen, welcher Lieferant mit welchem Modell antwortete, wie zuverlässig, und wann ein anderes Modell antwortete als das verlangte.',
    },
  },
}
