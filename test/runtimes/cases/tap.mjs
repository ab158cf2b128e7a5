/**
 * Runs cases one after another and says of each whether it held, in the manner of TAP.
 *
 * @param cases - each with `name` and `run`, which throws or rejects where it does not hold
 * @param say - takes a line
 * @returns the names of those that did not
 */
export async function runCases(cases, say) {
  const failed = []
  let index = 0
  for (const { name, run } of cases) {
    index += 1
    try {
      await run()
      say(`ok ${index} - ${name}`)
    } catch (error) {
      failed.push(name)
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
      say(`not ok ${index} - ${name}\n${why.replace(/^/gm, '# ')}`)
    }
  }
  say(`1..${cases.length}`)
  say(`# ${cases.length - failed.length} passed, ${failed.length} failed`)
  return failed
}
