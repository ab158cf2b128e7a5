/** Regulation (EU) 2024/1689, Chapters IV and IX: transparency, monitoring, incidents, explanation. Articles 50, 72, 73, 86. */
import type { Provision } from './types.js'

const regulation = 'reg-2024-1689'
const text = 'https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:32024R1689'

const chapterIX =
  'Chapter IX has the general day. Article 6, which says what is high-risk, applies later: from 2 December 2027 and from 2 August 2028. What that means for the time between is a question for counsel.'

/** Articles 50, 72, 73 and 86, in their order. */
export const aiActUse: readonly Provision[] = [
  {
    id: 'ai-act-50',
    regulation,
    article: 50,
    cite: '50',
    title: 'Transparency obligations for providers and deployers of certain AI systems',
    asks: 'Tell people that they deal with an AI system, mark generated content so that machines can detect it, and disclose deep fakes, emotion recognition and biometric categorisation.',
    addressees: ['provider', 'deployer'],
    covers: 'certain-ai-systems',
    application: ['general', 'marking-of-earlier-systems'],
    applicationNote:
      'Article 50 was not postponed. Only paragraph 2 has a later day, for systems that were placed on the market before 2 August 2026.',
    amended: ['50(7)'],
    atMost: 'PARTIAL',
    evidence: [
      {
        eventTypes: ['decision', 'inference', 'session_start'],
        members: ['details.disclosures', 'startedAt', 'timestamp'],
        by: ['details.disclosures'],
        shows: 'that a disclosure was recorded, and when',
      },
      {
        eventTypes: ['decision', 'inference'],
        members: ['checks.name', 'checks.stage', 'checks.fired', 'output.mediaType', 'output.hash'],
        weight: 'beside',
        shows: 'that an output of that kind was made, and what a check for its mark said',
      },
    ],
    cannotShow: [
      'That a person saw the notice and understood it.',
      'The mark in an output: a receipt holds only the digest of the output.',
      'Whether an exception applies.',
    ],
    address: `${text}#art_50`,
  },
  {
    id: 'ai-act-72',
    regulation,
    article: 72,
    cite: '72',
    title: 'Post-market monitoring by providers and post-market monitoring plan for high-risk AI systems',
    asks: 'Follow a plan that gathers and studies how the system performs for as long as it is on the market.',
    addressees: ['provider'],
    covers: 'high-risk',
    application: ['general'],
    applicationNote: chapterIX,
    amended: ['72(3)'],
    atMost: 'PARTIAL',
    evidence: [
      {
        eventTypes: ['decision', 'inference', 'tool_call', 'tool_result'],
        members: ['systemVersion', 'modelId', 'action', 'checks.fired', 'checks.score', 'error.code', 'latencyMs'],
        shows: 'how the system performed over time and over versions',
      },
      {
        eventTypes: ['annotation'],
        members: ['links.rel', 'links.receiptId', 'checks.score', 'reasonCodes'],
        weight: 'if-any',
        shows: 'what was learned about cases afterwards',
      },
      {
        eventTypes: ['system'],
        events: ['gap', 'heartbeat', 'report'],
        members: ['system.from', 'system.to', 'system.dropped', 'system.hash', 'system.fromSeq', 'system.toSeq'],
        weight: 'if-any',
        shows: 'times that nobody could watch, and reports that were made',
      },
    ],
    cannotShow: [
      'The monitoring plan.',
      'That data were studied and conclusions drawn, beyond the reports in the chain.',
      'Data from deployers whose receipts are not in these chains.',
    ],
    address: `${text}#art_72`,
  },
  {
    id: 'ai-act-73',
    regulation,
    article: 73,
    cite: '73',
    title: 'Reporting of serious incidents',
    asks: 'Report serious incidents to the authority: at the latest 15 days after becoming aware, 10 after a death, 2 where critical infrastructure breaks down or an infringement is widespread.',
    addressees: ['provider'],
    covers: 'high-risk',
    application: ['general'],
    applicationNote: `${chapterIX} Where the AI Office is competent, the report goes there: Article 75(1a), added in 2026.`,
    atMost: 'PARTIAL',
    evidence: [
      {
        eventTypes: ['annotation'],
        members: ['links.rel', 'links.receiptId', 'reasonCodes', 'timestamp', 'details.metadata'],
        weight: 'if-any',
        by: ['links.rel', 'reasonCodes', 'details.metadata'],
        shows: 'that an incident was noted, about which case, and when',
      },
      {
        eventTypes: ['decision', 'inference', 'tool_call', 'tool_result'],
        members: ['timestamp', 'action', 'error.code', 'checks.fired', 'systemVersion', 'modelId'],
        weight: 'beside',
        shows: 'what the system did at the time',
      },
      {
        eventTypes: ['human_oversight'],
        members: ['humanOversight.kind', 'links.receiptId', 'timestamp'],
        weight: 'beside',
        shows: 'when a person stepped in',
      },
      {
        eventTypes: ['retention'],
        events: ['hold', 'release'],
        members: [
          'retention.holdId',
          'retention.decisionId',
          'retention.fromSeq',
          'retention.toSeq',
          'retention.reason',
        ],
        weight: 'if-any',
        shows: 'that the receipts of a case were held back from removal',
      },
    ],
    cannotShow: [
      'Whether an event is a serious incident.',
      'When somebody became aware of it, before a receipt says so.',
      'That it was reported, in time and to the right authority.',
    ],
    address: `${text}#art_73`,
  },
  {
    id: 'ai-act-86',
    regulation,
    article: 86,
    cite: '86',
    title: 'Right to explanation of individual decision-making',
    asks: 'On request, explain to a person on whom a decision has a serious adverse effect what part the system had in it and what the decision mainly rests on.',
    addressees: ['deployer'],
    covers: 'annex-iii',
    exceptAnnexIII: ['2'],
    application: ['general'],
    applicationNote: chapterIX,
    atMost: 'PARTIAL',
    evidence: [
      {
        eventTypes: ['decision'],
        members: [
          'subjectId',
          'decisionId',
          'decision.type',
          'decision.role',
          'decision.outcome',
          'decision.score',
          'action',
          'reasonCodes',
        ],
        shows: 'which decisions concerned a person, how they fell out, and what part the system had',
      },
      {
        eventTypes: ['decision'],
        members: ['details.rationale', 'details.factors', 'checks.name', 'checks.fired', 'sources.id'],
        shows: 'the reasons, factors, checks and sources that were recorded',
      },
      {
        eventTypes: ['human_oversight'],
        members: ['humanOversight.kind', 'links.rel', 'links.receiptId'],
        weight: 'if-any',
        shows: 'what people had to do with it',
      },
    ],
    cannotShow: [
      'Why a model gave the output it gave.',
      'That an explanation was asked for, given and understood.',
      'Reasons that were erased on request, or never recorded.',
    ],
    address: `${text}#art_86`,
  },
]
