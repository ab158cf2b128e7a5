/**
 * The number of a receipt within its chain, checked to come after the one before.
 *
 * @param seq - an integer of at least 0
 * @param previous - the number before; -1 when there was none
 * @returns the number
 * @throws RangeError when it is no such integer, or does not come after `previous`
 */
export function nextSeq(seq: number, previous: number): number {
  if (!Number.isSafeInteger(seq) || seq < 0) throw new RangeError('seq must be an integer of at least 0')
  if (seq <= previous) throw new RangeError(`seq must ascend: ${seq} came after ${previous}`)
  return seq
}
