/** For `workerd test`: the verifier where there is nothing of Node. */
import vectors from 'published:vectors'
import { runPortable } from './portable.mjs'

export default {
  test: () => runPortable(vectors, (line) => console.log(line)),
}
