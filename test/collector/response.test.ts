import { describe, expect, it } from 'vitest'
import { collect, recordingSink } from './sink.js'

async function read(response: unknown) {
  const draft = await collect(recordingSink(), { eventType: 'inference' }).setResponse(response).draft()
  return { modelId: draft.modelId, model: draft.model, usage: draft.usage }
}

/** Answers as the providers document them, shortened to what is of use. */
const chat = {
  id: 'chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG',
  object: 'chat.completion',
  created: 1741570283,
  model: 'gpt-4o-2024-08-06',
  choices: [
    { index: 0, message: { role: 'assistant', content: 'Hi.', refusal: null }, logprobs: null, finish_reason: 'stop' },
  ],
  usage: {
    prompt_tokens: 1117,
    completion_tokens: 46,
    total_tokens: 1163,
    prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 12, audio_tokens: 0 },
  },
  service_tier: 'default',
}
const responses = {
  id: 'resp_67ccd3a9da748190baa7f1570fe91ac604becb25c45c1d41',
  object: 'response',
  status: 'completed',
  error: null,
  incomplete_details: null,
  model: 'gpt-4o-2024-08-06',
  output: [{ type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content: [] }],
  usage: {
    input_tokens: 328,
    input_tokens_details: { cached_tokens: 100 },
    output_tokens: 52,
    output_tokens_details: { reasoning_tokens: 8 },
    total_tokens: 380,
  },
}
const message = {
  id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
  type: 'message',
  role: 'assistant',
  content: [{ type: 'text', text: 'Hi.' }],
  model: 'claude-sonnet-4-20250514',
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 50, cache_creation_input_tokens: 248, cache_read_input_tokens: 1800, output_tokens: 503 },
}
const generated = {
  text: 'Hi.',
  finishReason: 'stop',
  rawFinishReason: 'end_turn',
  usage: { inputTokens: 5, outputTokens: 1, totalTokens: 6 },
  totalUsage: {
    inputTokens: 20,
    inputTokenDetails: { noCacheTokens: 8, cacheReadTokens: 10, cacheWriteTokens: 2 },
    outputTokens: 9,
    outputTokenDetails: { textTokens: 5, reasoningTokens: 4 },
    totalTokens: 29,
  },
  response: { id: 'aitxt-1', modelId: 'claude-sonnet-4-20250514', timestamp: new Date(0), messages: [] },
}

describe('setResponse', () => {
  it('reads an OpenAI chat completion', async () => {
    expect(await read(chat)).toStrictEqual({
      modelId: 'gpt-4o-2024-08-06',
      model: { responseId: 'chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG', finishReason: 'stop', rawFinishReason: 'stop' },
      usage: { inputTokens: 1117, outputTokens: 46, totalTokens: 1163, cacheReadTokens: 1024, reasoningTokens: 12 },
    })
  })

  it('reads an OpenAI response', async () => {
    expect(await read(responses)).toStrictEqual({
      modelId: 'gpt-4o-2024-08-06',
      model: { responseId: responses.id, finishReason: 'stop', rawFinishReason: 'completed' },
      usage: { inputTokens: 328, outputTokens: 52, totalTokens: 380, cacheReadTokens: 100, reasoningTokens: 8 },
    })
  })

  it('reads an Anthropic message, and adds the cache to its input', async () => {
    expect(await read(message)).toStrictEqual({
      modelId: 'claude-sonnet-4-20250514',
      model: { responseId: 'msg_01XFDUDYJgAACzvnptvVoYEL', finishReason: 'stop', rawFinishReason: 'end_turn' },
      usage: { inputTokens: 50 + 248 + 1800, outputTokens: 503, cacheReadTokens: 1800, cacheWriteTokens: 248 },
    })
  })

  it('reads an AI SDK result, of all its steps', async () => {
    expect(await read(generated)).toStrictEqual({
      modelId: 'claude-sonnet-4-20250514',
      model: { responseId: 'aitxt-1', finishReason: 'stop', rawFinishReason: 'end_turn' },
      usage: {
        inputTokens: 20,
        outputTokens: 9,
        totalTokens: 29,
        cacheReadTokens: 10,
        cacheWriteTokens: 2,
        reasoningTokens: 4,
      },
    })
  })

  it('reads an AI SDK result whose members are getters, as its classes have them, and of its earlier releases', async () => {
    class Result {
      get finishReason() {
        return 'tool-calls'
      }
      get usage() {
        return { promptTokens: 3, completionTokens: Number.NaN, totalTokens: Number.NaN }
      }
      get response() {
        return { id: 'r-1', modelId: 'm-1' }
      }
    }
    expect(await read(new Result())).toStrictEqual({
      modelId: 'm-1',
      model: { responseId: 'r-1', finishReason: 'tool_call', rawFinishReason: 'tool-calls' },
      usage: { inputTokens: 3 },
    })
    const five = {
      finishReason: 'stop',
      usage: { inputTokens: 4, cachedInputTokens: 1, reasoningTokens: 2 },
      finalStep: { response: { modelId: 'm' } },
    }
    expect(await read(five)).toStrictEqual({
      modelId: 'm',
      model: { finishReason: 'stop', rawFinishReason: 'stop' },
      usage: { inputTokens: 4, cacheReadTokens: 1, reasoningTokens: 2 },
    })
  })

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool_calls', 'tool_call'],
    ['function_call', 'tool_call'],
    ['content_filter', 'content_filter'],
  ])('chat completion %s is %s', async (raw, word) => {
    expect((await read({ ...chat, choices: [{ finish_reason: raw }] })).model).toMatchObject({
      finishReason: word,
      rawFinishReason: raw,
    })
  })

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_call'],
    ['refusal', 'content_filter'],
  ])('message %s is %s', async (raw, word) => {
    expect((await read({ ...message, stop_reason: raw })).model).toMatchObject({
      finishReason: word,
      rawFinishReason: raw,
    })
  })

  it.each([
    [{ status: 'completed', output: [{ type: 'function_call' }] }, 'tool_call', 'completed'],
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length', 'max_output_tokens'],
    [{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'content_filter', 'content_filter'],
    [{ status: 'failed' }, 'error', 'failed'],
  ])('response %o is %s', async (given, word, raw) => {
    expect((await read({ ...responses, ...given })).model).toMatchObject({ finishReason: word, rawFinishReason: raw })
  })

  it.each([
    { ...message, stop_reason: 'pause_turn' },
    { ...responses, status: 'cancelled' },
    { ...generated, finishReason: 'other', rawFinishReason: undefined },
    { ...chat, choices: [{ finish_reason: 'toString' }] },
  ])('a reason without a counterpart is kept raw and not guessed', async (response) => {
    const { model } = await read(response)
    expect(model).not.toHaveProperty('finishReason')
    expect(model?.rawFinishReason).toMatch(/^(?:pause_turn|cancelled|other|toString)$/)
  })

  it('says nothing of what the answer does not say', async () => {
    expect(await read({ choices: [] })).toStrictEqual({ modelId: undefined, model: undefined, usage: undefined })
    expect(await read({ ...message, id: null, stop_reason: null, usage: undefined })).toStrictEqual({
      modelId: 'claude-sonnet-4-20250514',
      model: undefined,
      usage: undefined,
    })
    // what is not reported is not zero: input without a count is not the cache alone
    expect((await read({ ...message, usage: { cache_read_input_tokens: 5 } })).usage).toStrictEqual({
      cacheReadTokens: 5,
    })
  })

  it('lays itself over what was said before', async () => {
    const draft = await collect(recordingSink(), { eventType: 'inference' })
      .setModel({ modelId: 'asked', requestedId: 'asked', operation: 'chat' })
      .setUsage({ cacheWriteTokens: 1 })
      .setResponse(chat)
      .draft()
    expect(draft).toMatchObject({
      modelId: 'gpt-4o-2024-08-06',
      model: { requestedId: 'asked', operation: 'chat', finishReason: 'stop' },
    })
    expect(draft.usage).toMatchObject({ cacheWriteTokens: 1, cacheReadTokens: 1024 })
  })

  it.each([
    ['undefined', undefined],
    ['text', 'Hi.'],
    ['a chunk of a stream', { object: 'chat.completion.chunk', choices: [] }],
    ['an AI SDK stream, not awaited', { finishReason: Promise.resolve('stop'), usage: Promise.resolve({}) }],
    ['an AI SDK stream, half awaited', { finishReason: 'stop', usage: 3 }],
    ['an error body', { type: 'error', error: {} }],
  ])('%s is none of them', (_name, response) => {
    const c = collect(recordingSink())
    expect(() => c.setResponse(response)).toThrow(TypeError)
    expect(() => c.setResponse(response)).toThrow(/OpenAI chat completion.*OpenAI response.*Anthropic message.*AI SDK/)
  })

  it.each([-1, 1.5, '12', {}])('a count of %o is refused', (tokens) => {
    const c = collect(recordingSink())
    expect(() => c.setResponse({ ...message, usage: { input_tokens: tokens } })).toThrow(
      /usage\.input_tokens must be a count/,
    )
  })

  it('an id that no receipt can hold is refused, not rewritten', () => {
    expect(() => collect(recordingSink()).setResponse({ ...chat, model: 'my model' })).toThrow(/^modelId must be an id/)
  })
})
