/** The words of the page that verifies one decision. */
import type { ProofLocale } from '../../transparency/decision-proof-words.js'

/** The words of one language. */
export interface ProofPageTexts {
  readonly title: string
  readonly lead: string
  readonly origin: string
  readonly script: string
  readonly file: string
  readonly fileHelp: string
  readonly keyring: string
  readonly keyringHelp: string
  readonly policy: string
  readonly policyHelp: string
  readonly verify: string
  readonly forget: string
  readonly nothing: string
  readonly broken: string
  readonly refusedKeys: string
  readonly refusedPolicy: string
  readonly missingTrust: string
  readonly stamps: string
  readonly problems: string
  readonly proved: string
  readonly notProved: string
  readonly receipt: string
  readonly whole: string
  /** Names of the receipt's members. */
  readonly members: Readonly<Record<string, string>>
}

const en: ProofPageTexts = {
  title: 'Verify the proof of one decision',
  lead: 'This page verifies a file that an operator gave you as the proof of one automated decision. Nothing leaves your computer: the page works without a network.',
  origin:
    'Take this page and the keys from somebody other than the one who gave you the file. A page or key that came with the file proves nothing.',
  script: 'Nothing has been verified: this page needs its script.',
  file: 'The file',
  fileHelp: 'It ends in .tlog-proof. Choose it, or drop it here.',
  keyring: 'Whom you trust to sign receipts',
  keyringHelp: 'A keyring as JSON, or did:key:… one a line.',
  policy: 'Which logs and witnesses you believe',
  policyHelp: 'A policy: lines of log, witness, group, quorum.',
  verify: 'Verify',
  forget: 'Forget what I gave',
  nothing: 'No file has been given.',
  broken: 'This page failed. Nothing has been verified.',
  refusedKeys: 'These are no keys that can be used:',
  refusedPolicy: 'This is no policy:',
  missingTrust:
    'Without keys and a policy of your own this page can only say whether the file contradicts itself. It does not become VALID by what came with it.',
  stamps: 'Time stamps are not verified on this page; quittance verify-proof does that.',
  problems: 'What is wrong or missing',
  proved: 'Proved',
  notProved: 'Not proved',
  receipt: 'The receipt',
  whole: 'The whole receipt, as it was sealed',
  members: {
    receiptId: 'receipt',
    chainId: 'chain',
    seq: 'number in it, from 0',
    timestamp: 'sealed at',
    eventType: 'what happened',
    action: 'action',
    systemId: 'system',
    systemVersion: 'its version',
    modelId: 'model',
    tenantId: 'for',
    keyId: 'signed by',
  },
}

const de: ProofPageTexts = {
  title: 'Den Beweis einer Entscheidung prüfen',
  lead: 'Diese Seite prüft eine Datei, die Ihnen ein Betreiber als Beweis einer automatisierten Entscheidung gab. Nichts verlässt Ihren Rechner: die Seite arbeitet ohne Netz.',
  origin:
    'Beziehen Sie diese Seite und die Schlüssel von jemand anderem als die Datei. Eine Seite oder ein Schlüssel, der mit der Datei kam, beweist nichts.',
  script: 'Nichts wurde geprüft: diese Seite braucht ihr Skript.',
  file: 'Die Datei',
  fileHelp: 'Sie endet auf .tlog-proof. Wählen Sie sie aus, oder legen Sie sie hier ab.',
  keyring: 'Wem Sie Unterschriften unter Belegen glauben',
  keyringHelp: 'Ein Schlüsselbund als JSON, oder did:key:… in je einer Zeile.',
  policy: 'Welchen Logs und Zeugen Sie glauben',
  policyHelp: 'Eine Richtlinie: Zeilen mit log, witness, group, quorum.',
  verify: 'Prüfen',
  forget: 'Meine Angaben vergessen',
  nothing: 'Es liegt keine Datei vor.',
  broken: 'Diese Seite ist gescheitert. Nichts wurde geprüft.',
  refusedKeys: 'Das sind keine brauchbaren Schlüssel:',
  refusedPolicy: 'Das ist keine Richtlinie:',
  missingTrust:
    'Ohne Schlüssel und Richtlinie von Ihnen kann diese Seite nur sagen, ob die Datei sich selbst widerspricht. VALID wird sie nicht durch das, was mit ihr kam.',
  stamps: 'Zeitstempel werden auf dieser Seite nicht geprüft; das tut quittance verify-proof.',
  problems: 'Was falsch ist oder fehlt',
  proved: 'Bewiesen',
  notProved: 'Nicht bewiesen',
  receipt: 'Der Beleg',
  whole: 'Der ganze Beleg, wie er versiegelt wurde',
  members: {
    receiptId: 'Beleg',
    chainId: 'Kette',
    seq: 'Nummer darin, ab 0',
    timestamp: 'versiegelt',
    eventType: 'was geschah',
    action: 'Handlung',
    systemId: 'System',
    systemVersion: 'seine Version',
    modelId: 'Modell',
    tenantId: 'für',
    keyId: 'unterschrieben von',
  },
}

/** The words, by language. */
export const proofPageTexts: Readonly<Record<ProofLocale, ProofPageTexts>> = { en, de }
