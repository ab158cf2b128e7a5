/** The page's stylesheet: system fonts, two schemes, paper. */
import { chartStyles } from '../charts/index.js'
import { base } from './styles/base.js'
import { layout } from './styles/layout.js'
import { parts } from './styles/parts.js'
import { paper } from './styles/print.js'
import { verification } from './styles/verification.js'

/** All of it, without the white space that only helps to write it. */
export const pageStyles: string = [base, layout, parts, verification, chartStyles(), paper]
  .join('\n')
  .replace(/\n\s*/g, '\n')
  .trim()
