/** Shapes that say a state without its colour. */
import type { Tone } from '../../document/types.js'
import type { ProvisionState } from '../../types.js'
import { html, type Markup, trusted } from './markup.js'

/** The shapes there are. */
export type IconName = 'check' | 'cross' | 'warning' | 'info' | 'full' | 'half' | 'empty' | 'dash'

const shapes: Readonly<Record<IconName, string>> = {
  check: '<circle cx="8" cy="8" r="8" fill="currentColor"/><path d="M4.4 8.3l2.4 2.4 4.8-5" class="cut"/>',
  cross:
    '<path d="M5 0h6l5 5v6l-5 5H5l-5-5V5z" fill="currentColor"/><path d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6" class="cut"/>',
  warning: '<path d="M8 .8L16 15H0z" fill="currentColor"/><path d="M8 5.8v4.4M8 12v1.2" class="cut"/>',
  info: '<rect width="16" height="16" rx="3" fill="currentColor"/><path d="M8 3.4v1.4M8 7v5.6" class="cut"/>',
  full: '<circle cx="8" cy="8" r="7" fill="currentColor"/>',
  half: '<circle cx="8" cy="8" r="6" class="rim"/><path d="M8 2a6 6 0 0 0 0 12z" fill="currentColor"/>',
  empty: '<circle cx="8" cy="8" r="6" class="rim"/>',
  dash: '<path d="M2 8h12" class="rim"/>',
}

/** @returns every shape once, for `icon` to point to */
export function iconSheet(): Markup {
  const symbols = Object.entries(shapes).map(
    ([name, shape]) => `<symbol id="i-${name}" viewBox="0 0 16 16">${shape}</symbol>`,
  )
  return trusted(`<svg class="sheet" aria-hidden="true" width="0" height="0">${symbols.join('')}</svg>`)
}

/**
 * @param name - which
 * @returns the shape; what it means stands beside it as text
 */
export function icon(name: IconName): Markup {
  return html`<svg class="icon" aria-hidden="true" width="16" height="16"><use href="#i-${name}"/></svg>`
}

/** The shape of each tone. */
export const toneIcon: Readonly<Record<Tone, IconName>> = {
  neutral: 'info',
  good: 'check',
  warning: 'warning',
  bad: 'cross',
}

/** The shape of each state of a provision: how far it is filled. */
export const stateIcon: Readonly<Record<ProvisionState, IconName>> = {
  EVIDENCE: 'full',
  PARTIAL: 'half',
  'NO EVIDENCE': 'empty',
  'OUT OF SCOPE': 'dash',
}

/** The name of each state in the stylesheet. */
export const stateClass: Readonly<Record<ProvisionState, string>> = {
  EVIDENCE: 'evidence',
  PARTIAL: 'partial',
  'NO EVIDENCE': 'none',
  'OUT OF SCOPE': 'out',
}
