/** One decision with its tool calls, a person's review a day later, and an annotation. */
import type { TimelineEvent } from '../../../../src/report/charts/index.js'

const begin = Date.UTC(2026, 2, 9, 8, 15, 2, 120)

export const timelineSample: readonly TimelineEvent[] = [
  { id: 'session', at: begin, until: begin + 4200, kind: 'session_start', label: 'session_start' },
  {
    id: 'infer-1',
    at: begin + 40,
    until: begin + 1340,
    kind: 'inference',
    label: 'inference scorer-v3',
    parent: 'session',
  },
  { id: 'call-1', at: begin + 1400, kind: 'tool_call', label: 'tool_call credit-bureau', parent: 'infer-1' },
  {
    id: 'result-1',
    at: begin + 2210,
    kind: 'tool_result',
    label: 'tool_result credit-bureau',
    parent: 'call-1',
    links: ['call-1'],
  },
  { id: 'call-2', at: begin + 1420, kind: 'tool_call', label: 'tool_call income-check', parent: 'infer-1' },
  {
    id: 'result-2',
    at: begin + 1990,
    kind: 'tool_result',
    label: 'tool_result income-check',
    parent: 'call-2',
    links: ['call-2'],
    state: 'broken',
  },
  {
    id: 'infer-2',
    at: begin + 2300,
    until: begin + 3900,
    kind: 'inference',
    label: 'inference scorer-v3',
    parent: 'session',
  },
  {
    id: 'decision',
    at: begin + 4000,
    until: begin + 4040,
    kind: 'decision',
    label: 'decision reject',
    parent: 'session',
  },
  {
    id: 'review',
    at: begin + 86_400_000,
    until: begin + 86_400_000 + 840_000,
    kind: 'human_oversight',
    label: 'human_oversight override',
    parent: 'decision',
    links: ['decision'],
  },
  {
    id: 'decision-2',
    at: begin + 86_400_000 + 900_000,
    kind: 'decision',
    label: 'decision allow',
    links: ['decision', 'review'],
  },
  {
    id: 'note',
    at: begin + 3 * 86_400_000,
    kind: 'annotation',
    label: 'annotation outcome',
    parent: 'decision',
    links: ['decision-2'],
    state: 'unproved',
  },
]
