/** A KMS to test against: a server started here, or the user's own where `AWS_ENDPOINT_URL_KMS` names one. */
import { createHash, createHmac } from 'node:crypto'
import {
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DeleteAliasCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms'
import type { AwsService } from '../../scripts/services/aws-server.js'

export const region = 'us-east-1'
/** What MiniStack takes for the account's root. */
export const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

export interface KmsUnderTest {
  readonly client: KMSClient
  /** Makes a key, which is gone after the tests; resolves to its ARN. */
  createKey(input: CreateKeyCommandInput): Promise<string>
  /** Makes an alias for it and resolves to its name. */
  createAlias(arn: string): Promise<string>
  stop(): Promise<void>
}

/** @param start - starts a server, where the user has none */
export async function kmsUnderTest(start: () => Promise<AwsService>): Promise<KmsUnderTest> {
  const service = process.env.AWS_ENDPOINT_URL_KMS ? undefined : await start()
  const client = new KMSClient(service ? { endpoint: service.endpoint, region, credentials } : {})
  const keys: string[] = []
  const aliases: string[] = []
  return {
    client,
    async createKey(input) {
      const { KeyMetadata } = await client.send(
        new CreateKeyCommand({ Description: 'made by the tests of quittance', ...input }),
      )
      const arn = KeyMetadata?.Arn ?? ''
      keys.push(arn)
      return arn
    },
    async createAlias(arn) {
      const name = `alias/quittance-test-${createHash('sha256').update(`${arn}${aliases.length}`).digest('hex').slice(0, 16)}`
      await client.send(new CreateAliasCommand({ AliasName: name, TargetKeyId: arn }))
      aliases.push(name)
      return name
    },
    async stop() {
      if (service === undefined) {
        for (const AliasName of aliases) await client.send(new DeleteAliasCommand({ AliasName }))
        for (const KeyId of keys)
          await client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 })).catch((error: Error) => {
            // A test did it already.
            if (error.name !== 'KMSInvalidStateException') throw error
          })
      }
      client.destroy()
      await service?.stop()
    },
  }
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** One call of IAM's query API as the account's root, signed (Signature Version 4). */
export async function askIam(endpoint: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const body = new URLSearchParams({ Version: '2010-05-08', ...parameters }).toString()
  const { host } = new URL(endpoint)
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const scope = `${time.slice(0, 8)}/${region}/iam/aws4_request`
  const type = 'application/x-www-form-urlencoded'
  const signed = 'content-type;host;x-amz-date'
  const canonical = [
    'POST',
    '/',
    '',
    `content-type:${type}`,
    `host:${host}`,
    `x-amz-date:${time}`,
    '',
    signed,
    hash(body),
  ]
  const toSign = ['AWS4-HMAC-SHA256', time, scope, hash(canonical.join('\n'))].join('\n')
  const key = scope.split('/').reduce<string | Buffer>(mac, `AWS4${credentials.secretAccessKey}`)
  const signature = mac(key, toSign).toString('hex')
  const answer = await fetch(endpoint, {
    method: 'POST',
    body,
    headers: {
      'content-type': type,
      'x-amz-date': time,
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
    },
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${parameters.Action}: ${answer.status} ${text}`)
  return text
}

/** Makes a user, with one policy or none, and resolves to credentials of theirs. */
export async function iamUser(endpoint: string, name: string, policy?: object) {
  await askIam(endpoint, { Action: 'CreateUser', UserName: name })
  if (policy)
    await askIam(endpoint, {
      Action: 'PutUserPolicy',
      UserName: name,
      PolicyName: 'quittance',
      PolicyDocument: JSON.stringify(policy),
    })
  const made = await askIam(endpoint, { Action: 'CreateAccessKey', UserName: name })
  const member = (tag: string) => new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(made)?.[1] ?? ''
  return { accessKeyId: member('AccessKeyId'), secretAccessKey: member('SecretAccessKey') }
}
