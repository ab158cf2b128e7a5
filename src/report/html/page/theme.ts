/** Light or dark: as the system has it, until the reader says otherwise. */
import { byId } from './dom.js'

/** Makes the switch work. */
export function setUpTheme(): void {
  const button = byId('page-theme', HTMLButtonElement)
  const system = window.matchMedia('(prefers-color-scheme: dark)')
  const root = document.documentElement
  const isDark = (): boolean => (root.dataset.theme === undefined ? system.matches : root.dataset.theme === 'dark')
  const show = (): void => button.setAttribute('aria-pressed', String(isDark()))
  button.hidden = false
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark'
    show()
  })
  system.addEventListener('change', show)
  show()
}
