/**
 * Where an address's domain ends in prose, and how plausible its last label is.
 *
 * There are some 1,400 top-level domains and new ones each year, so the list only holds what mail is commonly sent to, and
 * the ccTLDs. Another word of letters passes as well with a lower score, unless it is a file's extension.
 */
import { isAsciiLetter, isAsciiWord, isDigit, isUnspacedAt, isWordAt, keyOf, LONGEST_KEY } from './letters.js'

const common = new Set(
  (
    'com net org edu gov mil int info biz name pro mobi coop aero museum travel jobs cat tel asia post xxx arpa ' +
    'app dev io ai co xyz online site website store shop tech cloud email mail blog wiki page web digital agency media ' +
    'studio design art club group team work works company business services solutions systems network software global ' +
    'world international foundation academy school university college institute center education health care clinic ' +
    'hospital doctor dental legal law lawyer attorney tax finance financial bank insurance capital fund money energy ' +
    'green eco bio life live love one plus top win fun space today news press zone city town berlin hamburg bayern koeln ' +
    'cologne ruhr saarland nrw wien tirol swiss zuerich paris bzh alsace corsica amsterdam frl gent vlaanderen brussels ' +
    'madrid barcelona eus gal london wales scot cymru irish nyc boston miami vegas tokyo osaka moscow sydney melbourne ' +
    'kiwi africa capetown joburg durban quebec lat gmbh ltd llc inc ngo ong ist istanbul holdings partners consulting ' +
    'engineering expert support help events games game social chat community photo photos photography gallery audio video ' +
    'music film movie kitchen restaurant cafe bar pub pizza beer wine hotel hotels holiday tours taxi auto car cars house ' +
    'haus immo immobilien homes property estate land farm garden market marketing sale deals discount gift gifts shopping ' +
    'fashion fitness yoga run golf football bike dog pet vet baby kids family date dating wedding church bible faith ' +
    'technology ventures management properties industries enterprises productions directory equipment supplies ' +
    'construction builders contractors plumbing training coach guru tips guide review reviews report careers ' +
    'associates investments credit loans mortgage accountants accountant graphics pictures pics camera computer ' +
    'hosting domains link click download science physio healthcare surgery dentist pharmacy vision rehab camp ' +
    'cruises flights vacations villas apartments rentals rent delivery express parts repair tools toys clothing ' +
    'shoes jewelry boutique style salon beauty hair makeup catering coffee recipes cooking vodka menu charity gives ' +
    'democrat republican vote voto mba phd degree courses study schule theater tickets show band rocks ninja lol wtf ' +
    'forum singles moda abogado versicherung reisen jetzt gratis maison cheap exchange trade trading markets forex ' +
    'broker gold diamonds cash limited exposed fail fish flowers florist glass kaufen viajes voyage futbol soccer ' +
    'hockey tennis ski surf rugby racing bet casino poker bingo ' +
    'google apple amazon microsoft test example invalid localhost local internal corp lan intern home onion'
  ).split(' '),
)

const countries = new Set(
  (
    'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf ' +
    'cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf ' +
    'gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km ' +
    'kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz ' +
    'na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg ' +
    'sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ' +
    've vg vi vn vu wf ws ye yt za zm zw'
  ).split(' '),
)

/** What stands behind a dot in file, unit and code names, and is no top-level domain, or none that gets mail. */
const extensions = new Set(
  (
    'png jpg jpeg gif svg webp avif bmp ico tif tiff heic psd css scss sass less js mjs cjs jsx ts mts cts tsx json jsonl ' +
    'yaml yml toml xml html htm xhtml php asp aspx jsp vue rb java kt swift cpp hpp cxx cs go exe dll bin dat csv tsv txt ' +
    'log lock conf cfg ini env pdf doc docx xls xlsx ppt pptx odt rtf zip tar tgz gz bz rar jar war whl gem deb rpm dmg iso ' +
    'mp3 mp4 wav avi mov mkv webm woff woff2 ttf otf eot map min sql db bak tmp pem crt key pub service socket timer mount ' +
    'target slice scope swap path device length size value data prototype constructor default props class const func method obj lib sys each map'
  ).split(' '),
)

/** The short ones of both, to be asked without a string. */
const shortKeys = new Set([...common, ...countries].filter(({ length }) => length <= LONGEST_KEY).map(keyOf))

const PUNYCODE = /^xn--[a-z0-9-]{2,59}$/
const LETTERS = /^[a-z]+$/

/** How sure a label is a top-level domain. */
export type TopLevel = 0 | 1 | 2

/**
 * @param label - as written
 * @returns 2: known, 1: possible, 0: none
 */
export function topLevel(label: string): TopLevel {
  const { length } = label
  if (length < 2) return 0
  if (isShort(label)) return 2
  const lower = label.toLowerCase()
  if (length === 2 && countries.has(lower)) return 2
  if (common.has(lower)) return 2
  if (LETTERS.test(lower)) return length > 2 && length <= LONGEST_TOP && !extensions.has(lower) ? 1 : 0
  if (PUNYCODE.test(lower)) return 2
  for (let index = 0; index < length; index += 1) if (lower.charCodeAt(index) < 128 || !isWordAt(lower, index)) return 0
  return 2
}

/** Nothing but a country's label follows these: more is the next sentence. `example` and `cloud` are subdomains as well. */
const firm = new Set('com net org edu gov mil int info biz'.split(' '))
const isFirm = (label: string): boolean => firm.has(label.toLowerCase()) || countries.has(label.toLowerCase())

/** Whether it is one of the short ones, without making a string. */
function isShort(label: string): boolean {
  if (label.length > LONGEST_KEY) return false
  for (let index = 0; index < label.length; index += 1) if (!isAsciiLetter(label.charCodeAt(index))) return false
  return shortKeys.has(keyOf(label))
}

const known = (label: string): boolean => topLevel(label) === 2

/** A domain in a text. */
export interface Domain {
  readonly end: number
  /** 0 where it is a host's bare name. */
  readonly top: TopLevel
}

const DOT = 0x2e
const HYPHEN = 0x2d
const LONGEST = 255
const LONGEST_LABEL = 63

const SENTENCE_CASE = /^\p{Lu}\p{Ll}+$/u
const HUMP = /[a-z][A-Z]/
const DIGITS = /^\d+$/
const VERSION = /^v?\d+$/i
/** A known end with something that was written on: a hyphen's word, a footnote's number, the next sentence. */
const WRITTEN_ON = /^([a-z]{2,18})(?:-.*|\d+|[A-Z][a-z]*)$/
/** The same with a mixture, which a glued id begins. */
const ID_WRITTEN_ON = /^(com|net|org|edu|gov|info)\d/
const LONGEST_TOP = 18
/** `com` and a sign more. */
const SHORTEST_GLUED = 4
const FIRM_GLUED = /^(?:com|net|org|edu|gov|info)(?=[a-z-]*\d)[a-z\d-]*$/i

/** A footnote's sign. */
const raised = /\p{No}/u

/** Where a last label that is no top-level domain may be cut: its length up to there, or 0. */
function cut(text: string, start: number, label: string): number {
  if (label.length < 3 && isAsciiWord(label.charCodeAt(0)) && !(label.charCodeAt(1) > 0x7f)) return 0
  const match = WRITTEN_ON.exec(label)
  if (match && known(match[1] as string)) return (match[1] as string).length
  const firm = ID_WRITTEN_ON.exec(label)
  if (firm) return (firm[1] as string).length
  let length = 0
  while (length < label.length && label.charCodeAt(length) < 128) length += 1
  if (length === label.length || !known(label.slice(0, length))) return 0
  return isUnspacedAt(text, start + length) || raised.test(label[length] as string) ? length : 0
}

/**
 * @param text - any text
 * @param start - behind the `@`
 * @returns the domain that begins there, without what only follows it; undefined where there is none
 */
export function readDomain(text: string, start: number): Domain | undefined {
  let labels = 0
  let label = start
  let key = 0
  let letters = true
  let index = start
  for (; index - start <= LONGEST; index += 1) {
    const code = text.charCodeAt(index)
    if (isAsciiLetter(code)) key = (key << 5) | (code & 31)
    else if (isDigit(code) || code === HYPHEN) letters = false
    else if (code === DOT) {
      if (index === label) return undefined
      if (labels < 2 && text.charCodeAt(index - 1) === HYPHEN) return undefined
      if (!isAsciiWord(text.charCodeAt(index + 1))) break
      labels += 1
      label = index + 1
      key = 0
      letters = true
    } else if (code > 127 && isWordAt(text, index)) return readAnyDomain(text, start)
    else break
  }
  const length = index - label
  if (index - start > LONGEST) return readGlued(text, start)
  if (length < 1) return undefined
  if (labels === 0 && letters && text.charCodeAt(index) !== DOT)
    return length > LONGEST_LABEL ? undefined : { end: index, top: 0 }
  if (labels === 1 && length < 2 && text.charCodeAt(index) !== DOT) return undefined
  const first = text.charCodeAt(start)
  const simple = labels > 0 && letters && length <= LONGEST_KEY && label - start <= LONGEST_LABEL && shortKeys.has(key)
  const versioned = isDigit(first) || ((first | 32) === 0x76 && isDigit(text.charCodeAt(start + 1))) || first === HYPHEN
  const sentence = labels >= 2 && text.charCodeAt(label) < 0x61
  return simple && !versioned && !sentence ? { end: index, top: 2 } : readAnyDomain(text, start)
}

/** The labels read last; kept outside so that reading makes no list. Each has a character and a dot at least. */
const starts = new Int32Array(LONGEST)
const ends = new Int32Array(LONGEST)

/** As `readDomain`, for all that is not the plain case; what is glued to more counts as well. */
function readAnyDomain(text: string, start: number): Domain | undefined {
  return readLabels(text, start) ?? readGlued(text, start)
}

/** So much of what a domain is glued to is taken with it. */
const LONGEST_GLUED = 1_024

/** What would be a domain, had nothing been written on to make it or a label of it too long. */
function readGlued(text: string, start: number): Domain | undefined {
  if (!isWordAt(text, start)) return undefined
  const stop = Math.min(text.length, start + LONGEST_GLUED)
  let label = start
  let dots = 0
  let longest = 0
  let end = start
  for (; end < stop; end += 1) {
    const code = text.charCodeAt(end)
    if (code === DOT) {
      if (!isWordAt(text, end + 1)) break
      longest = Math.max(longest, end - label)
      dots += 1
      label = end + 1
    } else if (code !== HYPHEN && !isWordAt(text, end)) break
  }
  const goesOn = end === stop && end < text.length
  while (text.charCodeAt(end - 1) === HYPHEN || text.charCodeAt(end - 1) === DOT) end -= 1
  const tooLong = end - start > LONGEST || longest > LONGEST_LABEL
  if (dots === 0 || (!tooLong && end - label < SHORTEST_GLUED)) return undefined
  const last = text.slice(label, end)
  if (tooLong) {
    const top = topLevel(last)
    if (top > 0 || goesOn) return { end, top: top === 0 ? 2 : top }
  }
  if (/^v?\d/i.test(text.slice(start, start + 2))) return undefined
  if ((last.length > LONGEST_TOP && LETTERS.test(last.toLowerCase())) || FIRM_GLUED.test(last)) return { end, top: 1 }
  return undefined
}

/** As `readDomain`, for all that is not the plain case. */
function readLabels(text: string, start: number): Domain | undefined {
  const stop = Math.min(text.length, start + LONGEST + 1)
  let count = 0
  let label = start
  let index = start
  for (; index <= stop; index += 1) {
    const code = index < stop ? text.charCodeAt(index) : 0
    if (isAsciiWord(code) || code === HYPHEN || (code > 127 && isWordAt(text, index))) continue
    if (index === label) break
    if (index - label > LONGEST_LABEL || text.charCodeAt(label) === HYPHEN) return undefined
    starts[count] = label
    ends[count] = index
    count += 1
    label = index + 1
    if (code !== DOT) break
  }
  if (index > start + LONGEST || count === 0) return undefined
  const labelAt = (at: number): string => text.slice(starts[at] as number, ends[at] as number)
  const lastEnd = count - 1
  while (text.charCodeAt((ends[lastEnd] as number) - 1) === HYPHEN) ends[lastEnd] = (ends[lastEnd] as number) - 1
  for (let at = 0; at < lastEnd; at += 1)
    if (text.charCodeAt((ends[at] as number) - 1) === HYPHEN)
      return at > 1 ? { end: ends[at - 1] as number, top: topLevel(labelAt(at - 1)) } : undefined
  for (let last = lastEnd; last >= 1; last -= 1) {
    const name = labelAt(last)
    const before = labelAt(last - 1)
    const top = topLevel(name)
    const glued = last >= 2 && known(before)
    if (top === 0) {
      const length = cut(text, starts[last] as number, name)
      if (length > 0) return plausible(labelAt, last, { end: (starts[last] as number) + length, top: 2 })
      if (!glued) return undefined
      continue
    }
    if (top === 1 && HUMP.test(name)) {
      const length = cut(text, starts[last] as number, name)
      if (length > 0) return plausible(labelAt, last, { end: (starts[last] as number) + length, top: 2 })
    }
    const ownCase = name !== name.toLowerCase() && before === before.toLowerCase()
    if (
      glued &&
      ((top === 1 && (isFirm(before) || ownCase)) || (SENTENCE_CASE.test(name) && before === before.toLowerCase()))
    )
      continue
    return plausible(labelAt, last, { end: ends[last] as number, top })
  }
  return { end: ends[0] as number, top: 0 }
}

/** `1.2.3.tgz`, `v1.2.beta` and `2x.png` are versions and scales, no hosts; `163.com` is one. */
function plausible(labelAt: (at: number) => string, last: number, domain: Domain): Domain | undefined {
  const first = labelAt(0)
  if (/^[1-9]x$/i.test(first)) return undefined
  if (!VERSION.test(first)) return domain
  if (last === 1) return domain.top === 2 && DIGITS.test(first) && first.length > 1 ? domain : undefined
  return /^\d/.test(labelAt(1)) ? undefined : domain
}
