/** What a table of articles or controls says: data to print and to look up, no verdict on anybody. */
import type { EventType, KeyEvent, RetentionEvent, SystemEvent } from '../../receipt/types.js'

/** A day of the calendar as `YYYY-MM-DD`. */
export type CalendarDate = `${number}-${number}-${number}`

/** The `event` of a `system`, `key` or `retention` member. */
export type LedgerEvent = SystemEvent['event'] | KeyEvent['event'] | RetentionEvent['event']

/**
 * What it means for a provision that no receipt of the period is what a pointer points to. `needed`: something that could
 * be shown is lacking. `if-any`: nothing, for it is about what need not happen, as a stop, a gap, a removal. `beside`:
 * nothing, and its presence alone says nothing either: it goes with what others show.
 */
export type PointerWeight = 'needed' | 'if-any' | 'beside'

/** Some receipts, by event type, and the members of theirs that speak to a provision. */
export interface EvidencePointer {
  /** The event types in question, or `any`. */
  readonly eventTypes: readonly EventType[] | 'any'
  /** Only receipts whose `system`, `key` or `retention` has one of these events; the event types are then of these three. */
  readonly events?: readonly LedgerEvent[] | undefined
  /** Only receipts that have one of these words at that path. */
  readonly having?: { readonly path: string; readonly values: readonly string[] } | undefined
  /**
   * Paths into a receipt, parted by dots; items of a list have no index: `checks.fired`. A path counts on those of the
   * event types, and with those of the events, that can have it.
   */
  readonly members: readonly string[]
  /** Those of the members by which a receipt speaks to the provision; the others go with them. Absent: each does. */
  readonly by?: readonly string[] | undefined
  /** Those of the members that every receipt in question should carry; where one is without, the provision is shown in part. */
  readonly each?: readonly string[] | undefined
  /** Absent: `needed`. */
  readonly weight?: PointerWeight | undefined
  /** What these members show, in a few words. */
  readonly shows: string
}

/** Where a text of law or a framework was published, and whether it was read for these tables. */
export interface LegalSource {
  readonly id: string
  readonly name: string
  /** The place of publication, as one cites it. */
  readonly reference: string
  readonly celex?: string | undefined
  /** The address of the text for a reader. */
  readonly address: string
  /** Whether the text itself was read to make these tables; false: only what others say of it. */
  readonly verified: boolean
  /** The day on which it was read. */
  readonly checkedOn: CalendarDate
  /** What a reader should know about how it was read. */
  readonly note?: string | undefined
}

/** A day from which some provisions apply. */
export interface ApplicationDate {
  readonly id: string
  readonly date: CalendarDate
  /** What applies from that day, in one line. */
  readonly applies: string
  /** The provision that sets the day, as one cites it. */
  readonly basis: string
  /** Ids of the sources in which the day stands. */
  readonly sources: readonly string[]
  /** The day that held before the amendment. */
  readonly replaces?: CalendarDate | undefined
  /** Whether the day was read in one of the sources. */
  readonly verified: boolean
}

/** Which systems or data a provision is about; what lies outside is out of scope. */
export type Coverage = 'high-risk' | 'annex-iii' | 'annex-iii-1-a' | 'certain-ai-systems' | 'personal-data'

/** Who has the duty. */
export type Addressee = 'provider' | 'deployer' | 'controller' | 'processor'

/** The most that receipts alone can come to for a provision, however many there are. */
export type EvidenceCeiling = 'EVIDENCE' | 'PARTIAL'

/** How long something has to be kept at the least. */
export interface LeastPeriod {
  readonly years?: number | undefined
  readonly months?: number | undefined
}

/** An article, or a paragraph or point of one, and what receipts can and can't say about it. */
export interface Provision {
  readonly id: string
  /** Id of the source: the regulation. */
  readonly regulation: string
  readonly article: number
  /** The article with its paragraph and point, as one cites it: `12(2)(a)`. */
  readonly cite: string
  /** The official English title of the article, letter by letter. */
  readonly title: string
  /** What it asks, in one line of our own words. */
  readonly asks: string
  readonly addressees: readonly Addressee[]
  readonly covers: Coverage
  /** Points of Annex III that the provision leaves out. */
  readonly exceptAnnexIII?: readonly string[] | undefined
  /** Ids of the application dates that matter, the earliest first. */
  readonly application: readonly string[]
  /** What to know about these dates. */
  readonly applicationNote?: string | undefined
  /** Paragraphs of the article that were amended since, as one cites them. */
  readonly amended?: readonly string[] | undefined
  readonly keepFor?: LeastPeriod | undefined
  readonly atMost: EvidenceCeiling
  readonly evidence: readonly EvidencePointer[]
  /** What receipts can't show, each a sentence. */
  readonly cannotShow: readonly string[]
  /** The address of the article on EUR-Lex. */
  readonly address: string
}

/** The provisions of one regulation, as of a day. */
export interface ProvisionTable {
  /** Rises with every change of the table's content. */
  readonly version: number
  /** The day of the table's content. */
  readonly date: CalendarDate
  readonly source: string
  readonly provisions: readonly Provision[]
}

/** The days of application, as of a day. */
export interface ApplicationTable {
  readonly version: number
  readonly date: CalendarDate
  /** Ascending by date. */
  readonly dates: readonly ApplicationDate[]
}

/** How near receipts come to a control: they are what it asks for, or they only help to show it. */
export type CrosswalkStrength = 'direct' | 'supporting'

/** A control or subcategory of a framework, and the receipts that speak to it. */
export interface CrosswalkEntry {
  /** As the framework numbers it. */
  readonly id: string
  /** A short name; ours where the framework has none. */
  readonly name: string
  /** Id of the group it stands in. */
  readonly group: string
  readonly strength: CrosswalkStrength
  readonly eventTypes: readonly EventType[] | 'any'
  readonly events?: readonly LedgerEvent[] | undefined
  /** Only receipts that have one of these words at that path. */
  readonly having?: EvidencePointer['having']
  /** Paths into a receipt, as in an `EvidencePointer`. */
  readonly members: readonly string[]
  /** Why these receipts speak to it: one sentence of ours. */
  readonly reason: string
}

/** A part of a framework: a section of controls, or a category. */
export interface CrosswalkGroup {
  readonly id: string
  readonly name: string
}

/** A framework set against receipts, as of a day. */
export interface Crosswalk {
  readonly framework: string
  readonly edition: string
  readonly version: number
  readonly date: CalendarDate
  readonly sources: readonly string[]
  readonly groups: readonly CrosswalkGroup[]
  readonly entries: readonly CrosswalkEntry[]
  /** Ids of the framework to which receipts say nothing. With `entries` the list is whole. */
  readonly silent: readonly string[]
}

/** The words of a provision in one language. */
export interface ProvisionText {
  /** The official title of the article in that language, letter by letter. */
  readonly title: string
  readonly asks: string
  /** In the order of the provision's `evidence`. */
  readonly shows: readonly string[]
  readonly cannotShow: readonly string[]
  readonly applicationNote?: string | undefined
}

/** The words of a day of application in one language. */
export interface DateText {
  readonly applies: string
  readonly basis: string
}

/** The words of an entry of a crosswalk in one language. */
export interface CrosswalkText {
  readonly name: string
  readonly reason: string
}

/** The words of a source in one language. */
export interface SourceText {
  readonly name: string
  readonly reference: string
  readonly note?: string | undefined
}

/** All words of a crosswalk in one language, by id. */
export interface CrosswalkTexts {
  readonly groups: { readonly [id: string]: string }
  readonly entries: { readonly [id: string]: CrosswalkText }
}
