// Rates as ratios: the candidates of a group take turns in short rounds of one run, so that a machine whose speed drifts
// slows them alike. The best round of each counts.

/**
 * @param {Record<string, (rounds: number) => void | number | Promise<void | number>>} candidates does its work `rounds` times;
 *   one that can't stop there returns how often it did it
 * @param {{ roundMs?: number, rounds?: number, now?: () => number }} [options]
 * @returns {Promise<Record<string, number>>} operations a second, the best round of each
 */
export async function race(candidates, { roundMs = 250, rounds = 9, now = () => performance.now() } = {}) {
  const names = Object.keys(candidates)
  const size = {}
  const best = {}
  for (const name of names) {
    let count = 16
    for (;;) {
      const begin = now()
      const done = (await candidates[name](count)) ?? count
      const took = now() - begin
      if (took > roundMs / 4) {
        size[name] = Math.max(16, Math.round((done * roundMs) / took))
        break
      }
      count *= 2
    }
    best[name] = 0
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const begin = now()
      const done = (await candidates[name](size[name])) ?? size[name]
      best[name] = Math.max(best[name], (done * 1000) / (now() - begin))
    }
  }
  return best
}

/** The processor's time of this process in milliseconds: for work on one thread, on a machine that has other work. */
export const processorMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** @param {number} rate operations a second */
export const perSecond = (rate) => (rate >= 10_000 ? `${Math.round(rate / 1000)}k/s` : `${Math.round(rate)}/s`)

/** @param {number} rate @param {number} base */
export const percent = (rate, base) => `${Math.round((100 * rate) / base)} %`
