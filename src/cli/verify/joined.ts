/** Chains that a receipt of another chain names, as those that an outbox left. */
import { type Join, joinProblem, withProblem } from '../../verify/joined.js'
import type { DirectoryResult } from '../../verify/node/directory.js'
import type { Io } from '../io.js'
import type { Target } from '../target.js'
import { judgeAgain, type Working } from './judging.js'

/**
 * Holds what was judged against what `gap` receipts say is there too.
 *
 * @param target - what was named to be verified
 * @param joins - what the receipts say
 * @param judged - the results so far; what is missing is added, and what is wrong is put in
 * @param working - how to judge
 * @param io - the process
 */
export async function holdAgainstJoins(
  target: Target,
  joins: readonly Join[],
  judged: DirectoryResult[],
  working: Working,
  io: Io,
): Promise<void> {
  // a file is one chain: nobody said that others would be in it
  if (target.kind !== 'server' && target.kind !== 'directory') return
  const chainOfResult = ({ chainId, result }: DirectoryResult) => chainId ?? result.scope.chainId
  const places = new Map<string | undefined, number>()
  const note = (one: DirectoryResult, place: number) =>
    places.set(chainOfResult(one), places.get(chainOfResult(one)) ?? place)
  for (const [place, one] of judged.entries()) note(one, place)
  const at = (wanted: string) => places.get(wanted) ?? judged.length
  const unsettled = new Set(
    joins.filter((join) => joinProblem(join, judged[at(join.chainId)]?.result)).map(({ chainId }) => chainId),
  )
  for await (const from of judgeAgain(target, unsettled, working, io)) {
    const place = at(chainOfResult(from) as string)
    judged[place] = from
    note(from, place)
  }
  for (const join of joins) {
    const place = at(join.chainId)
    const from = judged[place]
    const problem = joinProblem(join, from?.result)
    if (problem === undefined) continue
    const { chainId } = join
    const result = withProblem(from?.result, chainId, problem)
    judged[place] = from === undefined ? { name: chainId, chainId, files: [], result } : { ...from, result }
    note(judged[place], place)
  }
}
