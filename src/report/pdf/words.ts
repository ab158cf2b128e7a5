/** What a PDF says of itself, beside the document that it sets. */
import type { Locale } from '../types.js'

/** The words of one language. */
export interface Words {
  readonly page: (number: number, of: number) => string
  readonly contents: string
  readonly digest: string
  readonly continued: string
  readonly files: {
    readonly title: string
    readonly caption: string
    readonly about: string
    readonly columns: readonly [name: string, what: string, bytes: string, digest: string]
    readonly report: string
    readonly seal: string
    readonly receipts: (chainId: string) => string
  }
}

/** By language. */
export const words: Readonly<Record<Locale, Words>> = {
  en: {
    page: (number, of) => `Page ${number} of ${of}`,
    contents: 'Contents',
    digest: 'Digest of the report',
    continued: 'continued',
    files: {
      title: 'Files in this PDF',
      caption: 'Attachments',
      about:
        'These pages are made from the data below, which this file carries with it. A PDF reader lists the files as attachments and saves them. The digests tell whether they are what was attached.',
      columns: ['File', 'What it is', 'Bytes', 'SHA-256'],
      report: 'The report as data: every figure of these pages.',
      seal: 'The receipts that seal the report, as they are stored.',
      receipts: (chainId) => `Receipts of the chain ${chainId} that came with the report, as they are stored.`,
    },
  },
  de: {
    page: (number, of) => `Seite ${number} von ${of}`,
    contents: 'Inhalt',
    digest: 'Hashwert des Berichts',
    continued: 'Fortsetzung',
    files: {
      title: 'Dateien in diesem PDF',
      caption: 'Anlagen',
      about:
        'Diese Seiten sind aus den Daten unten gemacht, die diese Datei bei sich trägt. Ein PDF-Programm führt die Dateien als Anlagen auf und speichert sie. Die Hashwerte zeigen, ob sie das sind, was angehängt wurde.',
      columns: ['Datei', 'Was sie ist', 'Bytes', 'SHA-256'],
      report: 'Der Bericht als Daten: jede Zahl dieser Seiten.',
      seal: 'Die Belege, die den Bericht versiegeln, wie sie gespeichert sind.',
      receipts: (chainId) => `Belege der Kette ${chainId}, die dem Bericht beiliegen, wie sie gespeichert sind.`,
    },
  },
}
