/** German for the sources, and how their German text was read. */
import type { SourceText } from '../types.js'

/** By id of the source. */
export const germanSources: { readonly [id: string]: SourceText } = {
  'reg-2024-1689': {
    name: 'Verordnung (EU) 2024/1689 (Verordnung über künstliche Intelligenz)',
    reference: 'ABl. L, 2024/1689, 12.7.2024',
    note: 'Titel und Absätze wurden in einer Kopie des englischen Amtsblatt-Textes gelesen, die EUR-Lex am 8. Juli 2026 entnommen war. Die deutschen Titel wurden nicht im Amtsblatt selbst gelesen, sondern so, wie mehrere öffentliche Wiedergaben des deutschen Textes sie übereinstimmend haben.',
  },
  'reg-2026-1744': {
    name: 'Verordnung (EU) 2026/1744 vom 8. Juli 2026 (Digitaler Omnibus zur KI)',
    reference: 'ABl. L, 2026/1744, 24.7.2026',
    note: 'Die Nummern 20 bis 43 von Artikel 1 wurden in einer Kopie des englischen Amtsblatt-Textes vom Oktober 2026 gelesen, die übrigen in einem Verzeichnis ihrer Änderungen. Sie ersetzt keinen der hier verwendeten Titel. Spätere Änderungen wären nicht bemerkt worden.',
  },
  'reg-2016-679': {
    name: 'Verordnung (EU) 2016/679 (Datenschutz-Grundverordnung)',
    reference: 'ABl. L 119 vom 4.5.2016, S. 1',
    note: 'Die Artikel 5, 17, 22, 30 und 99 wurden in einer Kopie des englischen Amtsblatt-Textes von 2016 gelesen. Nach Änderungen seither wurde nicht gesucht. Die deutschen Titel wurden nicht im Amtsblatt selbst gelesen, sondern so, wie öffentliche Listen der Artikel sie haben.',
  },
  'iso-iec-42001-2023': {
    name: 'ISO/IEC 42001:2023, Künstliche Intelligenz: Managementsystem',
    reference: 'ISO/IEC 42001:2023, Anhang A',
    note: 'Die Norm wird verkauft und wurde nicht gelesen. Nummern und Kurznamen sind so, wie mehrere öffentliche Listen von Anhang A sie übereinstimmend haben; die deutschen Kurznamen sind von uns.',
  },
  'nist-ai-100-1': {
    name: 'NIST AI 100-1, Artificial Intelligence Risk Management Framework (AI RMF 1.0)',
    reference: 'NIST AI 100-1, Januar 2023',
    note: 'Die Kennungen der 72 Unterkategorien wurden in einer gespeicherten Kopie des Textes gelesen. Die Kurznamen sind von uns.',
  },
}
