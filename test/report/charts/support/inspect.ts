/** Reads a drawing back: where its marks are, how far its texts reach, what its axes say. */
import { textWidth } from '../../../../src/report/charts/text.js'
import type { Drawing, Mark, Role } from '../../../../src/report/charts/types.js'

/** A text mark. */
export type TextMark = Extract<Mark, { kind: 'text' }>

/** A rectangle by its edges. */
export interface Edges {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** The points of a path of absolute M, L and Z; any other command is a fault. */
export function pointsOf(d: string): readonly (readonly [number, number])[] {
  if (!/^(M[^A-Z]+(L[^A-Z]+)*Z?)+$/.test(d)) throw new Error(`a path of other commands: ${d}`)
  const numbers = d.match(/[^MLZ\s,]+/g)?.map(Number) ?? []
  if (numbers.length % 2 !== 0) throw new Error(`half a point in a path: ${d}`)
  return Array.from({ length: numbers.length / 2 }, (_, index) => [
    numbers[2 * index] as number,
    numbers[2 * index + 1] as number,
  ])
}

/** How far a mark reaches. */
export function edgesOf(mark: Mark): Edges {
  switch (mark.kind) {
    case 'path': {
      const points = pointsOf(mark.d)
      const xs = points.map(([x]) => x)
      const ys = points.map(([, y]) => y)
      return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }
    }
    case 'rect':
      return { left: mark.x, right: mark.x + mark.width, top: mark.y, bottom: mark.y + mark.height }
    case 'circle':
      return { left: mark.x - mark.r, right: mark.x + mark.r, top: mark.y - mark.r, bottom: mark.y + mark.r }
    case 'text': {
      const width = textWidth(mark.text, mark.size)
      const left = mark.anchor === 'start' ? mark.x : mark.anchor === 'middle' ? mark.x - width / 2 : mark.x - width
      return { left, right: left + width, top: mark.y - mark.size * 0.8, bottom: mark.y + mark.size * 0.25 }
    }
  }
}

/** The texts of a drawing. */
export const textsOf = (drawing: Drawing): readonly TextMark[] => drawing.marks.filter((mark) => mark.kind === 'text')

/** The marks of a kind and role. */
export function marksOf<K extends Mark['kind']>(drawing: Drawing, kind: K, role: Role) {
  return drawing.marks.filter((mark): mark is Extract<Mark, { kind: K }> => mark.kind === kind && mark.role === role)
}

/** What is wrong with a drawing, in words; empty when nothing is. */
export function faultsOf(drawing: Drawing): readonly string[] {
  const faults: string[] = []
  const slack = 0.02
  for (const mark of drawing.marks) {
    const edges = edgesOf(mark)
    const numbers = [edges.left, edges.right, edges.top, edges.bottom]
    if (!numbers.every(Number.isFinite)) faults.push(`no number: ${JSON.stringify(mark)}`)
    if (
      edges.left < -slack ||
      edges.top < -slack ||
      edges.right > drawing.width + slack ||
      edges.bottom > drawing.height + slack
    )
      faults.push(`outside: ${JSON.stringify(mark).slice(0, 200)}`)
    if (/\.\d{3}|e[+-]?\d/.test(JSON.stringify({ ...mark, text: '' })))
      faults.push(`not rounded: ${JSON.stringify(mark).slice(0, 200)}`)
    if (mark.kind === 'rect' && !(mark.width > 0 && mark.height > 0)) faults.push(`empty: ${JSON.stringify(mark)}`)
  }
  const texts = textsOf(drawing)
  for (const [index, one] of texts.entries()) {
    for (const other of texts.slice(index + 1)) {
      const a = edgesOf(one)
      const b = edgesOf(other)
      if (a.left < b.right - slack && b.left < a.right - slack && a.top < b.bottom - slack && b.top < a.bottom - slack)
        faults.push(`texts overlap: "${one.text}" and "${other.text}"`)
    }
  }
  return faults
}

/** What a vertical axis says: the value of a y, from two of its labels. */
export function valueAtY(drawing: Drawing, read: (text: string) => number): (y: number) => number {
  const grid = marksOf(drawing, 'path', 'grid').map(({ d }) => pointsOf(d)[0]?.[1] as number)
  const labels = textsOf(drawing)
    .filter(({ anchor, y }) => anchor === 'end' && grid.some((line) => Math.abs(line + 4 - y) < 0.02))
    .map(({ text, y }) => ({ value: read(text), y: y - 4 }))
  const [first, last] = [labels[0], labels.at(-1)]
  if (first === undefined || last === undefined || first === last) throw new Error('fewer than two labels')
  return (y) => first.value + ((y - first.y) / (last.y - first.y)) * (last.value - first.value)
}
