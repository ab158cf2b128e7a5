/** What a thread is asked, and what it answers. */
import { closeSync, openSync } from 'node:fs'
import type { Ed25519Backend } from '../../keys/ed25519/backend.js'
import { type FileIdentity, type FileRange, judgeRange, type Manner, type RangeReport } from './range.js'

/** Ranges to be looked at in one go. */
export interface Task {
  readonly ranges: readonly FileRange[]
  readonly manner: Manner
}

/** A report a range; `undefined` where whoever asked has to read for himself. */
export type Reports = readonly (RangeReport | undefined)[]

interface Held {
  readonly fd: number
  readonly path: string
  readonly file: FileIdentity
}

const isSame = (held: Held | undefined, { path, file }: FileRange): held is Held =>
  held !== undefined && held.path === path && held.file.dev === file?.dev && held.file.ino === file.ino

/**
 * Looks at ranges on the thread that calls it. The file of the last range stays open: the next is most often of the same.
 *
 * @param backend - checks the signatures
 * @returns what takes a task; what can't be read has no report, and why that is shows when it is read again
 */
export function examiner(backend: Ed25519Backend): (task: Task) => Reports {
  const buffer = Buffer.allocUnsafeSlow(256 * 1024)
  let held: Held | undefined

  const letGo = () => {
    if (held === undefined) return
    const { fd } = held
    held = undefined
    closeSync(fd)
  }

  const one = (range: FileRange, manner: Manner): RangeReport | undefined => {
    if (isSame(held, range)) return judgeRange(held.fd, range, manner, backend, buffer)
    letGo()
    const { path, file } = range
    const fd = openSync(path, 'r')
    if (file !== undefined) held = { fd, path, file }
    try {
      return judgeRange(fd, range, manner, backend, buffer)
    } finally {
      if (file === undefined) closeSync(fd)
    }
  }

  return ({ ranges, manner }) =>
    ranges.map((range) => {
      try {
        return one(range, manner)
      } catch {
        return undefined
      }
    })
}
