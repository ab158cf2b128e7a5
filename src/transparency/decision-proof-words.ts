/** What a proof of one decision proves, and what not, in plain language. */
import type { Verdict } from '../verify/types.js'
import type { DecisionProofResult, NotProvedCode, ProvedCode } from './decision-proof-findings.js'

/** Languages of the words. */
export type ProofLocale = 'en' | 'de'

/** The words of one language. */
export interface ProofWords {
  readonly verdict: Readonly<Record<Verdict, string>>
  readonly proved: (result: DecisionProofResult) => Readonly<Record<ProvedCode, string>>
  readonly notProved: Readonly<Record<NotProvedCode, string>>
  /** Stands in place of what is not proved where the verdict is INVALID. */
  readonly notJudged: string
}

const number = (value: number | undefined): string => String(value ?? 0)

const en: ProofWords = {
  verdict: {
    VALID: 'All that was asked for is there, and nothing contradicts.',
    INVALID: 'Something contradicts: this file proves nothing.',
    INCOMPLETE: 'Nothing contradicts, but something is missing: what you trust, or what you ask for.',
  },
  proved: ({ receipt, chain, log, witnessedBy, stampedBy, witnesses }) => ({
    RECEIPT_INTACT: 'The receipt is as it was sealed: its hash and its signature hold.',
    SIGNER_TRUSTED: `It was signed with a key that your keyring trusts: ${receipt?.keyId ?? ''}.`,
    IN_CHAIN: `A log that your policy names has signed that this receipt is number ${number(receipt?.seq)} (from 0) of ${number(chain?.size)} in its chain (${chain?.origin ?? ''}).`,
    CHAIN_ROOT: 'It is the first of its chain, and the chain is the one that the checkpoint names.',
    IN_LOG: `The log of all chains has this state of the chain (${log?.origin ?? ''}, ${number(log?.size)} entries): whoever sees the same log finds it there.`,
    WITNESSED: `Witnesses of your policy saw it${witnesses.length === 0 ? '' : ` (${witnesses.join(', ')})`}${witnessedBy === undefined ? '' : `; as many as it asks for had done so by ${witnessedBy}`}: nobody can take it back or put another in its place from then on without their noticing.`,
    TIME_STAMPED: `A time-stamp authority that you trust saw it${stampedBy === undefined ? '' : `: it was there by ${stampedBy}`}.`,
  }),
  notProved: {
    SIGNER_TRUSTED: 'Who signed it: no key that you trust.',
    DELEGATED_IN_CHAIN:
      'That the certificate of its key was in the chain before it: the certificate itself came along, and holds.',
    IN_CHAIN: 'That it is in a chain at all: no log that you trust says so.',
    CHAIN_ROOT:
      'Which chain of that name it is, but by the word of the log: only the first receipt of a chain proves that.',
    WITNESSED: 'That witnesses have seen it: too few of your policy have signed, or it asks for none.',
    TIME_STAMPED: 'The time, by a time-stamp authority. The time in the receipt is the word of the writer.',
    CONTENT_NOT_SHOWN: 'What went in and out: the receipt has only hashes of it. Who has a text can compare its hash.',
    DETAILS_NOT_SHOWN:
      'The free texts of the receipt: they were left out, or erased. What is there is not changed by that.',
    STANDS_UNCHANGED: 'That the decision still stands: a later receipt may correct, reverse or supersede it.',
    NOTHING_ELSE: 'That there is no other decision about the same person, logged elsewhere or not at all.',
    TRUE: 'That what was recorded is true or right: a proof shows what was written down, and that it was not changed.',
  },
  notJudged:
    'Nothing. As something contradicts, no more was judged: this says neither that a key or log is trusted nor that it is not.',
}

const de: ProofWords = {
  verdict: {
    VALID: 'Alles Verlangte ist da, und nichts widerspricht.',
    INVALID: 'Etwas widerspricht: diese Datei beweist nichts.',
    INCOMPLETE: 'Nichts widerspricht, aber etwas fehlt: wem Sie vertrauen, oder was Sie verlangen.',
  },
  proved: ({ receipt, chain, log, witnessedBy, stampedBy, witnesses }) => ({
    RECEIPT_INTACT: 'Der Beleg ist so, wie er versiegelt wurde: Hash und Signatur stimmen.',
    SIGNER_TRUSTED: `Unterschrieben ist er mit einem Schlüssel, dem Ihr Schlüsselbund vertraut: ${receipt?.keyId ?? ''}.`,
    IN_CHAIN: `Ein Log, das Ihre Richtlinie nennt, hat unterschrieben, dass dieser Beleg Nummer ${number(receipt?.seq)} (ab 0) von ${number(chain?.size)} in seiner Kette ist (${chain?.origin ?? ''}).`,
    CHAIN_ROOT: 'Er ist der erste seiner Kette, und sie ist die, die der Checkpoint nennt.',
    IN_LOG: `Das Log aller Ketten enthält diesen Stand der Kette (${log?.origin ?? ''}, ${number(log?.size)} Einträge): wer dasselbe Log sieht, findet ihn dort.`,
    WITNESSED: `Zeugen Ihrer Richtlinie haben es gesehen${witnesses.length === 0 ? '' : ` (${witnesses.join(', ')})`}${witnessedBy === undefined ? '' : `; so viele, wie sie verlangt, bis ${witnessedBy}`}: seitdem kann es niemand unbemerkt zurücknehmen oder ersetzen.`,
    TIME_STAMPED: `Ein Zeitstempeldienst, dem Sie vertrauen, hat es gesehen${stampedBy === undefined ? '' : `: spätestens ${stampedBy} war es da`}.`,
  }),
  notProved: {
    SIGNER_TRUSTED: 'Wer unterschrieben hat: kein Schlüssel, dem Sie vertrauen.',
    DELEGATED_IN_CHAIN:
      'Dass das Zertifikat des Schlüssels vorher in der Kette stand: das Zertifikat selbst liegt bei und stimmt.',
    IN_CHAIN: 'Dass er überhaupt in einer Kette steht: kein Log, dem Sie vertrauen, sagt das.',
    CHAIN_ROOT:
      'Welche Kette dieses Namens es ist, außer durch das Wort des Logs: das beweist nur der erste Beleg einer Kette.',
    WITNESSED:
      'Dass Zeugen es gesehen haben: zu wenige Ihrer Richtlinie haben unterschrieben, oder sie verlangt keine.',
    TIME_STAMPED: 'Die Zeit, durch einen Zeitstempeldienst. Die Zeit im Beleg ist das Wort des Schreibers.',
    CONTENT_NOT_SHOWN:
      'Was hinein- und herausging: der Beleg enthält nur Hashes davon. Wer einen Text hat, kann dessen Hash vergleichen.',
    DETAILS_NOT_SHOWN:
      'Die freien Texte des Belegs: sie wurden weggelassen oder gelöscht. Was da ist, ändert sich dadurch nicht.',
    STANDS_UNCHANGED:
      'Dass die Entscheidung noch gilt: ein späterer Beleg kann sie berichtigen, aufheben oder ersetzen.',
    NOTHING_ELSE:
      'Dass es keine weitere Entscheidung über dieselbe Person gibt, anderswo oder gar nicht aufgezeichnet.',
    TRUE: 'Dass das Aufgezeichnete wahr oder richtig ist: bewiesen wird, was aufgeschrieben und dass es nicht geändert wurde.',
  },
  notJudged:
    'Nichts. Weil etwas widerspricht, wurde weiter nichts beurteilt: weder, dass einem Schlüssel oder Log zu trauen ist, noch das Gegenteil.',
}

/** The words, by language. */
export const proofWords: Readonly<Record<ProofLocale, ProofWords>> = { en, de }
