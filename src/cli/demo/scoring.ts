/** A scorecard as a bank might run it: a logistic model with made-up weights, and three checks around it. */
import type { Application } from './applications.js'

/** What the service says of one application. */
export interface Scored {
  /** Probability of default, 0 to 1. */
  readonly risk: number
  /** Debt and new instalment as a share of income. */
  readonly burden: number
  readonly action: 'allow' | 'reject' | 'escalate'
  readonly reasons: readonly string[]
}

/** The weights: the receipts carry a digest of them, so that a change of model shows. */
export const scorecard = {
  intercept: -2.9,
  burden: 3.4,
  yearsEmployed: -0.06,
  missedPayments: 0.7,
  amountPerIncome: 0.09,
} as const

/** The limits of the checks. */
export const limits = { burden: 0.45, reject: 0.35, review: 0.25, oddity: 0.6 } as const

const round = (value: number) => Math.round(value * 10_000) / 10_000

/**
 * @param application - one application
 * @returns its score and what to do
 */
export function score(application: Application): Scored {
  const { monthlyIncome, monthlyDebt, amount, months, yearsEmployed, missedPayments } = application
  const burden = (monthlyDebt + amount / months) / monthlyIncome
  const logit =
    scorecard.intercept +
    scorecard.burden * burden +
    scorecard.yearsEmployed * yearsEmployed +
    scorecard.missedPayments * missedPayments +
    scorecard.amountPerIncome * (amount / monthlyIncome)
  const risk = 1 / (1 + Math.exp(-logit))
  const reasons = [
    ...(burden >= limits.burden ? ['burden.high'] : []),
    ...(missedPayments >= 2 ? ['payments.missed'] : []),
    ...(risk >= limits.reject ? ['risk.high'] : []),
  ]
  const action =
    risk >= limits.reject ? 'reject' : risk >= limits.review || burden >= limits.burden ? 'escalate' : 'allow'
  return { risk: round(risk), burden: round(burden), action, reasons }
}
