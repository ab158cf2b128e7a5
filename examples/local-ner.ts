/**
 * Names of people and places by a model that runs in this process: nothing leaves the machine. The model is yours; one for
 * token classification that `@huggingface/transformers` (version 4) can load, from a folder or by its name:
 *
 *   import { pipeline } from '@huggingface/transformers'
 *   const classifier = await pipeline('token-classification', './models/my-ner-model')
 *   const redactor = withExternalDetectors(piiRedactor(), { detectors: [nerDetector(classifier, { model: 'my-ner-model@3' })] })
 *
 * A model reads so many tokens and drops the rest in silence. So the text is given to it in pieces that overlap, and a piece
 * that it did not read to its end refuses the text.
 */
import type { ExternalDetector, ExternalFinding } from 'quittance/pii'

/** One token as the pipeline gives it. */
interface Token {
  readonly entity: string
  readonly score: number
  readonly word: string
}

/** What `pipeline('token-classification', …)` gives. */
type Classifier = (text: string, options: { ignore_labels: string[] }) => Promise<readonly Token[]>

const PIECE = 600
const OVERLAP = 120

/** The labels of common models, as types. Others are left alone. */
const typeOf: Readonly<Record<string, string>> = { PER: 'PERSON', PERSON: 'PERSON', LOC: 'LOCATION', GPE: 'LOCATION' }

/** A word without the marks of word pieces. */
const bare = (word: string): string => word.replace(/^(?:##|\u2581|\u0120)/, '').trim()

/** Where each token stands: the pipeline gives words without offsets, in the order of the text. */
function placed(piece: string, tokens: readonly Token[]) {
  const lower = piece.toLowerCase()
  // offsets hold only where lower case has the same length
  const text = lower.length === piece.length ? lower : piece
  let from = 0
  const all = tokens.flatMap((token) => {
    const word = bare(token.word)
    const start = word === '' ? -1 : text.indexOf(text === lower ? word.toLowerCase() : word, from)
    if (start < 0) return []
    from = start + word.length
    return [{ ...token, start, end: from }]
  })
  if (/[\p{L}\p{N}]/u.test(piece.slice(from))) throw new Error('the model did not read the piece to its end')
  return all
}

/** Joins tokens of one entity. */
function entities(piece: string, tokens: readonly Token[]): ExternalFinding[] {
  const found: { type: string; start: number; end: number; score: number }[] = []
  let open: string | undefined
  for (const { entity, start, end, score } of placed(piece, tokens)) {
    const [, prefix, tag = entity] = /^([BIES])-(.+)$/.exec(entity) ?? []
    const type = typeOf[tag]
    const last = found.at(-1)
    if (type === undefined) open = undefined
    else if (last && open === tag && prefix !== 'B' && prefix !== 'S') {
      last.end = end
      last.score = Math.min(last.score, score)
    } else {
      found.push({ type, start, end, score })
      open = tag
    }
  }
  return found
}

/**
 * @param classifier - from `pipeline('token-classification', model)`
 * @param options - `model` names model and revision: it goes into the configuration's digest
 * @returns a detector for `withExternalDetectors`
 */
export function nerDetector(classifier: Classifier, { model }: { readonly model: string }): ExternalDetector {
  return {
    name: 'local-ner',
    version: model,
    config: { types: typeOf, piece: PIECE, overlap: OVERLAP },
    async detect(text, { signal }) {
      const found: ExternalFinding[] = []
      for (let from = 0; from < text.length; from += PIECE - OVERLAP) {
        signal.throwIfAborted()
        // half a character at an edge belongs to the piece beside it as well
        const piece = text.slice(from, from + PIECE).toWellFormed()
        const tokens = await classifier(piece, { ignore_labels: [] })
        found.push(...entities(piece, tokens).map((one) => ({ ...one, start: one.start + from, end: one.end + from })))
      }
      return found
    },
  }
}
