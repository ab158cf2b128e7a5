/**
 * A report as a text to be set: what is said, in one language, without a word about how it looks. Markdown, HTML and PDF are
 * made from this tree, so that they say the same. Every string is data: the format that prints it escapes it.
 */

import type { Verdict } from '../../verify/types.js'
import type { Chart } from '../charts/types.js'
import type { ReceiptRef } from '../statistics/receipt-ref.js'
import type { Locale, ProvisionState } from '../types.js'

/** A piece of running text. */
export type Inline =
  | string
  | { readonly kind: 'strong'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  /** To a page elsewhere, from the tables of sources; never from a receipt. */
  | { readonly kind: 'link'; readonly text: string; readonly href: `https://${string}` }
  /** To a section of this document. */
  | { readonly kind: 'see'; readonly text: string; readonly section: string }
  | { readonly kind: 'receipt'; readonly ref: ReceiptRef }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'state'; readonly state: ProvisionState; readonly text: string }
  /** An instant: `text` is UTC; HTML adds the reader's zone. */
  | { readonly kind: 'time'; readonly iso: string; readonly text: string }

/** Running text. */
export type Phrase = readonly Inline[]

/** How a callout is meant. */
export type Tone = 'neutral' | 'good' | 'warning' | 'bad'

/** A column of a table. */
export interface Column {
  readonly title: string
  /** Default `start`. */
  readonly align?: 'start' | 'end' | undefined
}

/** A part of the document. */
export type Block =
  | Section
  | { readonly kind: 'paragraph'; readonly content: Phrase }
  | { readonly kind: 'list'; readonly items: readonly Phrase[] }
  /** Names and what they are. */
  | { readonly kind: 'facts'; readonly items: readonly { readonly term: string; readonly value: Phrase }[] }
  | {
      readonly kind: 'table'
      readonly caption: string
      readonly columns: readonly Column[]
      /** As many cells as columns; the first is the row's head. */
      readonly rows: readonly (readonly Phrase[])[]
    }
  | { readonly kind: 'callout'; readonly tone: Tone; readonly title: string; readonly content: Phrase }
  | {
      readonly kind: 'chart'
      readonly title: string
      /** What the chart shows, for who can't see it: its figures stand in a table or a sentence beside it. */
      readonly description: string
      readonly chart: Chart
    }

/** A headed part. */
export interface Section {
  readonly kind: 'section'
  /** `[a-z0-9-]+`, unique in the document, the same in every language. */
  readonly id: string
  readonly title: string
  readonly blocks: readonly Block[]
}

/** The whole text. */
export interface Document {
  readonly locale: Locale
  readonly title: string
  /** Under the title: what this is about, in a few lines. */
  readonly lead: readonly Block[]
  readonly sections: readonly Section[]
}
