/** What a caller may record. The other event types are written by the ledger alone. */
export const collectedEventTypes = [
  'decision',
  'inference',
  'tool_call',
  'tool_result',
  'human_oversight',
  'annotation',
  'session_start',
  'session_end',
] as const

/** What can happen, in the order of the format; no other is known. */
export const eventTypes = [...collectedEventTypes, 'system', 'key', 'retention'] as const
