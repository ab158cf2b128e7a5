/** Rules for members, chosen by JSONPath (RFC 9535): compiled once, and of a kind that runs in bounded time on any value. */
import { JSONPathEnvironment, type JSONPathQuery, jsonpath } from 'json-p3'

/** What becomes of a member that a path selects: `drop` removes it, `keep` leaves it as it is, unlooked at. */
export type PathRule = 'drop' | 'redact' | 'hash' | 'mask' | 'keep'

/** Rules by JSONPath. */
export type PathRules = Readonly<Record<string, PathRule>>

/** The strictest first: where several paths select the same member, the first of these holds. */
const strictest: readonly PathRule[] = ['drop', 'redact', 'hash', 'mask', 'keep']

/** The rules of one value, laid out like it. */
export interface RuledNode {
  rule?: PathRule | undefined
  below?: Map<string | number, RuledNode> | undefined
}

/** Finds what rules say of a value. */
export interface CompiledRules {
  /** Every path with its rule, in one order whatever the order they were given in. */
  readonly listed: readonly (readonly [path: string, rule: PathRule])[]
  /**
   * @param value - JSON
   * @returns the members that are selected, or `undefined` where there are none
   */
  select(value: unknown): RuledNode | undefined
}

/** Deeper than any value that is looked through. */
const MAX_RECURSION = 128

const { expressions, selectors } = jsonpath

function environment(): JSONPathEnvironment {
  const made = new JSONPathEnvironment({ maxRecursionDepth: MAX_RECURSION })
  // a pattern in a path would run over texts from outside, on an engine that backtracks
  made.functionRegister.delete('match')
  made.functionRegister.delete('search')
  return made
}

type Expression = InstanceType<typeof expressions.FilterExpression>
type Selector = JSONPathQuery['segments'][number]['selectors'][number]

/** Two members of a hostile value may be large, and comparing them is done at every member: one side has to be a literal. */
function isCheap({ left, operator, right }: InstanceType<typeof expressions.InfixExpression>): boolean {
  if (operator === '&&' || operator === '||') return true
  return [left, right].some((side) => side instanceof expressions.FilterExpressionLiteral)
}

/** Whether every query inside of a filter leads to one member at most, so that a filter costs the same at every member. */
function isFlat(expression: Expression): boolean {
  if (expression instanceof expressions.RelativeQuery || expression instanceof expressions.RootQuery)
    return expression.path.singularQuery()
  if (expression instanceof expressions.LogicalExpression) return isFlat(expression.expression)
  if (expression instanceof expressions.PrefixExpression) return isFlat(expression.right)
  if (expression instanceof expressions.InfixExpression)
    return isFlat(expression.left) && isFlat(expression.right) && isCheap(expression)
  return expression instanceof expressions.FilterExpressionLiteral
}

/** Whether no two of a segment's selectors can select the same member. */
function areApart(all: readonly Selector[]): boolean {
  if (all.length === 1) return true
  const seen = new Set<string>()
  let below = false
  let above = false
  for (const selector of all) {
    if (selector instanceof selectors.NameSelector) {
      if (seen.has(`.${selector.name}`)) return false
      seen.add(`.${selector.name}`)
    } else if (selector instanceof selectors.IndexSelector) {
      if (seen.has(`${selector.index}`)) return false
      seen.add(`${selector.index}`)
      if (selector.index < 0) below = true
      else above = true
    } else return false
  }
  return !(below && above)
}

function compiled(path: string, made: JSONPathEnvironment): JSONPathQuery {
  const refuse = (why: string, cause?: unknown): never => {
    throw new TypeError(`paths: ${JSON.stringify(path)} ${why}`, cause === undefined ? undefined : { cause })
  }
  let query: JSONPathQuery
  try {
    query = made.compile(path)
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : ''
    return refuse(
      name === 'UndefinedFilterFunctionError'
        ? 'uses a function that paths do not have: match and search are left out, for they could run without end'
        : 'is no JSONPath of RFC 9535',
      cause,
    )
  }
  let descents = 0
  for (const segment of query.segments) {
    if (segment.toString().startsWith('..')) descents += 1
    if (!areApart(segment.selectors)) refuse('selects a member twice: write several paths instead')
    for (const selector of segment.selectors) {
      if (selector instanceof selectors.FilterSelector && !isFlat(selector.expression))
        refuse(
          'has a filter that may cost more than a glance: inside of a filter no * .. : filter or function, and only a literal to compare with',
        )
    }
  }
  if (descents > 1) refuse('has .. more than once')
  return query
}

function isStricter(rule: PathRule, than: PathRule | undefined): boolean {
  return than === undefined || strictest.indexOf(rule) < strictest.indexOf(than)
}

/**
 * @param given - the option
 * @returns what selects members by it, or `undefined` where there are no rules
 * @throws TypeError naming the path that is wrong
 */
export function compileRules(given: unknown): CompiledRules | undefined {
  if (given === undefined) return undefined
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError('paths must be an object of rules by JSONPath')
  const made = environment()
  const rules = Object.entries(given as Readonly<Record<string, unknown>>).map(([path, rule]) => {
    if (!strictest.includes(rule as PathRule))
      throw new TypeError(`paths: ${JSON.stringify(path)} must be drop, redact, hash, mask or keep`)
    const query = compiled(path, made)
    if (rule === 'drop' && query.segments.length === 0)
      throw new TypeError(`paths: ${JSON.stringify(path)} would drop the whole value`)
    return { query, listed: [query.toString(), rule as PathRule] as const }
  })
  if (rules.length === 0) return undefined
  const select = (value: unknown): RuledNode | undefined => {
    let root: RuledNode | undefined
    for (const {
      query,
      listed: [, rule],
    } of rules) {
      for (const { location } of query.lazyQuery(value as Parameters<JSONPathQuery['lazyQuery']>[0])) {
        root ??= {}
        let node = root
        for (const step of location) {
          node.below ??= new Map()
          let next = node.below.get(step)
          if (next === undefined) {
            next = {}
            node.below.set(step, next)
          }
          node = next
        }
        if (isStricter(rule, node.rule)) node.rule = rule
      }
    }
    return root
  }
  const listed = rules.map((rule) => rule.listed).sort((a, b) => (`${a}` < `${b}` ? -1 : 1))
  return { listed, select }
}
