import type { ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'

const children = new Set<ChildProcess>()
const folders = new Set<string>()
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function clear() {
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

function onSignal(signal: NodeJS.Signals) {
  clear()
  watch(false)
  // Where nobody else listens the signal ends the program, as it would have without us.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
}

let watching = false
function watch(wanted = children.size + folders.size > 0) {
  if (wanted === watching) return
  watching = wanted
  const change = wanted ? 'on' : 'off'
  process[change]('exit', clear)
  for (const signal of signals) process[change](signal, onSignal)
}

/** Sees to it that a child ends with this program. */
export function adoptChild(child: ChildProcess): void {
  children.add(child)
  watch()
  child.once('exit', () => {
    children.delete(child)
    watch()
  })
}

/** Sees to it that a folder goes when this program ends. */
export function adoptFolder(folder: string): void {
  folders.add(folder)
  watch()
}

/** Removes an adopted folder now. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  folders.delete(folder)
  watch()
}
