/**
 * From when what applies. One table, so that a report never has a date of its own.
 *
 * The days for high-risk systems are those of Regulation (EU) 2026/1744, which postponed Sections 1, 2 and 3 of
 * Chapter III. Articles 72, 73 and 86 stand in Chapter IX, which it did not name.
 */
import type { ApplicationTable } from './types.js'

/** The days from which the provisions apply, in the order of the calendar. */
export const applicationDates: ApplicationTable = {
  version: 1,
  date: '2026-11-21',
  dates: [
    {
      id: 'gdpr',
      date: '2018-05-25',
      applies: 'Regulation (EU) 2016/679 as a whole.',
      basis: 'Regulation (EU) 2016/679, Article 99(2)',
      sources: ['reg-2016-679'],
      verified: true,
    },
    {
      id: 'prohibitions',
      date: '2025-02-02',
      applies: 'Chapters I and II: scope, definitions, AI literacy, prohibited practices.',
      basis: 'Regulation (EU) 2024/1689, Article 113, third paragraph, point (a)',
      sources: ['reg-2024-1689', 'reg-2026-1744'],
      verified: true,
    },
    {
      id: 'general-purpose-models',
      date: '2025-08-02',
      applies:
        'Chapter III Section 4, Chapters V, VII and XII without Article 101, and Article 78: notified bodies, general-purpose AI models, governance, penalties, confidentiality.',
      basis: 'Regulation (EU) 2024/1689, Article 113, third paragraph, point (b)',
      sources: ['reg-2024-1689'],
      verified: true,
    },
    {
      id: 'amendment',
      date: '2026-07-27',
      applies: 'The amendment of 2026 is in force; Articles 102 to 110.',
      basis:
        'Regulation (EU) 2026/1744, Article 4; Regulation (EU) 2024/1689, Article 113, third paragraph, point (d), added by Regulation (EU) 2026/1744, Article 1, point (40)(c)',
      sources: ['reg-2026-1744'],
      verified: true,
    },
    {
      id: 'general',
      date: '2026-08-02',
      applies: 'Everything that has no other day: Article 50 among it, and Chapter IX with Articles 72, 73 and 86.',
      basis: 'Regulation (EU) 2024/1689, Article 113, second paragraph',
      sources: ['reg-2024-1689'],
      verified: true,
    },
    {
      id: 'marking-of-earlier-systems',
      date: '2026-12-02',
      applies: 'Article 50(2) for systems that were placed on the market before 2 August 2026.',
      basis: 'Regulation (EU) 2024/1689, Article 111(4), added by Regulation (EU) 2026/1744, Article 1, point (39)(b)',
      sources: ['reg-2026-1744'],
      verified: true,
    },
    {
      id: 'added-prohibitions',
      date: '2026-12-02',
      applies:
        'The prohibitions that the amendment added: Article 5(1), points (ba) and (bb), and Article 5(1a) and (1b).',
      basis:
        'Regulation (EU) 2024/1689, Article 113, third paragraph, point (a), as replaced by Regulation (EU) 2026/1744, Article 1, point (40)(a)',
      sources: ['reg-2026-1744'],
      verified: true,
    },
    {
      id: 'annex-iii-duties',
      date: '2027-12-02',
      applies:
        'Chapter III Sections 1, 2 and 3 without Article 6(5), for systems that are high-risk under Article 6(2) and Annex III.',
      basis:
        'Regulation (EU) 2024/1689, Article 113, third paragraph, point (c)(i), as replaced by Regulation (EU) 2026/1744, Article 1, point (40)(b)',
      sources: ['reg-2026-1744'],
      replaces: '2026-08-02',
      verified: true,
    },
    {
      id: 'annex-i-duties',
      date: '2028-08-02',
      applies:
        'Chapter III Sections 1, 2 and 3 without Article 6(5), for systems that are high-risk under Article 6(1) and Annex I.',
      basis:
        'Regulation (EU) 2024/1689, Article 113, third paragraph, point (c)(ii), as replaced by Regulation (EU) 2026/1744, Article 1, point (40)(b)',
      sources: ['reg-2026-1744'],
      replaces: '2027-08-02',
      verified: true,
    },
    {
      id: 'public-authorities',
      date: '2030-08-02',
      applies:
        'The last day for high-risk systems meant for public authorities that were in use before the day of Chapter III. Other earlier systems come in only with a significant change of their design.',
      basis:
        'Regulation (EU) 2024/1689, Article 111(2), as replaced by Regulation (EU) 2026/1744, Article 1, point (39)(a)',
      sources: ['reg-2026-1744'],
      verified: true,
    },
  ],
}
