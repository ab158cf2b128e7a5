/** Which figures of a report each provision rests on. */
import type { FigureName } from '../../types.js'

/** By id of the provision; the order is that of printing. */
export const provisionFigures: Readonly<Record<string, readonly FigureName[]>> = {
  'ai-act-9': ['checks', 'failure', 'monitor', 'changes'],
  'ai-act-10': ['fairness'],
  'ai-act-12-1': ['verification', 'counts', 'gaps'],
  'ai-act-12-2-a': ['checks', 'errors', 'monitor', 'changes'],
  'ai-act-12-2-b': ['failure', 'checks', 'errors', 'latency'],
  'ai-act-12-2-c': ['counts', 'errors', 'oversight', 'gaps'],
  'ai-act-12-3': ['counts', 'oversight'],
  'ai-act-13': ['counts', 'changes'],
  'ai-act-14': ['oversight'],
  'ai-act-15': ['failure', 'errors', 'checks', 'latency', 'monitor', 'keys'],
  'ai-act-17': ['changes', 'retention', 'keys'],
  'ai-act-18': [],
  'ai-act-19': ['retention', 'verification'],
  'ai-act-20': ['oversight', 'changes'],
  'ai-act-26-5': ['monitor', 'failure', 'oversight'],
  'ai-act-26-6': ['retention', 'verification'],
  'ai-act-27': ['counts', 'fairness', 'oversight'],
  'ai-act-50': ['counts'],
  'ai-act-72': ['failure', 'monitor', 'errors', 'latency', 'gaps'],
  'ai-act-73': ['errors', 'oversight'],
  'ai-act-86': ['counts', 'checks'],
  'gdpr-5': ['redactions', 'retention', 'verification'],
  'gdpr-17': ['retention'],
  'gdpr-22': ['oversight'],
  'gdpr-30': ['counts', 'redactions'],
}
