/** What findings are called and what to do about them, by language. */
import type { EventType } from '../../receipt/types.js'
import type { Locale } from '../types.js'
import type { CoverageCode } from './types.js'

/** The words for one rule. */
interface RuleText {
  readonly title: string
  readonly recommendation: string
}

/** All words of one language. */
export interface CoverageTexts {
  readonly rules: Readonly<Record<CoverageCode, RuleText>>
  /** What to call so that receipts of a type come about. */
  readonly types: Readonly<Record<EventType, string>>
  readonly limits: string
}

const en: CoverageTexts = {
  rules: {
    OVERSIGHT_BEFORE_MISSING: {
      title: 'Decisions that ask for a person before they take effect, without one',
      recommendation:
        'Emit a human_oversight receipt with setHumanOversight({ kind, reviewer }) and addLink("about", decision) before you act on the decision.',
    },
    OVERSIGHT_AFTER_MISSING: {
      title: 'Decisions that ask for a person afterwards, without one so far',
      recommendation:
        'Emit a human_oversight receipt with setHumanOversight({ kind, reviewer }) and addLink("about", decision) when somebody has looked.',
    },
    OVERSIGHT_REQUEST_OPEN: {
      title: 'Requests for oversight that are still open',
      recommendation:
        'Answer with setHumanOversight({ kind: "approval" or "rejection", reviewer, requestId }), by as many people as the quorum asks for.',
    },
    INPUT_MISSING: {
      title: 'Outputs without an input',
      recommendation: 'Call setInput(value) before setOutput(value), so that the receipt shows what was answered.',
    },
    OUTPUT_MISSING: {
      title: 'Inputs without an output',
      recommendation:
        'Call setOutput(value), pipeOutput(stream) or setResponse(response), or setError(error) where nothing came.',
    },
    CONTENT_MISSING: {
      title: 'Decisions and inferences with neither input nor output',
      recommendation: 'Call setInput(value) and setOutput(value): only their hashes reach the receipt.',
    },
    CHECKS_MISSING: {
      title: 'Decisions without a check',
      recommendation:
        'Call addCheck(name, { fired, score, threshold }) for each check that ran, also for those that did not fire.',
    },
    MODEL_MISSING: {
      title: 'Decisions and inferences that name no model',
      recommendation:
        'Call setModel({ modelId, providerId }) or setResponse(response), or emit the model call as an inference under the decision.',
    },
    SYSTEM_VERSION_MISSING: {
      title: 'Decisions that do not say which version of the system made them',
      recommendation: 'Call setSystem(systemId, systemVersion) with the version that is deployed.',
    },
    TOOL_RESULT_MISSING: {
      title: 'Tool calls without a result',
      recommendation:
        'Emit a tool_result with the call as its parent, or with the same tool.callId, also where the tool failed (setError); what is found out later, as an annotation with addLink("outcome_of", call).',
    },
    SESSION_NOT_CLOSED: {
      title: 'Sessions that were started and not closed',
      recommendation: 'Emit a session_end with the same sessionId when the session is over; it may still be running.',
    },
    SPAN_NOT_ENDED: {
      title: 'Receipts that say when something began and not when it ended',
      recommendation: 'Call setTiming({ startedAt, endedAt }), or leave the times to the collector, which takes both.',
    },
    PARENT_NOT_SEALED: {
      title: 'Receipts whose parent was never sealed',
      recommendation:
        'Await emit() of every collector that has children, or let run(fn) do it, also where the request failed.',
    },
    LINK_TARGET_MISSING: {
      title: 'Links to receipts that are not in the chain',
      recommendation:
        'Pass the receipt itself to addLink(rel, receipt), and its chainId where it stands in another chain.',
    },
    CAPTURE_MISSING: {
      title: 'Receipts that do not say how they were recorded',
      recommendation:
        'Call setCapture({ method, name, version }), such as { method: "middleware", name: "api", version: "2" }.',
    },
    REDACTOR_MISSING: {
      title: 'Receipts that were written without a redactor',
      recommendation: 'Give createLedger a redactor, such as piiRedactor(): false means that nothing was looked for.',
    },
    GAP_UNEXPLAINED: {
      title: 'Stretches without receipts that nothing explains',
      recommendation:
        'Find out what happened then; call ledger.heartbeat(chainId) at rest, and ledger.gap(chainId, gap) for what was lost.',
    },
    SILENCE_TOO_LONG: {
      title: 'Silences longer than the heartbeats allow',
      recommendation:
        'Find out whether the writer was down, or receipts were taken away: compare with a checkpoint; write what was lost with ledger.gap(chainId, gap).',
    },
    GAP_DECLARED: {
      title: 'Gaps that the chain itself admits',
      recommendation:
        'Look at each with quittance inspect --event gap, and make room for what was dropped: an outbox, or a larger queue.',
    },
    HEARTBEAT_DROPPED: {
      title: 'Heartbeats that say that receipts were dropped',
      recommendation: 'Raise maxQueued or give the ledger an outbox, and count what emit() rejects.',
    },
    RECEIPTS_LOST: {
      title: 'Rollbacks: receipts that were acknowledged and lost',
      recommendation:
        'Ask the store for more durability, such as ?durability=fsynced, and restore what the rollback receipt names.',
    },
  },
  types: {
    decision: 'Emit a ReceiptCollector for each decision.',
    inference: 'Emit model calls that decide nothing with eventType: "inference".',
    tool_call: 'Emit a collector with tool: { name, callId } before the tool runs.',
    tool_result: 'Emit a collector with eventType: "tool_result" and the call as its parent when the tool is done.',
    human_oversight:
      'Record what people do with eventType: "human_oversight" and setHumanOversight({ kind, reviewer }).',
    annotation:
      'Record what is learnt later (evaluation, ground truth, incident) with eventType: "annotation" and addLink("about", receipt).',
    session_start: 'Emit eventType: "session_start" with a sessionId when a conversation or a run begins.',
    session_end: 'Emit eventType: "session_end" with the same sessionId when it is over.',
    system:
      'The ledger writes them: a chain that begins at seq 0 has its chain_start; call ledger.heartbeat and ledger.change.',
    key: 'The ledger writes them when a key is rotated or revoked: ledger.rotate, ledger.revoke.',
    retention: 'The ledger writes them when data is removed or held: ledger.prune, ledger.eraseDetails, ledger.hold.',
  },
  limits:
    'These figures are about what was recorded. What was never recorded can not be seen here, and no list of findings, also an empty one, says that the records are complete.',
}

const de: CoverageTexts = {
  rules: {
    OVERSIGHT_BEFORE_MISSING: {
      title: 'Entscheidungen, die vor ihrer Wirkung einen Menschen verlangen und keinen hatten',
      recommendation:
        'Schreiben Sie einen human_oversight-Beleg mit setHumanOversight({ kind, reviewer }) und addLink("about", decision), bevor die Entscheidung wirkt.',
    },
    OVERSIGHT_AFTER_MISSING: {
      title: 'Entscheidungen, die nachträglich einen Menschen verlangen und bisher keinen hatten',
      recommendation:
        'Schreiben Sie einen human_oversight-Beleg mit setHumanOversight({ kind, reviewer }) und addLink("about", decision), sobald jemand hingesehen hat.',
    },
    OVERSIGHT_REQUEST_OPEN: {
      title: 'Offene Bitten um menschliche Aufsicht',
      recommendation:
        'Antworten Sie mit setHumanOversight({ kind: "approval" oder "rejection", reviewer, requestId }), so viele Personen, wie das Quorum verlangt.',
    },
    INPUT_MISSING: {
      title: 'Ausgaben ohne Eingabe',
      recommendation:
        'Rufen Sie setInput(value) vor setOutput(value) auf, damit der Beleg zeigt, worauf geantwortet wurde.',
    },
    OUTPUT_MISSING: {
      title: 'Eingaben ohne Ausgabe',
      recommendation:
        'Rufen Sie setOutput(value), pipeOutput(stream) oder setResponse(response) auf, oder setError(error), wo nichts kam.',
    },
    CONTENT_MISSING: {
      title: 'Entscheidungen und Modellaufrufe ohne Eingabe und ohne Ausgabe',
      recommendation: 'Rufen Sie setInput(value) und setOutput(value) auf: nur ihre Hashes gelangen in den Beleg.',
    },
    CHECKS_MISSING: {
      title: 'Entscheidungen ohne Kontrolle',
      recommendation:
        'Rufen Sie addCheck(name, { fired, score, threshold }) für jede Kontrolle auf, die lief, auch wenn sie nicht anschlug.',
    },
    MODEL_MISSING: {
      title: 'Entscheidungen und Modellaufrufe, die kein Modell nennen',
      recommendation:
        'Rufen Sie setModel({ modelId, providerId }) oder setResponse(response) auf, oder schreiben Sie den Modellaufruf als inference unter die Entscheidung.',
    },
    SYSTEM_VERSION_MISSING: {
      title: 'Entscheidungen, die nicht sagen, welche Version des Systems sie traf',
      recommendation: 'Rufen Sie setSystem(systemId, systemVersion) mit der Version auf, die in Betrieb ist.',
    },
    TOOL_RESULT_MISSING: {
      title: 'Werkzeugaufrufe ohne Ergebnis',
      recommendation:
        'Schreiben Sie ein tool_result mit dem Aufruf als parent oder mit derselben tool.callId, auch wenn das Werkzeug scheiterte (setError); was sich später zeigt, als annotation mit addLink("outcome_of", Aufruf).',
    },
    SESSION_NOT_CLOSED: {
      title: 'Sitzungen, die begonnen und nicht beendet wurden',
      recommendation:
        'Schreiben Sie session_end mit derselben sessionId, wenn die Sitzung vorüber ist; vielleicht läuft sie noch.',
    },
    SPAN_NOT_ENDED: {
      title: 'Belege, die sagen, wann etwas begann, und nicht, wann es endete',
      recommendation:
        'Rufen Sie setTiming({ startedAt, endedAt }) auf, oder überlassen Sie die Zeiten dem Collector, der beide nimmt.',
    },
    PARENT_NOT_SEALED: {
      title: 'Belege, deren Elternbeleg nie versiegelt wurde',
      recommendation:
        'Warten Sie auf emit() jedes Collectors, der Kinder hat, oder überlassen Sie es run(fn), auch wenn die Anfrage scheiterte.',
    },
    LINK_TARGET_MISSING: {
      title: 'Verweise auf Belege, die nicht in der Kette sind',
      recommendation:
        'Übergeben Sie addLink(rel, receipt) den Beleg selbst, und seine chainId, wo er in einer anderen Kette steht.',
    },
    CAPTURE_MISSING: {
      title: 'Belege, die nicht sagen, wie sie aufgezeichnet wurden',
      recommendation:
        'Rufen Sie setCapture({ method, name, version }) auf, etwa { method: "middleware", name: "api", version: "2" }.',
    },
    REDACTOR_MISSING: {
      title: 'Belege, die ohne Schwärzung geschrieben wurden',
      recommendation:
        'Geben Sie createLedger einen redactor, etwa piiRedactor(): false heißt, dass nach nichts gesucht wurde.',
    },
    GAP_UNEXPLAINED: {
      title: 'Strecken ohne Belege, die nichts erklärt',
      recommendation:
        'Klären Sie, was damals geschah; rufen Sie in Ruhezeiten ledger.heartbeat(chainId) auf und ledger.gap(chainId, gap) für das, was verloren ging.',
    },
    SILENCE_TOO_LONG: {
      title: 'Längeres Schweigen, als die Lebenszeichen zulassen',
      recommendation:
        'Klären Sie, ob der Schreiber stillstand oder Belege entfernt wurden: vergleichen Sie mit einem Checkpoint; halten Sie Verlorenes mit ledger.gap(chainId, gap) fest.',
    },
    GAP_DECLARED: {
      title: 'Lücken, die die Kette selbst einräumt',
      recommendation:
        'Sehen Sie jede mit quittance inspect --event gap an, und schaffen Sie Platz für das Verworfene: eine Outbox oder eine größere Warteschlange.',
    },
    HEARTBEAT_DROPPED: {
      title: 'Lebenszeichen, nach denen Belege verworfen wurden',
      recommendation:
        'Erhöhen Sie maxQueued oder geben Sie dem Ledger eine Outbox, und zählen Sie, was emit() ablehnt.',
    },
    RECEIPTS_LOST: {
      title: 'Rückfälle: Belege, die bestätigt und verloren wurden',
      recommendation:
        'Verlangen Sie vom Speicher mehr Dauerhaftigkeit, etwa ?durability=fsynced, und stellen Sie wieder her, was der rollback-Beleg nennt.',
    },
  },
  types: {
    decision: 'Schreiben Sie für jede Entscheidung einen ReceiptCollector.',
    inference: 'Schreiben Sie Modellaufrufe, die nichts entscheiden, mit eventType: "inference".',
    tool_call: 'Schreiben Sie einen Collector mit tool: { name, callId }, bevor das Werkzeug läuft.',
    tool_result:
      'Schreiben Sie einen Collector mit eventType: "tool_result" und dem Aufruf als parent, wenn das Werkzeug fertig ist.',
    human_oversight:
      'Halten Sie fest, was Menschen tun: eventType: "human_oversight" und setHumanOversight({ kind, reviewer }).',
    annotation:
      'Halten Sie später Gelerntes (Bewertung, wahres Ergebnis, Vorfall) fest: eventType: "annotation" und addLink("about", receipt).',
    session_start:
      'Schreiben Sie eventType: "session_start" mit einer sessionId, wenn ein Gespräch oder ein Lauf beginnt.',
    session_end: 'Schreiben Sie eventType: "session_end" mit derselben sessionId, wenn er vorüber ist.',
    system:
      'Das Ledger schreibt sie: eine Kette ab seq 0 hat ihr chain_start; rufen Sie ledger.heartbeat und ledger.change auf.',
    key: 'Das Ledger schreibt sie, wenn ein Schlüssel wechselt oder widerrufen wird: ledger.rotate, ledger.revoke.',
    retention:
      'Das Ledger schreibt sie, wenn Daten entfernt oder gehalten werden: ledger.prune, ledger.eraseDetails, ledger.hold.',
  },
  limits:
    'Diese Zahlen betreffen, was aufgezeichnet wurde. Was nie aufgezeichnet wurde, ist hier nicht zu sehen, und keine Liste von Befunden, auch keine leere, sagt, dass die Aufzeichnungen vollständig sind.',
}

/** The words, by language. */
export const coverageTexts: Readonly<Record<Locale, CoverageTexts>> = { en, de }
