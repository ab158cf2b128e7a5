/** What the page itself says, beside the report's own text: in each language the same members. */
import type { ProblemCode } from '../../../verify/types.js'

/** The words of the page in one language. */
export interface PageTexts {
  readonly report: string
  readonly skip: string
  readonly contents: string
  readonly darkTheme: string
  readonly print: string
  readonly asReported: string
  readonly receipt: string
  readonly notHere: string
  readonly localTime: (text: string) => string
  readonly footer: (version: string) => string
  readonly verification: {
    readonly title: string
    readonly more: string
    readonly digest: string
    readonly notRun: string
    readonly running: (done: string, all: string) => string
    readonly consistent: string
    readonly inconsistent: string
    readonly valid: string
    readonly invalid: string
    readonly incomplete: string
    readonly reported: (verdict: 'INVALID' | 'INCOMPLETE') => string
    readonly reportedMeans: string
    readonly incompleteHere: string
    readonly nothing: string
    readonly broken: string
    readonly hold: (holding: string, embedded: string) => string
    readonly ofPeriod: (inFile: string, period: string) => string
    readonly wholePeriod: string
    readonly emptyPeriod: string
    readonly keysProveNothing: string
    readonly byReadersKeys: (keys: string) => string
    readonly unknownKeys: string
    readonly firstProblem: (chainId: string, seq: string, id: string, code: string, meaning: string) => string
    readonly checksTitle: string
    readonly checks: {
      readonly receipts: (holding: string, embedded: string) => string
      readonly digestHolds: string
      readonly digestDiffers: (computed: string) => string
      readonly sealHolds: (where: string) => string
      readonly sealDiffers: string
      readonly sealUnsigned: string
      readonly sealNone: string
      readonly recountHolds: (names: string) => string
      readonly recountDiffers: (names: string) => string
      readonly recountNotWhole: string
      readonly recountNotAll: string
      readonly notRecounted: string
    }
    readonly figures: Readonly<
      Record<
        'receipts' | 'eventTypes' | 'actions' | 'otherActions' | 'withoutAction' | 'models' | 'checks' | 'hours',
        string
      >
    >
    readonly outcome: Readonly<Record<'holds' | 'differs' | 'unknown', string>>
    readonly problemsTitle: string
    readonly problemsCaption: (shown: string, all: string) => string
    readonly problemColumns: readonly [receipt: string, code: string, meaning: string]
    readonly keysTitle: string
    readonly keysIntro: string
    readonly signed: (count: string) => string
    readonly vouchesFor: (count: string) => string
    readonly yourKeysTitle: string
    readonly yourKeysIntro: string
    readonly keysLabel: string
    readonly keysHint: string
    readonly usesTitle: string
    readonly uses: Readonly<Record<'delegate' | 'rotate' | 'retention', string>>
    readonly fileLabel: string
    readonly verifyButton: string
    readonly forgetButton: string
    readonly refused: Readonly<Record<'empty' | 'not-a-key' | 'keyring', string>>
    readonly limits: string
  }
  readonly receipts: {
    readonly title: string
    readonly intro: (count: string) => string
    readonly needsScript: string
    readonly none: string
    readonly caption: string
    readonly search: string
    readonly seq: string
    readonly seqHint: string
    readonly eventType: string
    readonly action: string
    readonly state: string
    readonly all: string
    readonly noAction: string
    readonly withProblems: string
    readonly withoutProblems: string
    readonly reset: string
    readonly found: (shown: string, all: string) => string
    readonly page: (page: string, pages: string) => string
    readonly previous: string
    readonly next: string
    readonly columns: {
      readonly seq: string
      readonly chain: string
      readonly time: string
      readonly event: string
      readonly action: string
      readonly checks: string
      readonly state: string
    }
    readonly open: (seq: string) => string
    readonly details: (seq: string) => string
    readonly pending: string
    readonly holds: string
    readonly fired: (fired: string, all: string) => string
    readonly lookUpTitle: string
    readonly lookUp: string
    readonly lookUpOne: (chainId: string, seq: string) => string
  }
  readonly problems: Readonly<Record<ProblemCode, string>>
}
