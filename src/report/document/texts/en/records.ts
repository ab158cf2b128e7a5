/** English: summary, system, verification, chains, gaps. */
import type { NoticeCode, ProblemCode } from '../../../../verify/types.js'
import type { UnusualGap } from '../../../statistics/gaps.js'
import type { SigningKey } from '../../../types.js'
import type { Format } from '../../format.js'
import { p, strong } from '../../phrase.js'
import type { Inline, Phrase } from '../../types.js'

/** @returns The texts, with figures written as `f` does. */
export const records = (f: Format) => ({
  lead: (receipts: string, chains: string): Phrase =>
    p`What decision receipts show about an AI system. Basis: ${receipts} in the period, ${chains}. Each figure names its sample size, its uncertainty and the receipts it rests on. The report states what evidence there is; it does not judge whether the law is met.`,
  summary: {
    title: 'Summary',
    verdictTitle: {
      VALID: 'The chains were verified: VALID',
      INVALID: 'The verification failed: INVALID',
      INCOMPLETE: 'The verification is not complete: INCOMPLETE',
    },
    verdictChains: (chains: Phrase): Phrase => p` Chains: ${chains}.`,
    noChainTitle: 'No chain was looked at',
    noChain: 'There was nothing to verify and nothing to count.',
    emptyTitle: 'The period is empty',
    empty: (outside: number): Phrase =>
      outside === 0
        ? p`No receipt lies in this period. Nothing can be concluded from this report: that nothing was recorded does not mean that nothing happened or that all went well.`
        : p`No receipt lies in this period; ${f.number(outside)} ${outside === 1 ? 'lies' : 'lie'} outside it. Nothing can be concluded about the period: that nothing was recorded does not mean that nothing happened or that all went well.`,
    runningTitle: 'The period is still running',
    running: (asOf: Inline, until: Inline): Phrase =>
      p`The report was made on ${asOf}, before the period ends on ${until}. Its figures are those of a part of the period and will change.`,
    aheadTitle: 'The period has not begun',
    ahead: (asOf: Inline, from: Inline): Phrase =>
      p`The report was made on ${asOf}, before the period begins on ${from}. It can show nothing.`,
    leftOutTitle: 'Receipts were left out',
    leftOut: (left: number, checked: number): Phrase =>
      p`${f.number(left)} of ${f.number(checked)} receipts or lines are not counted anywhere in this report, because the verification found something against them.`,
    flagsTitle: 'Flags are open',
    flags: (open: number, where: Phrase): Phrase =>
      p`${f.number(open)} ${open === 1 ? 'flag' : 'flags'} of the sequential test ${open === 1 ? 'waits' : 'wait'} for a person’s acknowledgement: ${where}.`,
    verdict: 'Verdict',
    period: 'Period (UTC)',
    asOf: 'As of',
    chains: 'Chains',
    looked: 'Receipts or lines looked at',
    counted: 'Counted',
    left: 'Left out',
    inPeriod: 'Receipts in the period',
    decisions: 'Decisions in the period',
    openFlags: 'Open flags',
    openFlagsText: (open: number, raised: number): string =>
      raised === 0 ? f.number(0) : `${f.number(open)} of ${f.number(raised)} that were raised`,
    embedded: 'Receipts that come with this report',
    embeddedText: (inRanges: number, cited: number, whole: boolean): Phrase =>
      whole
        ? p`${f.number(inRanges)} in unbroken ranges: every receipt of the period. ${f.number(cited)} more that the report names.`
        : p`${f.number(inRanges)} in unbroken ranges, ${f.number(cited)} more that the report names. Not every receipt of the period is among them; the others are in the store.`,
    embeddedEmpty: (cited: number): Phrase =>
      p`None of the period, which is empty. ${f.number(cited)} others that the report names or that keys need.`,
    missingTitle: 'What is missing',
    missingNothing: (link: Inline): Phrase =>
      p`Nothing is known to be missing. That everything is there is not shown: see ${link}.`,
    missingAll: p`The whole period: no receipt lies in it.`,
    missingProblem: (problem: Inline, times: number, meaning: string, chain: Inline): Phrase =>
      p`Chain ${chain}: ${problem} (${f.number(times)}×): ${meaning}`,
    missingGaps: (unexplained: number, chain: Inline, link: Inline): Phrase =>
      p`Chain ${chain}: ${f.number(unexplained)} unusually long ${unexplained === 1 ? 'time' : 'times'} without receipts that nothing explains. See ${link}.`,
    missingDeclared: (count: number, lost: number, chain: Inline): Phrase =>
      p`Chain ${chain}: ${f.number(count)} ${count === 1 ? 'gap was' : 'gaps were'} declared, with ${f.number(lost)} receipts stated as missing.`,
    missingDropped: (dropped: number, chain: Inline): Phrase =>
      p`Chain ${chain}: the ledger says that it dropped ${f.number(dropped)} ${dropped === 1 ? 'event' : 'events'}.`,
    missingChecks: (count: number, n: number, link: Inline): Phrase =>
      p`${f.number(count)} of ${f.number(n)} decisions carry no check. See ${link}.`,
    missingRule: (names: Phrase, link: Inline): Phrase =>
      p`No decision of the period has a result that counts of ${names}, which the failure rule names: by that part of the rule nothing could fail. See ${link}.`,
    missingTail: (chains: Phrase): Phrase => p`Nothing shows whether receipts were cut off at the end of: ${chains}.`,
    factsTitle: 'The three most important facts',
    failureFact: (estimate: Phrase, link: Inline): Phrase =>
      p`Decisions that failed by the rule of this report: ${estimate}. See ${link}.`,
    flagFact: (open: number, raised: number, link: Inline): Phrase =>
      p`The sequential test raised ${f.number(raised)} ${raised === 1 ? 'flag' : 'flags'}; ${f.number(open)} ${open === 1 ? 'is' : 'are'} open. See ${link}.`,
    changeFact: (changes: number, n: number, link: Inline): Phrase =>
      p`The change detector raised ${f.number(changes)} ${changes === 1 ? 'alarm' : 'alarms'} over ${f.number(n)} decisions. See ${link}.`,
    gapFact: (count: number, link: Inline): Phrase =>
      p`${f.number(count)} unusually long ${count === 1 ? 'time' : 'times'} without receipts ${count === 1 ? 'is' : 'are'} unexplained. See ${link}.`,
    fairnessFact: (count: number, of: number, link: Inline): Phrase =>
      p`In ${f.number(count)} of ${f.number(of)} comparisons of groups the whole interval of the ratio lies below the threshold. See ${link}.`,
    askedFact: (estimate: Phrase, link: Inline): Phrase =>
      p`Decisions that ask for a person and were reviewed by one: ${estimate}. See ${link}.`,
    overseenFact: (estimate: Phrase, link: Inline): Phrase =>
      p`Decisions that a person reviewed: ${estimate}. See ${link}.`,
    requestsFact: (open: number, made: number, link: Inline): Phrase =>
      p`${f.number(open)} of ${f.number(made)} requests for a person are unanswered. See ${link}.`,
    errorFact: (estimate: Phrase, link: Inline): Phrase => p`Decisions that carry an error: ${estimate}. See ${link}.`,
    noFacts: 'There are no facts to choose from: no decision lies in the period.',
  },
  about: {
    title: 'The system and this report',
    nobody: 'Nobody checked this',
    nobodyText:
      'The statements about the system are those of whoever asked for the report. No receipt and no person confirms them.',
    unstated: 'Nothing was said about the system: neither its name nor its purpose, nor whether it is high-risk.',
    name: 'Name',
    provider: 'Provider',
    deployer: 'Deployer',
    purpose: 'Intended purpose',
    annexIII: 'Point of Annex III',
    highRisk: 'High-risk, by the asker',
    notStated: 'Not stated.',
    generator: 'Made with',
    parametersTitle: 'Parameters',
    parametersText:
      'With these parameters and the same receipts the report can be made again, byte by byte. They have to be fixed before the data are seen; whether they were, the report cannot show.',
    parameter: 'Parameter',
    value: 'Value',
    failure: 'What counts as a failure',
    level: 'Level of the intervals',
    p0: 'p0: rate that is within the limit',
    p1: 'p1: rate that must be noticed',
    alpha: 'α: probability of a flag at p0, in one cycle',
    beta: 'β: probability of no flag at p1, in one cycle',
    averageRunLength: 'Decisions to a false alarm of the change detector, on average at least',
    expectedPerHour: 'Receipts expected an hour',
    expectedAbsent: 'Not given: what is an unusual silence follows from the chain’s own gaps.',
    heartbeat: 'Interval of signs of life',
    heartbeatAbsent: 'Not given.',
    reference: 'Groups to compare with',
    referenceAbsent: 'Not given: the group with the highest rate is taken.',
    groupSize: 'Smallest group that is compared',
    ratio: 'Threshold of the ratio of selection rates',
    defaultValue: 'Not given: the default holds.',
    acceptPruned: 'Removal of old receipts',
    accepted: (days: number): Phrase =>
      p`accepted when a retention receipt proves it and all that went was at least ${f.number(days)} days old`,
    notAccepted: 'not accepted: a removed beginning makes the chain INCOMPLETE',
    embed: 'Receipts embedded, at most',
    rules: {
      action: (actions: Phrase): Phrase => p`the decision ended with the action ${actions}`,
      check: (names: Phrase | undefined): Phrase =>
        names === undefined
          ? p`a check fired (checks in shadow mode do not count)`
          : p`one of these checks fired (not in shadow mode): ${names}`,
      error: p`the decision carries an error`,
      custom: (name: Inline): Phrase =>
        p`a function of the asker says so, named ${name}; without it the report cannot be made again`,
    },
    or: '; or ',
    ruleAbsent: 'No rule: nothing counts as a failure.',
  },
  verification: {
    title: 'Verification',
    intro:
      'Every receipt of each chain was checked: its signature, its own digest, the link to the receipt before it, its number, its time, and whether its key may sign. Only receipts against which nothing was found are counted in this report.',
    overviewCaption: 'Verdict of each chain',
    chain: 'Chain',
    chainTitle: (chainId: string) => `Chain ${chainId}`,
    verdict: 'Verdict',
    meaning: 'What that means',
    root: 'Root (digest of receipt 0)',
    noRoot: 'Not seen: the first receipt of the chain is not among those looked at.',
    scope: 'Receipts looked at',
    scopeText: (from: number, to: number) => `numbers ${f.number(from)} to ${f.number(to)}`,
    noScope: 'None.',
    head: 'Last receipt',
    headText: (seq: number, hash: Inline): Phrase => p`number ${f.number(seq)}, ${hash}`,
    tail: 'End of the chain',
    looked: 'Receipts or lines looked at',
    counted: 'Counted in this report',
    left: 'Left out',
    oldest: 'Oldest receipt that counts',
    newest: 'Newest receipt that counts',
    noReceipt: 'None counts.',
    retention: 'Retention that the chain promises',
    retentionDays: (days: number) => `${f.number(days)} ${days === 1 ? 'day' : 'days'}`,
    noRetention: 'Not known: no receipt that counts states it.',
    problemsCaption: 'Problems, by code',
    code: 'Code',
    times: 'Times',
    example: 'First found at',
    line: (line: number) => `line ${f.number(line)}`,
    seq: (seq: number) => `number ${f.number(seq)}`,
    notListed: 'not among the first that are listed',
    whole: 'the chain as a whole',
    noProblems: 'The verification found no problem.',
    problemListCaption: (shown: number, total: number) =>
      `The first ${f.number(shown)} of ${f.number(total)} findings, one by one`,
    where: 'Where',
    message: 'What the verifier says',
    noticesCaption: 'Notices: worth knowing, no change of the verdict',
    keysCaption: 'Keys that signed receipts which count',
    key: 'Key (did:key, which is its own fingerprint)',
    trusted: 'Trusted by',
    receipts: 'Receipts',
    first: 'First',
    last: 'Last',
    noKeys: 'No key signed a receipt that counts.',
    trust: {
      keyring: 'the keyring of whoever verified',
      certificate: 'a certificate of a key of that keyring, in the chain',
      rotation: 'a change of keys in the chain, which a key of that keyring was allowed to make',
    } satisfies Record<SigningKey['trustedBy'], string>,
    keysNote:
      'A key that comes with the data proves nothing. Compare these fingerprints with those that the operator published elsewhere.',
    yourselfTitle: 'How to check this yourself',
    yourself: (keyring: Inline): Phrase =>
      p`Take the receipts from the operator, and make ${keyring} from keys whose fingerprints you have from elsewhere. Then run, for each chain:`,
    commandCaption: 'Commands',
    command: 'Command',
    yourselfReceipt: (command: Inline): Phrase =>
      p`A receipt that this report names, such as chain acme and number 41, is looked up with ${command}.`,
    yourselfReport: (command: Inline): Phrase =>
      p`Whether this report, its receipts and its seal belong together says ${command}. The exit code is 0 for VALID, 1 for INVALID, 3 for INCOMPLETE.`,
    limitsTitle: 'What the verification does not prove',
    limits: [
      p`${strong('Events that were never recorded.')} Whoever operates the system decides what reaches the ledger.`,
      p`${strong('A cut end.')} Receipts removed from the end of a chain leave no trace in it. A head noted elsewhere, a checkpoint or a closed chain shows it.`,
      p`${strong('A history rewritten by the holder of the key.')} Only copies, checkpoints or time stamps that somebody else keeps show that.`,
      p`${strong('That what a receipt says is true.')} It was said at that time by the holder of that key, and was not changed since.`,
      p`${strong('Inputs and outputs themselves.')} Receipts hold digests of redacted texts, not the texts.`,
    ] as readonly Phrase[],
    problem: {
      LINE_MALFORMED: 'A line is not readable as a receipt.',
      LINE_TOO_LONG: 'A line is longer than a receipt can be.',
      NOT_CANONICAL: 'A number or a character is spelled otherwise than the format demands.',
      MEMBER_DUPLICATE: 'A receipt has the same member twice.',
      MEMBER_FORBIDDEN: 'A receipt has a member that is not allowed.',
      FIELD_INVALID: 'A member has a value that the format does not allow.',
      HASH_MISMATCH: 'The content of a receipt does not fit its digest: it was changed.',
      SIGNATURE_INVALID: 'The signature of a receipt is wrong.',
      DETAILS_MISMATCH: 'The details of a receipt do not fit their digest: they were changed.',
      LINK_MISMATCH: 'A receipt does not follow the one before it: something was changed, removed or inserted.',
      GENESIS_MISMATCH: 'The first receipt does not begin this chain.',
      SEQ_GAP: 'Numbers are missing: receipts were removed.',
      SEQ_REPEATED: 'A number comes twice.',
      CHAIN_MISMATCH: 'A receipt belongs to another chain.',
      VERSION_CHANGED: 'The version of the format changes within the chain.',
      TIME_WENT_BACK: 'A receipt is dated before the one before it.',
      TIME_IN_FUTURE: 'A receipt is dated in the future.',
      KEY_OUTSIDE_WINDOW: 'A key signed outside the time in which it is valid.',
      KEY_REVOKED: 'A key signed after it was revoked.',
      KEY_NOT_ALLOWED: 'A key signed what it may not sign.',
      DELEGATION_INVALID: 'A certificate for a key is not valid.',
      HEAD_MISMATCH: 'Another receipt stands where the noted head should be.',
      CHECKPOINT_MISMATCH: 'The chain differs from what a checkpoint attests.',
      EMPTY: 'There is no receipt.',
      STARTS_LATE: 'The beginning of the chain is missing.',
      HEAD_NOT_REACHED: 'The chain ends before the noted head.',
      CHECKPOINT_NOT_REACHED: 'The chain ends before what a checkpoint attests.',
      KEY_UNKNOWN: 'A key is not in the keyring: nobody vouches for its receipts.',
      KEY_REVOKED_UNDATED: 'A key was revoked later, and nothing proves that its receipts are older than that.',
      PRUNED: 'Old receipts were removed.',
      LINE_UNTERMINATED: 'The last line is not finished.',
      UNSUPPORTED: 'A receipt has something that this version does not know.',
      TAIL_UNPROVED: 'Nothing shows that the end is there.',
    } satisfies Record<ProblemCode, string>,
    notice: {
      LINE_NOT_CANONICAL: 'A line is in another order or spacing than usual. Its content holds.',
      DETAILS_ERASED: 'The details of a receipt were erased. The receipt still holds.',
    } satisfies Record<NoticeCode, string>,
  },
  chains: {
    title: 'Chains and events',
    intro: 'What the chains hold, and what they record about themselves: keys, changes, removals, holds and losses.',
    mapTitle: 'Map of the chains',
    mapDescription: (chains: string, gaps: number, events: number): string =>
      `${chains} over time, from the oldest receipt held to the newest, with ${f.number(gaps)} unusual ${gaps === 1 ? 'gap' : 'gaps'} and ${f.number(events)} ${events === 1 ? 'event' : 'events'}. The tables below give the figures.`,
    chain: 'Chain',
    held: 'Receipts held, first to last',
    inPeriod: 'Receipts in the period',
    firstInPeriod: 'First in the period',
    lastInPeriod: 'Last in the period',
    caption: 'What each chain holds',
    none: 'none',
    eventsCaption: (chainId: string) => `Events of chain ${chainId}, the whole chain`,
    time: 'Time',
    event: 'Event',
    facts: 'What it says',
    receipt: 'Receipt',
    within: 'In the period',
    noEvents: (chain: Inline): Phrase => p`Chain ${chain} holds no event about itself that counts.`,
    omitted: (n: number): Phrase => p`${f.number(n)} events between the first and the last are not listed.`,
  },
  gaps: {
    title: 'Times without receipts',
    intro:
      'A silence is unusual when the rate of receipts does not explain it. Nights and weekends stand out when the system rests then; a person has to judge.',
    chainTitle: (chainId: string) => `Silence in chain ${chainId}`,
    rule: 'Rule',
    expectedRule: (perHour: string, threshold: string): Phrase =>
      p`longer than ${threshold}: unlikely at ${perHour} receipts an hour`,
    tailRule: (threshold: string, median: string, q90: string, q99: string): Phrase =>
      p`longer than ${threshold}: unlikely from the chain's own gaps (median ${median}, 90% up to ${q90}, 99% up to ${q99})`,
    falseAlarm: 'Probability of any unusual gap in a stream as expected',
    activity: 'Receipts of activity in the period',
    gaps: 'Gaps between their distinct times',
    longest: 'Longest silence',
    longestText: (length: string, from: Inline, to: Inline): Phrase => p`${length}, from ${from} to ${to}`,
    noLongest: 'None: there are no two instants of activity.',
    declared: 'Declared by gap receipts',
    declaredText: (gaps: number, length: string, count: number): Phrase =>
      p`${f.number(gaps)}, together ${length}, ${f.number(count)} receipts stated as missing`,
    heartbeats: 'Signs of life',
    heartbeatsText: (count: number, dropped: number): Phrase =>
      p`${f.number(count)}, with ${f.number(dropped)} events reported as dropped`,
    caption: (chainId: string) => `Unusual silences in chain ${chainId}`,
    from: 'From',
    to: 'To',
    length: 'Length',
    explanation: 'Explanation',
    between: 'Between',
    noUnusual: 'No silence in the period is longer than the rule explains.',
    truncated: 'There may be more unusual silences than are listed.',
    explanations: {
      DECLARED: 'declared by a gap receipt',
      IDLE: 'idle: the ledger kept writing',
      UNEXPLAINED: 'not explained',
    } satisfies Record<UnusualGap['explanation'], string>,
    start: 'begin of the period',
    end: 'end of the period',
    noRule: (n: number): Phrase =>
      p`There is no rule: ${f.number(n)} gaps are too few to say what is usual, and no expected rate was given. So nothing is said about unusual silences.`,
  },
})
