/** Making elements: text goes in as text, never as markup. */
import { visible } from '../../text/visible.js'

/** What may be put into an element. */
export type Child = Node | string | undefined

type Attributes = Readonly<Record<string, string | boolean | undefined>>

/**
 * @param name - of the element
 * @param attributes - by name; `true` sets an empty one, `undefined` and `false` none
 * @param children - nodes, and texts, in which nothing hides
 * @returns the element
 */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    element.setAttribute(key, value === true ? '' : value)
  }
  for (const child of children)
    if (child !== undefined) element.append(typeof child === 'string' ? visible(child) : child)
  return element
}

/**
 * @param id - of an element that the page has
 * @param type - what it is
 * @returns it
 * @throws Error when the page has it not, or it is something else
 */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id)
  if (!(element instanceof type)) throw new Error(`the page has no ${id}`)
  return element
}

/**
 * @param name - of a shape of the sheet
 * @returns the shape
 */
export function shape(name: string): SVGElement {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  svg.setAttribute('width', '16')
  svg.setAttribute('height', '16')
  const use = document.createElementNS(space, 'use')
  use.setAttribute('href', `#i-${name}`)
  svg.append(use)
  return svg
}
