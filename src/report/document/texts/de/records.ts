/** Deutsch: Zusammenfassung, System, Prüfung, Ketten, Lücken. */
import type { Format } from '../../format.js'
import { p, strong } from '../../phrase.js'
import type { Texts } from '../en.js'

type Part = Pick<Texts, 'lead' | 'summary' | 'about' | 'verification' | 'chains' | 'gaps'>

/** @returns The texts, with figures written as `f` does. */
export const records = (f: Format): Part => ({
  lead: (receipts, chains) =>
    p`Was Entscheidungsbelege über ein KI-System zeigen. Grundlage: ${receipts} im Zeitraum, ${chains}. Jede Kennzahl nennt ihren Stichprobenumfang, ihre Unsicherheit und die Belege, auf denen sie beruht. Der Bericht stellt fest, welche Nachweise es gibt; ob das Recht eingehalten ist, beurteilt er nicht.`,
  summary: {
    title: 'Zusammenfassung',
    verdictTitle: {
      VALID: 'Die Ketten wurden geprüft: VALID (gültig)',
      INVALID: 'Die Prüfung ist gescheitert: INVALID (ungültig)',
      INCOMPLETE: 'Die Prüfung ist nicht vollständig: INCOMPLETE (unvollständig)',
    },
    verdictChains: (chains) => p` Ketten: ${chains}.`,
    noChainTitle: 'Es wurde keine Kette betrachtet',
    noChain: 'Es gab nichts zu prüfen und nichts zu zählen.',
    emptyTitle: 'Der Zeitraum ist leer',
    empty: (outside) =>
      outside === 0
        ? p`In diesem Zeitraum liegt kein Beleg. Aus diesem Bericht lässt sich nichts schließen: Dass nichts aufgezeichnet wurde, heißt weder, dass nichts geschehen ist, noch, dass alles gut ging.`
        : p`In diesem Zeitraum liegt kein Beleg; ${f.number(outside)} ${outside === 1 ? 'liegt' : 'liegen'} außerhalb. Über den Zeitraum lässt sich nichts schließen: Dass nichts aufgezeichnet wurde, heißt weder, dass nichts geschehen ist, noch, dass alles gut ging.`,
    runningTitle: 'Der Zeitraum läuft noch',
    running: (asOf, until) =>
      p`Der Bericht wurde am ${asOf} erstellt, bevor der Zeitraum am ${until} endet. Seine Kennzahlen gelten für einen Teil des Zeitraums und werden sich ändern.`,
    aheadTitle: 'Der Zeitraum hat noch nicht begonnen',
    ahead: (asOf, from) =>
      p`Der Bericht wurde am ${asOf} erstellt, bevor der Zeitraum am ${from} beginnt. Er kann nichts zeigen.`,
    leftOutTitle: 'Belege wurden nicht mitgezählt',
    leftOut: (left, checked) =>
      p`${f.number(left)} von ${f.number(checked)} Belegen oder Zeilen sind in diesem Bericht nirgends mitgezählt, weil die Prüfung etwas gegen sie gefunden hat.`,
    flagsTitle: 'Warnungen sind offen',
    flags: (open, where) =>
      p`${f.number(open)} ${open === 1 ? 'Warnung' : 'Warnungen'} des Sequentialtests ${open === 1 ? 'wartet' : 'warten'} darauf, dass ein Mensch sie zur Kenntnis nimmt: ${where}.`,
    verdict: 'Prüfergebnis',
    period: 'Zeitraum (UTC)',
    asOf: 'Stand',
    chains: 'Ketten',
    looked: 'Betrachtete Belege oder Zeilen',
    counted: 'Mitgezählt',
    left: 'Nicht mitgezählt',
    inPeriod: 'Belege im Zeitraum',
    decisions: 'Entscheidungen im Zeitraum',
    openFlags: 'Offene Warnungen',
    openFlagsText: (open, raised) =>
      raised === 0 ? f.number(0) : `${f.number(open)} von ${f.number(raised)} ausgelösten`,
    embedded: 'Belege, die diesem Bericht beiliegen',
    embeddedText: (inRanges, cited, whole) =>
      whole
        ? p`${f.number(inRanges)} in lückenlosen Abschnitten: jeder Beleg des Zeitraums. Dazu ${f.number(cited)} ${cited === 1 ? 'weiterer, den' : 'weitere, die'} der Bericht nennt.`
        : p`${f.number(inRanges)} in lückenlosen Abschnitten, dazu ${f.number(cited)} ${cited === 1 ? 'weiterer, den' : 'weitere, die'} der Bericht nennt. Nicht jeder Beleg des Zeitraums ist darunter; die übrigen liegen im Speicher.`,
    embeddedEmpty: (cited) =>
      p`Keiner aus dem Zeitraum, der leer ist. Dazu ${f.number(cited)} andere, die der Bericht nennt oder die für Schlüssel nötig sind.`,
    missingTitle: 'Was fehlt',
    missingNothing: (link) =>
      p`Es ist nicht bekannt, dass etwas fehlt. Dass alles da ist, ist damit nicht gezeigt: siehe ${link}.`,
    missingAll: p`Der ganze Zeitraum: In ihm liegt kein Beleg.`,
    missingProblem: (problem, times, meaning, chain) => p`Kette ${chain}: ${problem} (${f.number(times)}×): ${meaning}`,
    missingGaps: (unexplained, chain, link) =>
      p`Kette ${chain}: ${f.number(unexplained)} ungewöhnlich lange ${unexplained === 1 ? 'Zeit' : 'Zeiten'} ohne Belege, die nichts erklärt. Siehe ${link}.`,
    missingDeclared: (count, lost, chain) =>
      p`Kette ${chain}: ${f.number(count)} ${count === 1 ? 'Lücke wurde' : 'Lücken wurden'} erklärt, mit ${f.number(lost)} als fehlend angegebenen Belegen.`,
    missingDropped: (dropped, chain) =>
      p`Kette ${chain}: Das Ledger gibt an, ${f.number(dropped)} ${dropped === 1 ? 'Ereignis' : 'Ereignisse'} verworfen zu haben.`,
    missingChecks: (count, n, link) =>
      p`${f.number(count)} von ${f.number(n)} Entscheidungen tragen keine Kontrolle. Siehe ${link}.`,
    missingRule: (names, link) =>
      p`Keine Entscheidung des Zeitraums trägt ein Ergebnis von ${names}, das zählt, obwohl die Regel für Fehlfälle danach fragt: Nach diesem Teil der Regel konnte nichts ein Fehlfall sein. Siehe ${link}.`,
    missingTail: (chains) => p`Nichts zeigt, ob am Ende Belege abgeschnitten wurden bei: ${chains}.`,
    factsTitle: 'Die drei wichtigsten Befunde',
    failureFact: (estimate, link) =>
      p`Entscheidungen, die nach der Regel dieses Berichts Fehlfälle sind: ${estimate}. Siehe ${link}.`,
    flagFact: (open, raised, link) =>
      p`Der Sequentialtest hat ${f.number(raised)} ${raised === 1 ? 'Warnung' : 'Warnungen'} ausgelöst; ${f.number(open)} ${open === 1 ? 'ist' : 'sind'} offen. Siehe ${link}.`,
    changeFact: (changes, n, link) =>
      p`Der Änderungsmelder hat über ${f.number(n)} Entscheidungen ${f.number(changes)} ${changes === 1 ? 'Alarm' : 'Alarme'} ausgelöst. Siehe ${link}.`,
    gapFact: (count, link) =>
      p`${f.number(count)} ungewöhnlich lange ${count === 1 ? 'Zeit' : 'Zeiten'} ohne Belege ${count === 1 ? 'ist' : 'sind'} nicht erklärt. Siehe ${link}.`,
    fairnessFact: (count, of, link) =>
      p`In ${f.number(count)} von ${f.number(of)} Gruppenvergleichen liegt das ganze Intervall des Verhältnisses unter der Schwelle. Siehe ${link}.`,
    askedFact: (estimate, link) =>
      p`Entscheidungen, die einen Menschen verlangen und von einem überprüft wurden: ${estimate}. Siehe ${link}.`,
    overseenFact: (estimate, link) => p`Entscheidungen, die ein Mensch überprüft hat: ${estimate}. Siehe ${link}.`,
    requestsFact: (open, made, link) =>
      p`${f.number(open)} von ${f.number(made)} Anfragen an einen Menschen sind unbeantwortet. Siehe ${link}.`,
    errorFact: (estimate, link) => p`Entscheidungen, die einen Fehler tragen: ${estimate}. Siehe ${link}.`,
    noFacts: 'Es gibt keine Befunde zur Auswahl: Im Zeitraum liegt keine Entscheidung.',
  },
  about: {
    title: 'Das System und dieser Bericht',
    nobody: 'Das hat niemand geprüft',
    nobodyText:
      'Die Angaben zum System stammen vom Auftraggeber des Berichts. Kein Beleg und kein Mensch bestätigt sie.',
    unstated:
      'Über das System wurde nichts angegeben: weder Name noch Zweck, noch, ob es ein Hochrisiko-KI-System ist.',
    name: 'Name',
    provider: 'Anbieter',
    deployer: 'Betreiber',
    purpose: 'Zweckbestimmung',
    annexIII: 'Nummer in Anhang III',
    highRisk: 'Hochrisiko, laut Auftraggeber',
    notStated: 'Nicht angegeben.',
    generator: 'Erstellt mit',
    parametersTitle: 'Parameter',
    parametersText:
      'Mit diesen Parametern und denselben Belegen lässt sich der Bericht Byte für Byte erneut erstellen. Sie müssen feststehen, bevor jemand die Daten sieht; ob das so war, kann der Bericht nicht zeigen.',
    parameter: 'Parameter',
    value: 'Wert',
    failure: 'Was als Fehlfall zählt',
    level: 'Niveau der Intervalle',
    p0: 'p0: Rate, die noch im Rahmen ist',
    p1: 'p1: Rate, die bemerkt werden muss',
    alpha: 'α: Wahrscheinlichkeit einer Warnung bei p0, je Zyklus',
    beta: 'β: Wahrscheinlichkeit keiner Warnung bei p1, je Zyklus',
    averageRunLength: 'Entscheidungen bis zu einem Fehlalarm des Änderungsmelders, im Mittel mindestens',
    expectedPerHour: 'Erwartete Belege je Stunde',
    expectedAbsent: 'Nicht angegeben: Was eine ungewöhnliche Stille ist, folgt aus den eigenen Lücken der Kette.',
    heartbeat: 'Abstand der Lebenszeichen',
    heartbeatAbsent: 'Nicht angegeben.',
    reference: 'Vergleichsgruppen',
    referenceAbsent: 'Nicht angegeben: Verglichen wird mit der Gruppe mit der höchsten Rate.',
    groupSize: 'Kleinste Gruppe, die verglichen wird',
    ratio: 'Schwelle für das Verhältnis der Auswahlraten',
    defaultValue: 'Nicht angegeben: Es gilt die Voreinstellung.',
    acceptPruned: 'Entfernung alter Belege',
    accepted: (days) =>
      p`hingenommen, wenn ein Beleg zur Aufbewahrung sie nachweist und alles Entfernte mindestens ${f.number(days)} Tage alt war`,
    notAccepted: 'nicht hingenommen: Fehlt der Anfang, ist die Kette INCOMPLETE',
    embed: 'Beigelegte Belege, höchstens',
    rules: {
      action: (actions) => p`die Entscheidung endete mit der Aktion ${actions}`,
      check: (names) =>
        names === undefined
          ? p`eine Kontrolle schlug an (Kontrollen im Schattenbetrieb zählen nicht)`
          : p`eine dieser Kontrollen schlug an (nicht im Schattenbetrieb): ${names}`,
      error: p`die Entscheidung trägt einen Fehler`,
      custom: (name) =>
        p`eine Funktion des Auftraggebers namens ${name} sagt es; ohne sie lässt sich der Bericht nicht erneut erstellen`,
    },
    or: '; oder ',
    ruleAbsent: 'Keine Regel: Nichts zählt als Fehlfall.',
  },
  verification: {
    title: 'Prüfung',
    intro:
      'Jeder Beleg jeder Kette wurde geprüft: seine Signatur, sein eigener Hashwert, die Verknüpfung mit dem vorhergehenden Beleg, seine Nummer, seine Zeit und ob sein Schlüssel signieren darf. Nur Belege, gegen die nichts gefunden wurde, sind in diesem Bericht mitgezählt.',
    overviewCaption: 'Prüfergebnis je Kette',
    chain: 'Kette',
    chainTitle: (chainId) => `Kette ${chainId}`,
    verdict: 'Prüfergebnis',
    meaning: 'Was das bedeutet',
    root: 'Wurzel (Hashwert von Beleg 0)',
    noRoot: 'Nicht gesehen: Der erste Beleg der Kette ist nicht unter den betrachteten.',
    scope: 'Betrachtete Belege',
    scopeText: (from, to) => `Nummern ${f.number(from)} bis ${f.number(to)}`,
    noScope: 'Keiner.',
    head: 'Letzter Beleg',
    headText: (seq, hash) => p`Nummer ${f.number(seq)}, ${hash}`,
    tail: 'Ende der Kette',
    looked: 'Betrachtete Belege oder Zeilen',
    counted: 'In diesem Bericht mitgezählt',
    left: 'Nicht mitgezählt',
    oldest: 'Ältester mitgezählter Beleg',
    newest: 'Jüngster mitgezählter Beleg',
    noReceipt: 'Keiner zählt.',
    retention: 'Aufbewahrung, die die Kette zusagt',
    retentionDays: (days) => `${f.number(days)} ${days === 1 ? 'Tag' : 'Tage'}`,
    noRetention: 'Nicht bekannt: Kein mitgezählter Beleg gibt sie an.',
    problemsCaption: 'Befunde nach Code',
    code: 'Code',
    times: 'Anzahl',
    example: 'Zuerst gefunden bei',
    line: (line) => `Zeile ${f.number(line)}`,
    seq: (seq) => `Nummer ${f.number(seq)}`,
    notListed: 'nicht unter den ersten, die aufgeführt sind',
    whole: 'Kette als Ganzes',
    noProblems: 'Die Prüfung hat nichts beanstandet.',
    problemListCaption: (shown, total) => `Die ersten ${f.number(shown)} von ${f.number(total)} Befunden im Einzelnen`,
    where: 'Wo',
    message: 'Was das Prüfprogramm sagt (englisch)',
    noticesCaption: 'Hinweise: wissenswert, ohne Folge für das Prüfergebnis',
    keysCaption: 'Schlüssel, die mitgezählte Belege signiert haben',
    key: 'Schlüssel (did:key, zugleich sein Fingerabdruck)',
    trusted: 'Vertraut durch',
    receipts: 'Belege',
    first: 'Erster',
    last: 'Letzter',
    noKeys: 'Kein Schlüssel hat einen mitgezählten Beleg signiert.',
    trust: {
      keyring: 'den Schlüsselbund dessen, der geprüft hat',
      certificate: 'ein Zertifikat eines Schlüssels aus diesem Schlüsselbund, in der Kette',
      rotation: 'einen Schlüsselwechsel in der Kette, zu dem ein Schlüssel dieses Schlüsselbunds befugt war',
    },
    keysNote:
      'Ein Schlüssel, der mit den Daten kommt, beweist nichts. Vergleichen Sie diese Fingerabdrücke mit denen, die der Betreiber an anderer Stelle veröffentlicht hat.',
    yourselfTitle: 'So prüfen Sie selbst',
    yourself: (keyring) =>
      p`Lassen Sie sich die Belege vom Betreiber geben, und erstellen Sie ${keyring} aus Schlüsseln, deren Fingerabdrücke Sie aus anderer Quelle haben. Führen Sie dann für jede Kette aus:`,
    commandCaption: 'Befehle',
    command: 'Befehl',
    yourselfReceipt: (command) =>
      p`Ein Beleg, den dieser Bericht nennt, etwa Kette acme und Nummer 41, wird nachgeschlagen mit ${command}.`,
    yourselfReport: (command) =>
      p`Ob dieser Bericht, seine Belege und sein Siegel zusammengehören, sagt ${command}. Der Rückgabewert ist 0 für VALID, 1 für INVALID, 3 für INCOMPLETE.`,
    limitsTitle: 'Was die Prüfung nicht beweist',
    limits: [
      p`${strong('Ereignisse, die nie aufgezeichnet wurden.')} Wer das System betreibt, entscheidet, was in die Kette gelangt.`,
      p`${strong('Ein abgeschnittenes Ende.')} Am Ende einer Kette entfernte Belege hinterlassen in ihr keine Spur. Ein an anderer Stelle notierter letzter Beleg, ein Kontrollpunkt oder ein Abschluss der Kette zeigt es.`,
      p`${strong('Eine Vergangenheit, die der Inhaber des Schlüssels neu geschrieben hat.')} Das zeigen nur Kopien, Kontrollpunkte oder Zeitstempel, die jemand anderes aufbewahrt.`,
      p`${strong('Dass wahr ist, was ein Beleg sagt.')} Der Inhaber des Schlüssels hat es zu dieser Zeit gesagt, und seither wurde es nicht verändert.`,
      p`${strong('Die Ein- und Ausgaben selbst.')} Belege enthalten Hashwerte geschwärzter Texte, nicht die Texte.`,
    ],
    problem: {
      LINE_MALFORMED: 'Eine Zeile ist nicht als Beleg lesbar.',
      LINE_TOO_LONG: 'Eine Zeile ist länger, als ein Beleg sein kann.',
      NOT_CANONICAL: 'Eine Zahl oder ein Zeichen ist anders geschrieben, als das Format verlangt.',
      MEMBER_DUPLICATE: 'Ein Beleg enthält dasselbe Feld zweimal.',
      MEMBER_FORBIDDEN: 'Ein Beleg enthält ein Feld, das nicht erlaubt ist.',
      FIELD_INVALID: 'Ein Feld hat einen Wert, den das Format nicht erlaubt.',
      HASH_MISMATCH: 'Der Inhalt eines Belegs passt nicht zu seinem Hashwert: Er wurde verändert.',
      SIGNATURE_INVALID: 'Die Signatur eines Belegs ist falsch.',
      DETAILS_MISMATCH: 'Die Einzelheiten eines Belegs passen nicht zu ihrem Hashwert: Sie wurden verändert.',
      LINK_MISMATCH:
        'Ein Beleg schließt nicht an den vorhergehenden an: Etwas wurde verändert, entfernt oder eingefügt.',
      GENESIS_MISMATCH: 'Mit dem ersten Beleg beginnt nicht diese Kette.',
      SEQ_GAP: 'Nummern fehlen: Belege wurden entfernt.',
      SEQ_REPEATED: 'Eine Nummer kommt zweimal vor.',
      CHAIN_MISMATCH: 'Ein Beleg gehört zu einer anderen Kette.',
      VERSION_CHANGED: 'Die Version des Formats wechselt innerhalb der Kette.',
      TIME_WENT_BACK: 'Ein Beleg ist früher datiert als der vorhergehende.',
      TIME_IN_FUTURE: 'Ein Beleg ist in der Zukunft datiert.',
      KEY_OUTSIDE_WINDOW: 'Ein Schlüssel hat außerhalb seiner Gültigkeit signiert.',
      KEY_REVOKED: 'Ein Schlüssel hat nach seinem Widerruf signiert.',
      KEY_NOT_ALLOWED: 'Ein Schlüssel hat signiert, was er nicht signieren darf.',
      DELEGATION_INVALID: 'Ein Zertifikat für einen Schlüssel ist nicht gültig.',
      HEAD_MISMATCH: 'Wo der notierte letzte Beleg stehen müsste, steht ein anderer.',
      CHECKPOINT_MISMATCH: 'Die Kette weicht von dem ab, was ein Kontrollpunkt bezeugt.',
      EMPTY: 'Es gibt keinen Beleg.',
      STARTS_LATE: 'Der Anfang der Kette fehlt.',
      HEAD_NOT_REACHED: 'Die Kette endet vor dem notierten letzten Beleg.',
      CHECKPOINT_NOT_REACHED: 'Die Kette endet vor dem, was ein Kontrollpunkt bezeugt.',
      KEY_UNKNOWN: 'Ein Schlüssel steht nicht im Schlüsselbund: Für seine Belege bürgt niemand.',
      KEY_REVOKED_UNDATED: 'Ein Schlüssel wurde später widerrufen, und nichts zeigt, dass seine Belege älter sind.',
      PRUNED: 'Alte Belege wurden entfernt.',
      LINE_UNTERMINATED: 'Die letzte Zeile ist nicht abgeschlossen.',
      UNSUPPORTED: 'Ein Beleg enthält etwas, das diese Version nicht kennt.',
      TAIL_UNPROVED: 'Nichts zeigt, dass das Ende da ist.',
    },
    notice: {
      LINE_NOT_CANONICAL: 'Eine Zeile hat eine andere Reihenfolge oder andere Abstände als üblich. Ihr Inhalt gilt.',
      DETAILS_ERASED: 'Die Einzelheiten eines Belegs wurden gelöscht. Der Beleg gilt weiter.',
    },
  },
  chains: {
    title: 'Ketten und Ereignisse',
    intro:
      'Was die Ketten enthalten und was sie über sich selbst aufzeichnen: Schlüssel, Änderungen, Entfernungen, Löschsperren und Verluste.',
    mapTitle: 'Übersicht der Ketten',
    mapDescription: (chains, gaps, events) =>
      `${chains} im Lauf der Zeit, vom ältesten vorhandenen Beleg bis zum jüngsten, mit ${f.number(gaps)} ungewöhnlichen ${gaps === 1 ? 'Lücke' : 'Lücken'} und ${f.number(events)} ${events === 1 ? 'Ereignis' : 'Ereignissen'}. Die Tabellen darunter nennen die Zahlen.`,
    chain: 'Kette',
    held: 'Vorhandene Belege, erster und letzter',
    inPeriod: 'Belege im Zeitraum',
    firstInPeriod: 'Erster im Zeitraum',
    lastInPeriod: 'Letzter im Zeitraum',
    caption: 'Was jede Kette enthält',
    none: 'keiner',
    eventsCaption: (chainId) => `Ereignisse der Kette ${chainId}, ganze Kette`,
    time: 'Zeit',
    event: 'Ereignis',
    facts: 'Was es sagt',
    receipt: 'Beleg',
    within: 'Im Zeitraum',
    noEvents: (chain) => p`Die Kette ${chain} enthält kein mitgezähltes Ereignis über sich selbst.`,
    omitted: (n) => p`${f.number(n)} Ereignisse zwischen den ersten und den letzten sind nicht aufgeführt.`,
  },
  gaps: {
    title: 'Zeiten ohne Belege',
    intro:
      'Eine Stille ist ungewöhnlich, wenn die Häufigkeit der Belege sie nicht erklärt. Nächte und Wochenenden fallen auf, wenn das System dann ruht; das muss ein Mensch beurteilen.',
    chainTitle: (chainId) => `Stille in der Kette ${chainId}`,
    rule: 'Regel',
    expectedRule: (perHour, threshold) => p`länger als ${threshold}: unwahrscheinlich bei ${perHour} Belegen je Stunde`,
    tailRule: (threshold, median, q90, q99) =>
      p`länger als ${threshold}: unwahrscheinlich nach den eigenen Lücken der Kette (Median ${median}, 90${'\u00a0'}% bis ${q90}, 99${'\u00a0'}% bis ${q99})`,
    falseAlarm: 'Wahrscheinlichkeit irgendeiner ungewöhnlichen Lücke bei erwartetem Verlauf',
    activity: 'Belege über Tätigkeit im Zeitraum',
    gaps: 'Lücken zwischen ihren verschiedenen Zeitpunkten',
    longest: 'Längste Stille',
    longestText: (length, from, to) => p`${length}, von ${from} bis ${to}`,
    noLongest: 'Keine: Es gibt keine zwei Zeitpunkte mit Tätigkeit.',
    declared: 'Durch Belege erklärte Lücken',
    declaredText: (gaps, length, count) =>
      p`${f.number(gaps)}, zusammen ${length}, ${f.number(count)} Belege als fehlend angegeben`,
    heartbeats: 'Lebenszeichen',
    heartbeatsText: (count, dropped) =>
      p`${f.number(count)}, mit ${f.number(dropped)} als verworfen gemeldeten Ereignissen`,
    caption: (chainId) => `Ungewöhnliche Stille in der Kette ${chainId}`,
    from: 'Von',
    to: 'Bis',
    length: 'Dauer',
    explanation: 'Erklärung',
    between: 'Zwischen',
    noUnusual: 'Keine Stille im Zeitraum ist länger, als die Regel erklärt.',
    truncated: 'Es kann mehr ungewöhnliche Stillen geben, als aufgeführt sind.',
    explanations: {
      DECLARED: 'durch einen Beleg erklärt',
      IDLE: 'Leerlauf: Das Ledger schrieb weiter',
      UNEXPLAINED: 'nicht erklärt',
    },
    start: 'Beginn des Zeitraums',
    end: 'Ende des Zeitraums',
    noRule: (n) =>
      p`Es gibt keine Regel: ${f.number(n)} Lücken sind zu wenige, um zu sagen, was üblich ist, und eine erwartete Häufigkeit wurde nicht angegeben. Über ungewöhnliche Stille ist daher nichts gesagt.`,
  },
})
