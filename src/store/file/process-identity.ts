/** Who a process is, so that another can tell whether it still lives. */
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { errnoOf } from './fs.js'

/** What a process says of itself. What the system doesn't tell is absent. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** Linux: when it started, in ticks since boot: a pid that is used again has another. */
  readonly startTime?: string | undefined
  /** Linux: which boot of which machine. */
  readonly bootId?: string | undefined
  /** Linux: pids mean something only within one of these; containers have their own. */
  readonly pidNamespace?: string | undefined
}

/** `elsewhere`: on this machine, but pids can't be compared. `unknown`: on a machine that can't be asked. */
export type Liveness = 'alive' | 'gone' | 'elsewhere' | 'unknown'

async function procText(read: Promise<string>): Promise<string | undefined> {
  try {
    return await read
  } catch {
    // not Linux, a /proc that doesn't show it, or a runtime that lets nobody look: it isn't known
    return undefined
  }
}

/** The state letter and the start time of a process; its name, in brackets, may hold anything. */
async function procStat(
  pid: number | 'self',
): Promise<{ readonly state: string; readonly startTime: string } | undefined> {
  const text = await procText(readFile(`/proc/${pid}/stat`, 'utf8'))
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, startTime] = [fields?.[0], fields?.[19]]
  return state === undefined || startTime === undefined ? undefined : { state, startTime }
}

/** @returns this process */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const [stat, bootId, pidNamespace] = await Promise.all([
    procStat('self'),
    procText(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    procText(readlink('/proc/self/ns/pid')),
  ])
  return { pid: process.pid, host: hostname(), startTime: stat?.startTime, bootId: bootId?.trim(), pidNamespace }
}

/**
 * @param other - what a process said of itself
 * @param own - this process
 * @returns whether that process lives
 */
export async function livenessOf(other: ProcessIdentity, own: ProcessIdentity): Promise<Liveness> {
  if (other.bootId !== own.bootId) {
    // a machine that booted again under its name has none of its old processes
    return other.host === own.host && other.bootId !== undefined && own.bootId !== undefined ? 'gone' : 'unknown'
  }
  if (own.bootId === undefined && other.host !== own.host) return 'unknown'
  if (other.pidNamespace !== own.pidNamespace) return 'elsewhere'
  if (!exists(other.pid)) return 'gone'
  const stat = await procStat(other.pid)
  if (stat === undefined || other.startTime === undefined) return exists(other.pid) ? 'alive' : 'gone'
  // a zombie keeps its pid until its parent looks, but writes no more
  return stat.startTime === other.startTime && stat.state !== 'Z' && stat.state !== 'X' ? 'alive' : 'gone'
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there, and somebody else's
    return errnoOf(error) !== 'ESRCH'
  }
}
