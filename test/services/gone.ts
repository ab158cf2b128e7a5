import { existsSync } from 'node:fs'
import { expect, onTestFinished } from 'vitest'
import type { RedisService } from '../../scripts/services/redis.js'

/** Whether a process of that id is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Stops it when the running test ends, however that goes. */
export function stopped<S extends { stop(): Promise<void> }>(service: S): S {
  onTestFinished(() => service.stop())
  return service
}

/** Stops it now, and sees that nothing stays. */
export async function expectNothingLeft(services: readonly RedisService[], stop: () => Promise<void>): Promise<void> {
  const pids = services.map(({ pid }) => pid)
  expect(pids.every(isAlive)).toBe(true)
  expect(services.every(({ dir }) => existsSync(dir))).toBe(true)
  await stop()
  expect(pids.filter(isAlive)).toEqual([])
  expect(services.filter(({ dir }) => existsSync(dir))).toEqual([])
  // once more is no mistake
  await stop()
}
