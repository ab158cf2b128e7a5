/** How many bytes a second folding looks through. `tsx bench/pii/fold.ts` */
import { fold } from '../../src/pii/fold.js'
import { englishProse } from './speed.js'

const english = englishProse(1024 * 1024)
const french = 'Déjà vu : l’été où naît la forêt, « bonjour » dit-elle à l’hôtel ; cœur et âme, 12 € l’unité. '
const german = 'Größe über alles – „schön“ fährt der Müller übers Gebirge; 10 m² kosten 5,00 € je Stück. '
const dense =
  'alice [at] example [dot] com, ａｌｉｃｅ＠ｅｘａｍｐｌｅ．ｃｏｍ, bob%40example%2Ecom \\u0040 &#64; car\u200bol@exam\u00adple.com, '

const filled = (unit: string) => unit.repeat(Math.ceil(english.length / unit.length))

const texts: Record<string, string> = {
  ASCII: english,
  'ASCII in two bytes': `${english}“`,
  'typographic English': english.replaceAll("'", '’').replaceAll(', ', ' — '),
  French: filled(french),
  'French with narrow blanks': filled(
    french.replaceAll(' ;', '\u202f;').replaceAll(' :', '\u202f:').replaceAll('« ', '«\u202f'),
  ),
  German: filled(german),
  'one entity': `${english}&amp;`,
  'evasion everywhere': filled(dense),
}

for (const [name, given] of Object.entries(texts)) {
  const text = Buffer.from(given).toString() // flat
  const bytes = Buffer.byteLength(text)
  let best = 0
  for (let round = 0; round < 25; round += 1) {
    const begin = performance.now()
    fold(text)
    best = Math.max(best, bytes / (performance.now() - begin) / 1000)
  }
  console.log(`${best.toFixed(0).padStart(6)} MB/s  ${name}`)
}
