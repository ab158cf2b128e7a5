/** The policies of `docs/keys.md`: they parse, allow what the providers ask and nothing more, and hold on a server that enforces them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateKeyCommand, DisableKeyCommand, KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { AwsService } from '../../scripts/services/aws-server.js'
import { startMiniStack } from '../../scripts/services/ministack.js'
import { awsKmsKey } from '../../src/keys/aws-kms.js'
import { awsKmsEnvelopeKey } from '../../src/keys/aws-kms-envelope.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { type Asked, startAwsKmsDouble } from '../doubles/aws-kms.js'
import { root } from '../support/program.js'
import { credentials, iamUser, region } from './aws-servers.js'

interface Statement {
  readonly Sid: string
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string
  readonly Principal?: { readonly AWS: string }
  readonly Condition?: { readonly StringEquals: Readonly<Record<string, string>> }
}
interface Policy {
  readonly Version: string
  readonly Statement: readonly Statement[]
}

const message = Buffer.from('quittance/1 receipt\nsha256:00\n')
const actionsOf = ({ Action }: Statement): readonly string[] => (typeof Action === 'string' ? [Action] : Action)
const allowed = ({ Statement: statements }: Policy) => statements.flatMap(actionsOf).sort()

let keyPolicy: Policy
let signing: Policy
let unwrapping: Policy
let wrapping: Policy
const closing: (() => unknown)[] = []

beforeAll(async () => {
  const page = await readFile(join(root, 'docs/keys.md'), 'utf8')
  const section = page.slice(page.indexOf('\n## AWS KMS\n'), page.indexOf('\n### What AWS KMS was tested against'))
  const found = [...section.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text) as Policy)
  expect(found).toHaveLength(4)
  ;[keyPolicy, signing, unwrapping, wrapping] = found as [Policy, Policy, Policy, Policy]
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Whether a request as it was sent meets a statement's conditions, by the condition keys that AWS documents for KMS. */
const meets = ({ Condition }: Statement, { body }: Asked): boolean =>
  Object.entries(Condition?.StringEquals ?? {}).every(([name, value]) => {
    if (name === 'kms:SigningAlgorithm') return body.SigningAlgorithm === value
    if (name === 'kms:MessageType') return body.MessageType === value
    const pair = name.replace(/^kms:EncryptionContext:/, '')
    return (body.EncryptionContext as Record<string, string> | undefined)?.[pair] === value
  })

describe('the policies', () => {
  it('are of the present version, allow, and name no wildcard', () => {
    for (const policy of [keyPolicy, signing, unwrapping, wrapping]) {
      expect(policy.Version).toBe('2012-10-17')
      for (const statement of policy.Statement) {
        expect(statement.Effect).toBe('Allow')
        for (const action of actionsOf(statement)) expect(action).toMatch(/^kms:[A-Za-z]+$/)
        // In a key policy * is the key itself.
        if (policy === keyPolicy) expect(statement.Principal?.AWS).toMatch(/^arn:aws:iam::\d{12}:role\/[a-z-]+$/)
        else expect(statement.Resource).toMatch(/^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[0-9a-f-]{36}$/)
      }
    }
  })

  it('allow the one who signs what awsKmsKey asks, and nothing else', async () => {
    const kms = await startAwsKmsDouble()
    const client = new KMSClient({ endpoint: kms.endpoint, region: 'eu-central-1', credentials })
    const keys = awsKmsKey({ keyId: kms.createKey('ECC_NIST_EDWARDS25519'), client })
    closing.push(
      () => kms.stop(),
      () => client.destroy(),
      () => keys.close?.(),
    )
    await (await keys.signer()).sign(message)
    const service = keyPolicy.Statement.filter(({ Principal }) => Principal?.AWS.endsWith('/decision-service'))
    for (const statements of [signing.Statement, service]) {
      expect(kms.asked.map(({ action }) => `kms:${action}`).sort()).toEqual(statements.flatMap(actionsOf).sort())
      for (const asked of kms.asked) {
        const statement = statements.find((one) => actionsOf(one).includes(`kms:${asked.action}`)) as Statement
        expect(meets(statement, asked)).toBe(true)
      }
    }
  })

  it('allow the envelope what it asks at its first start and at every other, and nothing else', async () => {
    const kms = await startAwsKmsDouble()
    const client = new KMSClient({ endpoint: kms.endpoint, region: 'eu-central-1', credentials })
    closing.push(
      () => kms.stop(),
      () => client.destroy(),
    )
    const wrappingKeyId = kms.createKey('SYMMETRIC_DEFAULT')
    let kept: string | undefined
    const store = {
      load: async () => kept,
      create: async (text: string) => {
        kept = text
      },
    }
    let before = 0
    for (const policy of [wrapping, unwrapping]) {
      const keys = awsKmsEnvelopeKey({ wrappingKeyId, context: { tenant: 'acme' }, store, create: true, client })
      await (await keys.signer()).sign(message)
      await keys.close?.()
      const asked = kms.asked.slice(before)
      before = kms.asked.length
      expect(asked.map(({ action }) => `kms:${action}`).sort()).toEqual(allowed(policy))
      for (const one of asked) expect(meets(policy.Statement[0] as Statement, one)).toBe(true)
    }
  })

  it('keep signing from the one who administers', () => {
    const administering = keyPolicy.Statement.filter(({ Principal }) => Principal?.AWS.endsWith('/key-administration'))
    const may = administering.flatMap(actionsOf)
    expect(may).toContain('kms:DisableKey')
    expect(may.filter((action) => /Sign|Encrypt|Decrypt|CreateGrant|GenerateDataKey/.test(action))).toEqual([])
  })
})

describe('on a server that enforces them', () => {
  let service: AwsService
  let admin: KMSClient
  beforeAll(async () => {
    service = await startMiniStack({ auth: true })
    admin = new KMSClient({ endpoint: service.endpoint, region, credentials })
  }, 300_000)
  afterAll(async () => {
    admin?.destroy()
    await service?.stop()
  })

  /** The server does not know the condition keys of KMS, and would take a condition for one that is not met. */
  const unconditional = (policy: Policy, change: (statement: Statement) => object): object => ({
    ...policy,
    Statement: policy.Statement.map((statement) => ({ ...statement, Condition: undefined, ...change(statement) })),
  })
  const newKey = async (): Promise<string> => {
    const input = { KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' } as const
    return (await admin.send(new CreateKeyCommand(input))).KeyMetadata?.Arn ?? ''
  }
  const clientOf = (user: typeof credentials): KMSClient => {
    const client = new KMSClient({ endpoint: service.endpoint, region, credentials: user, maxAttempts: 1 })
    closing.push(() => client.destroy())
    return client
  }
  const keyOf = (keyId: string, client: KMSClient): KeyProvider => {
    const keys = awsKmsKey({ keyId, client })
    closing.push(() => keys.close?.())
    return keys
  }

  it('the IAM policy lets sign with that key, and do nothing else', async () => {
    const [key, other] = [await newKey(), await newKey()]
    const policy = unconditional(signing, () => ({ Resource: key }))
    const client = clientOf(await iamUser(service.endpoint, 'signs', policy))
    expect(await (await keyOf(key, client).signer()).sign(message)).toHaveLength(64)
    await expect(keyOf(other, client).signer()).rejects.toMatchObject({
      code: 'KEY_PERMISSION',
      message: expect.stringContaining('kms:GetPublicKey'),
    })
    await expect(client.send(new DisableKeyCommand({ KeyId: key }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
  })

  it('a policy without kms:Sign is KEY_PERMISSION, which names it', async () => {
    const key = await newKey()
    const reading = unconditional({ ...signing, Statement: signing.Statement.slice(0, 1) }, () => ({ Resource: key }))
    const client = clientOf(await iamUser(service.endpoint, 'reads', reading))
    const signer = await keyOf(key, client).signer()
    await expect(signer.sign(message)).rejects.toMatchObject({
      code: 'KEY_PERMISSION',
      message: expect.stringContaining('kms:Sign'),
      cause: { name: 'AccessDeniedException' },
    })
  })

  it('the key policy parts the one who signs from the one who administers', async () => {
    const key = await newKey()
    const deciding = await iamUser(service.endpoint, 'decision-service')
    const administration = await iamUser(service.endpoint, 'key-administration')
    const document = unconditional(keyPolicy, ({ Principal }) => ({
      Principal: { AWS: `arn:aws:iam::000000000000:user/${Principal?.AWS.split('/')[1]}` },
    }))
    await admin.send(new PutKeyPolicyCommand({ KeyId: key, Policy: JSON.stringify(document) }))
    const signs = clientOf(deciding)
    const administers = clientOf(administration)
    expect(await (await keyOf(key, signs).signer()).sign(message)).toHaveLength(64)
    await expect(keyOf(key, administers).signer()).rejects.toMatchObject({ code: 'KEY_PERMISSION' })
    await expect(signs.send(new DisableKeyCommand({ KeyId: key }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
    await administers.send(new DisableKeyCommand({ KeyId: key }))
    await expect((await keyOf(key, signs).signer()).sign(message)).rejects.toMatchObject({ code: 'KEY_DISABLED' })
  })

  it('credentials that nobody has are KEY_PERMISSION', async () => {
    const client = clientOf({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'nobody' })
    await expect(keyOf(await newKey(), client).signer()).rejects.toMatchObject({
      code: 'KEY_PERMISSION',
      message: expect.stringContaining('credentials'),
    })
  })

  it('a wrong secret is KEY_PERMISSION, and shows nothing of it', async () => {
    const user = await iamUser(service.endpoint, 'mistyped')
    const client = clientOf({ ...user, secretAccessKey: 'mistyped-secret' })
    const error: unknown = await keyOf(await newKey(), client)
      .signer()
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'KEY_PERMISSION' })
    expect(JSON.stringify(error) + String((error as Error).cause)).not.toContain('mistyped-secret')
  })
})
