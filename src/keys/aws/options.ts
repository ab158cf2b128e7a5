/**
 * What is needed of a `KMSClient` of `@aws-sdk/client-kms`. Written out here, so that the types of this package can be
 * read where that one is not installed.
 */
export interface AwsKmsClient {
  send(command: never, options?: { abortSignal?: AbortSignal }): Promise<unknown>
}

/** How AWS KMS is reached. */
export interface AwsKmsConnection {
  /** Default: the region of an ARN, else what the AWS client finds (`AWS_REGION`, the shared configuration files). */
  readonly region?: string | undefined
  /**
   * A `KMSClient` that is yours: its region, credentials, retries and endpoint are used as they are, and `close()` leaves it
   * open. Default: one is made, with the usual environment variables (`AWS_ACCESS_KEY_ID`, `AWS_PROFILE`,
   * `AWS_ENDPOINT_URL_KMS` …), at the first use.
   */
  readonly client?: AwsKmsClient | undefined
  /** How often the client sends one request at most, 1 to 20, throttled and failed ones included. Default: the client's, 3 or `AWS_MAX_ATTEMPTS`. */
  readonly maxAttempts?: number | undefined
  /** How long one call may take, all its attempts together, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined
}

/** The options of a connection, checked. */
export interface Connection {
  readonly region: string | undefined
  readonly client: AwsKmsClient | undefined
  readonly maxAttempts: number | undefined
  readonly timeoutMs: number
}

const idPattern = /^[A-Za-z0-9-]{1,128}$/
const aliasPattern = /^alias\/[A-Za-z0-9/_-]{1,250}$/
const arnPattern =
  /^arn:aws[a-z-]*:kms:([a-z0-9-]{1,32}):[0-9]{12}:(?:key\/([A-Za-z0-9-]{1,128})|(alias\/[A-Za-z0-9/_-]{1,250}))$/
const regionPattern = /^[a-z0-9-]{1,32}$/

/**
 * @param options - as the caller gave them
 * @param known - the members that they may have
 * @throws TypeError for anything else: a misspelt option would silently leave its default in force
 */
export function checkMembers(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !known.includes(name)) throw new TypeError(`options has no member "${name}"`)
  }
}

/**
 * @param given - as the caller gave it
 * @param name - the option
 * @returns it, and the region that it names when it is an ARN
 * @throws TypeError when it is neither a key id, nor an alias, nor the ARN of either
 */
export function checkedKeyReference(given: unknown, name: string): { reference: string; region: string | undefined } {
  if (typeof given === 'string') {
    const arn = arnPattern.exec(given)
    if (arn) return { reference: given, region: arn[1] }
    if (idPattern.test(given) || aliasPattern.test(given)) return { reference: given, region: undefined }
  }
  throw new TypeError(`options.${name} must be a key id, an alias as alias/name, or the ARN of either`)
}

const within = (value: unknown, name: string, most: number): void => {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > most)
    throw new RangeError(`options.${name} must be an integer from 1 to ${most}`)
}

/** The members of `AwsKmsConnection`. */
export const connectionMembers = ['region', 'client', 'maxAttempts', 'timeoutMs'] as const

/**
 * @param given - as the caller gave them
 * @param arnRegion - the region of the key's ARN, where it is one
 * @returns the options, checked
 * @throws TypeError, RangeError
 */
export function checkedConnection(given: AwsKmsConnection, arnRegion: string | undefined): Connection {
  const { region, client, maxAttempts, timeoutMs = 10_000 } = given
  if (region !== undefined && (typeof region !== 'string' || !regionPattern.test(region)))
    throw new TypeError('options.region must be a region such as eu-central-1')
  if (region !== undefined && arnRegion !== undefined && region !== arnRegion)
    throw new TypeError("options.region is not the ARN's")
  if (maxAttempts !== undefined) within(maxAttempts, 'maxAttempts', 20)
  within(timeoutMs, 'timeoutMs', 600_000)
  if (client !== undefined) {
    if (typeof client?.send !== 'function') throw new TypeError('options.client must be a KMSClient')
    if (region !== undefined || maxAttempts !== undefined)
      throw new TypeError('options.region and options.maxAttempts belong to the client that was given')
  }
  return { region: region ?? arnRegion, client, maxAttempts, timeoutMs }
}
