/** The texts behind the tables, and how each was read. */
import type { LegalSource } from './types.js'

/** The texts that the tables cite, by id. */
export const legalSources: readonly LegalSource[] = [
  {
    id: 'reg-2024-1689',
    name: 'Regulation (EU) 2024/1689 (Artificial Intelligence Act)',
    reference: 'OJ L, 2024/1689, 12.7.2024',
    celex: '32024R1689',
    address: 'https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:32024R1689',
    verified: true,
    checkedOn: '2026-11-21',
    note: 'Titles and paragraphs were read in a copy of the Official Journal text that was taken from EUR-Lex on 8 July 2026. The German titles were not read in the Official Journal itself, but as several public copies of the German text agree on them.',
  },
  {
    id: 'reg-2026-1744',
    name: 'Regulation (EU) 2026/1744 of 8 July 2026 (Digital Omnibus on AI)',
    reference: 'OJ L, 2026/1744, 24.7.2026',
    celex: '32026R1744',
    address: 'https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:32026R1744',
    verified: true,
    checkedOn: '2026-11-21',
    note: 'Points 20 to 43 of Article 1 were read in a copy of the Official Journal text of October 2026, the others in an index of its amendments. It replaces none of the titles used here. Later amendments would not have been seen.',
  },
  {
    id: 'reg-2016-679',
    name: 'Regulation (EU) 2016/679 (General Data Protection Regulation)',
    reference: 'OJ L 119, 4.5.2016, p. 1',
    celex: '32016R0679',
    address: 'https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:32016R0679',
    verified: true,
    checkedOn: '2026-11-21',
    note: 'Articles 5, 17, 22, 30 and 99 were read in a copy of the Official Journal text of 2016. Amendments since were not looked for. The German titles were not read in the Official Journal itself, but as public lists of the articles have them.',
  },
  {
    id: 'iso-iec-42001-2023',
    name: 'ISO/IEC 42001:2023, Artificial intelligence: Management system',
    reference: 'ISO/IEC 42001:2023, Annex A',
    address: 'https://www.iso.org/standard/81230.html',
    verified: false,
    checkedOn: '2026-11-21',
    note: 'The standard is sold and was not read. Numbers and short names are as several public lists of Annex A agree on them; the German short names are ours.',
  },
  {
    id: 'nist-ai-100-1',
    name: 'NIST AI 100-1, Artificial Intelligence Risk Management Framework (AI RMF 1.0)',
    reference: 'NIST AI 100-1, January 2023',
    address: 'https://doi.org/10.6028/NIST.AI.100-1',
    verified: true,
    checkedOn: '2026-11-21',
    note: 'The ids of the 72 subcategories were read in a stored copy of the text. The short names are ours.',
  },
]
