// How long a fresh process needs for `import 'quittance'`, beside a process that imports an empty module.
import { execFileSync } from 'node:child_process'

const program = (what) =>
  `const begin = performance.now(); await import(${JSON.stringify(what)}); process.stdout.write(String(performance.now() - begin))`

const once = (what) =>
  Number(execFileSync(process.execPath, ['--input-type=module', '-e', program(what)], { encoding: 'utf8' }))

export function importTime(runs = 15) {
  const target = new URL('../dist/index.js', import.meta.url).href
  const empty = 'data:text/javascript,'
  const times = { quittance: [], empty: [] }
  for (let run = 0; run < runs; run += 1) {
    times.quittance.push(once(target))
    times.empty.push(once(empty))
  }
  const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]
  return { quittanceMs: median(times.quittance), emptyMs: median(times.empty) }
}
