/** Reads what a model's answer says about itself, by the documented fields of the common clients. */
import type { Model, Usage } from '../receipt/types.js'

/** What was read; a member is there only where the answer had it. */
export interface ResponseFacts {
  readonly modelId?: string
  readonly model: Pick<Model, 'responseId' | 'finishReason' | 'rawFinishReason'>
  readonly usage: Usage
}

type Fields = { readonly [name: string]: unknown }

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

const fields = (value: unknown): Fields => (isFields(value) ? value : {})

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A count of tokens; clients say `null`, `undefined` or `NaN` for "not reported". */
function count(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null || Number.isNaN(value)) return undefined
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new TypeError(`setResponse: ${name} must be a count of tokens`)
  return value
}

const sum = (...counts: readonly (number | undefined)[]) =>
  counts[0] === undefined ? undefined : counts.reduce<number>((total, value) => total + (value ?? 0), 0)

/** The words of OpenTelemetry's GenAI conventions for what the providers call differently. */
const finishReasons: Readonly<Record<string, string>> = {
  stop: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  completed: 'stop',
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_context_window_exceeded: 'length',
  content_filter: 'content_filter',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
  tool_calls: 'tool_call',
  'tool-calls': 'tool_call',
  tool_use: 'tool_call',
  function_call: 'tool_call',
  error: 'error',
  failed: 'error',
}

interface Read {
  readonly modelId: unknown
  readonly responseId: unknown
  readonly reason: unknown
  /** Where the client has mapped the reason already. */
  readonly rawReason?: unknown
  readonly usage: { readonly [K in keyof Required<Usage> & string]?: number | undefined }
}

function openAiChat(value: Fields): Read {
  const usage = fields(value.usage)
  return {
    modelId: value.model,
    responseId: value.id,
    reason: fields((value.choices as readonly unknown[])[0]).finish_reason,
    usage: {
      inputTokens: count(usage.prompt_tokens, 'usage.prompt_tokens'),
      outputTokens: count(usage.completion_tokens, 'usage.completion_tokens'),
      totalTokens: count(usage.total_tokens, 'usage.total_tokens'),
      cacheReadTokens: count(
        fields(usage.prompt_tokens_details).cached_tokens,
        'usage.prompt_tokens_details.cached_tokens',
      ),
      reasoningTokens: count(
        fields(usage.completion_tokens_details).reasoning_tokens,
        'usage.completion_tokens_details.reasoning_tokens',
      ),
    },
  }
}

function openAiResponse(value: Fields): Read {
  const usage = fields(value.usage)
  const status =
    value.status === 'incomplete' ? (fields(value.incomplete_details).reason ?? value.status) : value.status
  const calls = Array.isArray(value.output) && value.output.some((item) => fields(item).type === 'function_call')
  return {
    modelId: value.model,
    responseId: value.id,
    reason: status === 'completed' && calls ? 'function_call' : status,
    rawReason: status,
    usage: {
      inputTokens: count(usage.input_tokens, 'usage.input_tokens'),
      outputTokens: count(usage.output_tokens, 'usage.output_tokens'),
      totalTokens: count(usage.total_tokens, 'usage.total_tokens'),
      cacheReadTokens: count(
        fields(usage.input_tokens_details).cached_tokens,
        'usage.input_tokens_details.cached_tokens',
      ),
      reasoningTokens: count(
        fields(usage.output_tokens_details).reasoning_tokens,
        'usage.output_tokens_details.reasoning_tokens',
      ),
    },
  }
}

function anthropicMessage(value: Fields): Read {
  const usage = fields(value.usage)
  const cacheReadTokens = count(usage.cache_read_input_tokens, 'usage.cache_read_input_tokens')
  const cacheWriteTokens = count(usage.cache_creation_input_tokens, 'usage.cache_creation_input_tokens')
  return {
    modelId: value.model,
    responseId: value.id,
    reason: value.stop_reason,
    usage: {
      // its input_tokens leaves out what came from and went into the cache; the format counts them in
      inputTokens: sum(count(usage.input_tokens, 'usage.input_tokens'), cacheReadTokens, cacheWriteTokens),
      outputTokens: count(usage.output_tokens, 'usage.output_tokens'),
      cacheReadTokens,
      cacheWriteTokens,
    },
  }
}

function aiSdkResult(value: Fields): Read {
  const usage = fields(value.totalUsage ?? value.usage)
  const input = fields(usage.inputTokenDetails)
  const output = fields(usage.outputTokenDetails)
  const response = fields(value.response ?? fields(value.finalStep).response)
  return {
    modelId: response.modelId,
    responseId: response.id,
    reason: value.finishReason,
    rawReason: value.rawFinishReason ?? value.finishReason,
    usage: {
      inputTokens: count(usage.inputTokens ?? usage.promptTokens, 'usage.inputTokens'),
      outputTokens: count(usage.outputTokens ?? usage.completionTokens, 'usage.outputTokens'),
      totalTokens: count(usage.totalTokens, 'usage.totalTokens'),
      cacheReadTokens: count(
        input.cacheReadTokens ?? usage.cachedInputTokens,
        'usage.inputTokenDetails.cacheReadTokens',
      ),
      cacheWriteTokens: count(input.cacheWriteTokens, 'usage.inputTokenDetails.cacheWriteTokens'),
      reasoningTokens: count(
        output.reasoningTokens ?? usage.reasoningTokens,
        'usage.outputTokenDetails.reasoningTokens',
      ),
    },
  }
}

function read(value: unknown): Read {
  if (isFields(value)) {
    if (value.object === 'response') return openAiResponse(value)
    if (Array.isArray(value.choices) && value.object !== 'chat.completion.chunk') return openAiChat(value)
    if (value.type === 'message' && 'stop_reason' in value) return anthropicMessage(value)
    if (typeof value.finishReason === 'string' && isFields(value.totalUsage ?? value.usage)) return aiSdkResult(value)
  }
  throw new TypeError(
    'setResponse knows an OpenAI chat completion (choices), an OpenAI response (object "response"), an Anthropic message ' +
      '(type "message" with stop_reason) and a finished result of the AI SDK (finishReason and usage, not promises of them); ' +
      'this is none of them: use setModel and setUsage',
  )
}

/**
 * Reads model, response id, finish reason and usage. Nothing is guessed: what an answer doesn't say is left out, and
 * so is `finishReason` where the provider's word has no counterpart.
 *
 * @param value - the answer as the client gives it
 * @returns what it says
 * @throws TypeError when it is none of the known answers
 */
export function readResponse(value: unknown): ResponseFacts {
  const found = read(value)
  const modelId = text(found.modelId)
  const responseId = text(found.responseId)
  const reason = text(found.reason)
  const rawFinishReason = text(found.rawReason ?? found.reason)
  const finishReason = reason === undefined || !Object.hasOwn(finishReasons, reason) ? undefined : finishReasons[reason]
  const usage = Object.fromEntries(Object.entries(found.usage).filter(([, tokens]) => tokens !== undefined)) as Usage
  return {
    ...(modelId !== undefined && { modelId }),
    model: {
      ...(responseId !== undefined && { responseId }),
      ...(finishReason !== undefined && { finishReason }),
      ...(rawFinishReason !== undefined && { rawFinishReason }),
    },
    usage,
  }
}
