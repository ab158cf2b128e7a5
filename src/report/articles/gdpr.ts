/** The articles of Regulation (EU) 2016/679 to which receipts can say something. What receipts mean for personal data is in docs/gdpr.md. */
import type { ProvisionTable } from './types.js'

const regulation = 'reg-2016-679'
const text = 'https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:32016R0679'

/** Articles 5, 17, 22 and 30, in their order. */
export const gdprProvisions: ProvisionTable = {
  version: 1,
  date: '2026-11-21',
  source: regulation,
  provisions: [
    {
      id: 'gdpr-5',
      regulation,
      article: 5,
      cite: '5',
      title: 'Principles relating to processing of personal data',
      asks: 'Process personal data lawfully and openly, for stated purposes, no more and no longer than needed, correct and secure, and be able to show it.',
      addressees: ['controller'],
      covers: 'personal-data',
      application: ['gdpr'],
      atMost: 'PARTIAL',
      evidence: [
        {
          eventTypes: ['decision', 'inference', 'tool_call', 'tool_result', 'human_oversight', 'annotation'],
          members: [
            'input.redactions',
            'output.redactions',
            'redactor.name',
            'redactor.version',
            'redactor.configDigest',
          ],
          shows: 'that texts were redacted before they were hashed, by what, and how much was found',
        },
        {
          eventTypes: ['decision', 'inference', 'human_oversight'],
          members: ['subjectId', 'principalId', 'humanOversight.reviewerId', 'pseudonymKeyId', 'input.commitKeyId'],
          shows: 'that people stand under keyed pseudonyms, and contents under keyed hashes',
        },
        {
          eventTypes: ['retention'],
          events: ['prune', 'erase', 'shred'],
          members: ['retention.count', 'retention.policy', 'retention.reason', 'retention.secretId', 'retention.use'],
          shows: 'what was removed when its time was over',
        },
        {
          eventTypes: 'any',
          members: ['prevReceiptHash', 'receiptHash', 'signature'],
          shows: 'that the record was not changed',
        },
      ],
      cannotShow: [
        'The legal basis and the purposes.',
        'That the redactor found everything: no detector does.',
        'What the systems around the receipts do with personal data.',
      ],
      address: `${text}#art_5`,
    },
    {
      id: 'gdpr-17',
      regulation,
      article: 17,
      cite: '17',
      title: 'Right to erasure (‘right to be forgotten’)',
      asks: 'Erase personal data without undue delay when a person asks for it and a ground applies, unless an exception such as a legal duty or a legal claim stands against it.',
      addressees: ['controller'],
      covers: 'personal-data',
      application: ['gdpr'],
      atMost: 'PARTIAL',
      evidence: [
        {
          eventTypes: ['retention'],
          events: ['erase'],
          members: ['retention.receipts.receiptId', 'retention.receipts.seq', 'retention.reason', 'timestamp'],
          shows: 'whose details were erased, when and why',
        },
        {
          eventTypes: ['retention'],
          events: ['shred'],
          members: ['retention.secretId', 'retention.use', 'retention.reason', 'timestamp'],
          shows: 'that a secret was destroyed, and with it the way from its pseudonyms to people',
        },
        {
          eventTypes: ['retention'],
          events: ['prune', 'hold', 'release'],
          members: [
            'retention.through.seq',
            'retention.count',
            'retention.holdId',
            'retention.decisionId',
            'retention.reason',
          ],
          shows: 'which receipts were removed as a whole, and which were held back',
        },
      ],
      cannotShow: [
        'Requests, and how long each took.',
        'Erasure in other systems, in copies and in backups.',
        'That nothing about the person is left: ids, pseudonyms and hashes of a receipt stay.',
      ],
      address: `${text}#art_17`,
    },
    {
      id: 'gdpr-22',
      regulation,
      article: 22,
      cite: '22',
      title: 'Automated individual decision-making, including profiling',
      asks: 'Do not leave decisions with legal or similar weight to a machine alone, unless an exception applies; then a person can ask for a human being, be heard, and contest.',
      addressees: ['controller'],
      covers: 'personal-data',
      application: ['gdpr'],
      atMost: 'PARTIAL',
      evidence: [
        {
          eventTypes: ['decision'],
          members: ['decision.role', 'decision.oversight', 'decision.type', 'action', 'subjectId'],
          shows: 'which decisions the system took by itself, and which a person was to look at',
        },
        {
          eventTypes: ['human_oversight'],
          members: [
            'humanOversight.kind',
            'humanOversight.reviewerId',
            'links.rel',
            'links.receiptId',
            'startedAt',
            'endedAt',
          ],
          shows: 'that a person looked at a decision, confirmed it or reversed it',
        },
      ],
      cannotShow: [
        'Whether a decision has legal or similarly weighty effects.',
        'Whether a contract, a law or consent allows it.',
        'Whether the person who looked could change the outcome and did more than nod.',
      ],
      address: `${text}#art_22`,
    },
    {
      id: 'gdpr-30',
      regulation,
      article: 30,
      cite: '30',
      title: 'Records of processing activities',
      asks: 'Keep a written record of what is processed, for what, about whom, who receives it, for how long, and how it is protected.',
      addressees: ['controller', 'processor'],
      covers: 'personal-data',
      application: ['gdpr'],
      atMost: 'PARTIAL',
      evidence: [
        {
          eventTypes: ['decision', 'inference', 'tool_call'],
          members: [
            'tenantId',
            'systemId',
            'decision.type',
            'providerId',
            'modelId',
            'tool.name',
            'tool.server',
            'sources.type',
          ],
          shows: 'which systems, providers, tools and sources were at work: to hold against the record',
        },
        {
          eventTypes: ['system', 'retention'],
          events: ['chain_start', 'prune'],
          members: ['system.retentionDays', 'retention.policy'],
          shows: 'the time limits that were kept',
        },
      ],
      cannotShow: [
        'The record itself: purposes, categories of people and data, recipients, transfers.',
        'Processing that leaves no receipt.',
      ],
      address: `${text}#art_30`,
    },
  ],
}
