/** German for the days of application. */
import type { DateText } from '../types.js'

const aiAct = 'Verordnung (EU) 2024/1689'
const amendment = 'Verordnung (EU) 2026/1744'

/** By id of the day. */
export const germanDates: { readonly [id: string]: DateText } = {
  gdpr: {
    applies: 'Die Verordnung (EU) 2016/679 im Ganzen.',
    basis: 'Verordnung (EU) 2016/679, Artikel 99 Absatz 2',
  },
  prohibitions: {
    applies: 'Kapitel I und II: Anwendungsbereich, Begriffe, KI-Kompetenz, verbotene Praktiken.',
    basis: `${aiAct}, Artikel 113 Unterabsatz 3 Buchstabe a`,
  },
  'general-purpose-models': {
    applies:
      'Kapitel III Abschnitt 4, Kapitel V, VII und XII ohne Artikel 101 sowie Artikel 78: notifizierte Stellen, KI-Modelle mit allgemeinem Verwendungszweck, Governance, Sanktionen, Vertraulichkeit.',
    basis: `${aiAct}, Artikel 113 Unterabsatz 3 Buchstabe b`,
  },
  amendment: {
    applies: 'Die Änderung von 2026 ist in Kraft; Artikel 102 bis 110.',
    basis: `${amendment}, Artikel 4; ${aiAct}, Artikel 113 Unterabsatz 3 Buchstabe d, angefügt durch ${amendment}, Artikel 1 Nummer 40 Buchstabe c`,
  },
  general: {
    applies: 'Alles, was keinen anderen Tag hat: darunter Artikel 50 und Kapitel IX mit den Artikeln 72, 73 und 86.',
    basis: `${aiAct}, Artikel 113 Unterabsatz 2`,
  },
  'marking-of-earlier-systems': {
    applies: 'Artikel 50 Absatz 2 für Systeme, die vor dem 2. August 2026 in Verkehr gebracht wurden.',
    basis: `${aiAct}, Artikel 111 Absatz 4, angefügt durch ${amendment}, Artikel 1 Nummer 39 Buchstabe b`,
  },
  'added-prohibitions': {
    applies:
      'Die Verbote, die die Änderung hinzufügte: Artikel 5 Absatz 1 Buchstaben ba und bb sowie Artikel 5 Absätze 1a und 1b.',
    basis: `${aiAct}, Artikel 113 Unterabsatz 3 Buchstabe a, ersetzt durch ${amendment}, Artikel 1 Nummer 40 Buchstabe a`,
  },
  'annex-iii-duties': {
    applies:
      'Kapitel III Abschnitte 1, 2 und 3 ohne Artikel 6 Absatz 5, für Systeme, die nach Artikel 6 Absatz 2 und Anhang III hochriskant sind.',
    basis: `${aiAct}, Artikel 113 Unterabsatz 3 Buchstabe c Ziffer i, ersetzt durch ${amendment}, Artikel 1 Nummer 40 Buchstabe b`,
  },
  'annex-i-duties': {
    applies:
      'Kapitel III Abschnitte 1, 2 und 3 ohne Artikel 6 Absatz 5, für Systeme, die nach Artikel 6 Absatz 1 und Anhang I hochriskant sind.',
    basis: `${aiAct}, Artikel 113 Unterabsatz 3 Buchstabe c Ziffer ii, ersetzt durch ${amendment}, Artikel 1 Nummer 40 Buchstabe b`,
  },
  'public-authorities': {
    applies:
      'Der letzte Tag für Hochrisiko-Systeme, die für Behörden bestimmt sind und vor dem Tag von Kapitel III in Betrieb waren. Andere frühere Systeme kommen nur mit einer erheblichen Änderung ihrer Konzeption hinzu.',
    basis: `${aiAct}, Artikel 111 Absatz 2, ersetzt durch ${amendment}, Artikel 1 Nummer 39 Buchstabe a`,
  },
}
