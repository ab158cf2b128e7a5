/** Closed sets of names that texts are given for. */
import type { KeyEvent, RetentionEvent, SystemEvent } from '../../receipt/types.js'
import type { SequenceAbsence } from '../statistics/confidence-sequence.js'
import type { AbsentReason } from '../statistics/options.js'

/** Why a figure or an interval isn't there. */
export type AbsenceCode = AbsentReason | SequenceAbsence

/** What a chain records of itself: member, point, event. */
export type EventName =
  | `system.${SystemEvent['event']}`
  | `key.${KeyEvent['event']}`
  | `retention.${RetentionEvent['event']}`
