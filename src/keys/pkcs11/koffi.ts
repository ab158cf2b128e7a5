import { existsSync } from 'node:fs'
import { QuittanceError } from '../../errors.js'
import {
  CKA_CLASS,
  CKA_ID,
  CKA_LABEL,
  CKF_SERIAL_SESSION,
  CKM_EDDSA,
  CKU_USER,
  type Handle,
  type OwnCryptoki,
  padded,
  refusal,
  type Template,
} from './cryptoki.js'

type Koffi = typeof import('koffi')

/** The functions that are used: where each stands in CK_FUNCTION_LIST, and what it takes. */
const functions = {
  C_Initialize: [0, ['void *']],
  C_Finalize: [1, ['void *']],
  C_GetSlotList: [4, ['uint8', 'void *', 'void *']],
  C_GetTokenInfo: [6, ['unsigned long', 'void *']],
  C_GetMechanismInfo: [8, ['unsigned long', 'unsigned long', 'void *']],
  C_OpenSession: [12, ['unsigned long', 'unsigned long', 'void *', 'void *', 'void *']],
  C_CloseSession: [13, ['unsigned long']],
  C_Login: [18, ['unsigned long', 'unsigned long', 'void *', 'unsigned long']],
  C_Logout: [19, ['unsigned long']],
  C_GetAttributeValue: [24, ['unsigned long', 'unsigned long', 'void *', 'unsigned long']],
  C_FindObjectsInit: [26, ['unsigned long', 'void *', 'unsigned long']],
  C_FindObjects: [27, ['unsigned long', 'void *', 'unsigned long', 'void *']],
  C_FindObjectsFinal: [28, ['unsigned long']],
  C_SignInit: [42, ['unsigned long', 'void *', 'unsigned long']],
  C_Sign: [43, ['unsigned long', 'void *', 'unsigned long', 'void *', 'void *']],
} as const satisfies Record<string, readonly [number, readonly string[]]>

type Name = keyof typeof functions
type Argument = Handle | Buffer | null
type Native = { async(...args: [...Argument[], (error: unknown, rv: number | bigint) => void]): void }

/** Of CK_FUNCTION_LIST in version 2.40, which later modules give too. */
const FUNCTIONS = 68
const CKF_OS_LOCKING_OK = 2
/** Modules use more stack than koffi gives to a call by itself. */
const STACK_BYTES = 1024 * 1024
/** Far more keys than one label should have. */
const MOST_OBJECTS = 64
/** Larger than any attribute that is read; a length that is not to be had is the largest number there is. */
const LONGEST_ATTRIBUTE = 65_536

const failed = (
  code: 'KEY_UNAVAILABLE' | 'KEY_NOT_FOUND',
  says: string,
  reason: string,
  file?: string,
  cause?: unknown,
) =>
  new QuittanceError(code, says, {
    details: { outcome: 'absent', reason, retryable: false, ...(file === undefined ? {} : { file }) },
    cause,
  })

/** For good: a library that nothing holds on to is unloaded, and the functions of its list go with it. */
const libraries = new Set<unknown>()
/** By path, so that nothing is made twice for one library. */
const loaded = new Map<string, Promise<OwnCryptoki>>()

async function loadKoffi(): Promise<Koffi> {
  let koffi: Koffi
  try {
    koffi = (await import('koffi')).default as unknown as Koffi
  } catch (error) {
    throw failed('KEY_UNAVAILABLE', 'pkcs11Key needs the package koffi: npm install koffi', 'koffi', undefined, error)
  }
  try {
    if ((koffi.config().async_stack_size ?? 0) < STACK_BYTES) koffi.config({ async_stack_size: STACK_BYTES })
  } catch {
    // another part of the program uses koffi already: its setting stays
  }
  return koffi
}

function functionList(koffi: Koffi, file: string): readonly unknown[] {
  const record = process.platform === 'win32' ? koffi.pack : koffi.struct
  const list = record({ major: 'uint8', minor: 'uint8', functions: koffi.array('void *', FUNCTIONS) })
  let get: (out: [unknown]) => number
  try {
    const library = koffi.load(file)
    libraries.add(library)
    get = library.func('C_GetFunctionList', 'unsigned long', [koffi.out(koffi.pointer('void *'))])
  } catch (error) {
    if (/[/\\]/.test(file) && !existsSync(file))
      throw failed('KEY_NOT_FOUND', 'there is no PKCS#11 module at that path', 'ENOENT', file, error)
    throw failed('KEY_UNAVAILABLE', 'the file can not be loaded as a PKCS#11 module', 'module', file, error)
  }
  const out: [unknown] = [null]
  const rv = Number(get(out))
  if (rv !== 0 || out[0] === null) throw refusal('C_GetFunctionList', rv)
  return (koffi.decode(out[0], list) as { functions: unknown[] }).functions
}

/** CK_ATTRIBUTE and CK_MECHANISM alike: a number, a pointer, a length. */
function recordWriter(koffi: Koffi) {
  const record = process.platform === 'win32' ? koffi.pack : koffi.struct
  const type = record({ type: 'unsigned long', value: 'void *', length: 'unsigned long' })
  return (entries: readonly (readonly [number, Buffer | undefined])[]): Buffer => {
    const size = koffi.sizeof(type)
    const memory = Buffer.alloc(size * entries.length)
    entries.forEach(([number, value], index) => {
      const fields = { type: number, value: value ?? null, length: value?.length ?? 0 }
      koffi.encode(memory, index * size, type, fields)
    })
    return memory
  }
}

/**
 * Loads a module. Its calls run on the threads of libuv, so that a slow token does not stop the event loop.
 *
 * @param file - the module's path
 * @returns its calls
 * @throws QuittanceError `KEY_UNAVAILABLE`, `KEY_NOT_FOUND`
 */
export function loadModule(file: string): Promise<OwnCryptoki> {
  const known = loaded.get(file)
  if (known !== undefined) return known
  const loading = load(file)
  loaded.set(file, loading)
  loading.catch(() => loaded.delete(file))
  return loading
}

async function load(file: string): Promise<OwnCryptoki> {
  const koffi = await loadKoffi()
  const pointers = functionList(koffi, file)
  const natives = Object.fromEntries(
    Object.entries(functions).map(([name, [index, args]]) => [
      name,
      koffi.decode(pointers[index], koffi.proto('unsigned long', [...args])) as Native,
    ]),
  ) as Record<Name, Native>
  const records = recordWriter(koffi)
  const record = process.platform === 'win32' ? koffi.pack : koffi.struct
  const initialization = record({ mutex: koffi.array('void *', 4), flags: 'unsigned long', reserved: 'void *' })
  const ulongSize = koffi.sizeof('unsigned long')

  /** The arguments stay reachable until the call is over: the module reads and writes their memory. */
  const call = (name: Name, ...args: Argument[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const kept = args
      natives[name].async(...args, (error, result) => {
        kept.length = 0
        const rv = Number(result)
        if (error) reject(new Error(`${name} could not be called`))
        else if (rv !== 0) reject(refusal(name, rv))
        else resolve()
      })
    })
  const numbers = (count = 1): Buffer => Buffer.alloc(ulongSize * count)
  const numberIn = (memory: Buffer, index = 0): number | bigint =>
    koffi.decode(memory, index * ulongSize, 'unsigned long') as number | bigint
  const numberOf = (value: number): Buffer => {
    const memory = numbers()
    koffi.encode(memory, 'unsigned long', value)
    return memory
  }

  const attributesOf = (template: Template): [number, Buffer][] => [
    [CKA_CLASS, numberOf(template.class)],
    ...(template.label === undefined ? [] : [[CKA_LABEL, Buffer.from(template.label)] as [number, Buffer]]),
    ...(template.id === undefined ? [] : [[CKA_ID, Buffer.from(template.id)] as [number, Buffer]]),
  ]

  return {
    async initialize() {
      const args = Buffer.alloc(koffi.sizeof(initialization))
      koffi.encode(args, initialization, { mutex: [null, null, null, null], flags: CKF_OS_LOCKING_OK, reserved: null })
      await call('C_Initialize', args)
    },
    finalize: () => call('C_Finalize', null),
    async slots() {
      const count = numbers()
      await call('C_GetSlotList', 1, null, count)
      const room = Math.max(1, Number(numberIn(count)))
      const list = numbers(room)
      await call('C_GetSlotList', 1, list, count)
      return Array.from({ length: Math.min(room, Number(numberIn(count))) }, (_, index) => numberIn(list, index))
    },
    async token(slot) {
      const info = Buffer.alloc(512)
      await call('C_GetTokenInfo', slot, info)
      return {
        label: padded(info.subarray(0, 32)),
        serial: padded(info.subarray(80, 96)),
        flags: Number(koffi.decode(info, 96, 'unsigned long')),
      }
    },
    async mechanism(slot, type) {
      const info = numbers(4)
      await call('C_GetMechanismInfo', slot, type, info)
      return Number(numberIn(info, 2))
    },
    async openSession(slot) {
      const session = numbers()
      await call('C_OpenSession', slot, CKF_SERIAL_SESSION, null, null, session)
      return numberIn(session)
    },
    closeSession: (session) => call('C_CloseSession', session),
    async login(session, pin) {
      const bytes = pin === undefined ? null : Buffer.from(pin)
      try {
        await call('C_Login', session, CKU_USER, bytes, bytes?.length ?? 0)
      } finally {
        bytes?.fill(0)
      }
    },
    logout: (session) => call('C_Logout', session),
    async find(session, template) {
      const attributes = attributesOf(template)
      await call('C_FindObjectsInit', session, records(attributes), attributes.length)
      try {
        const found = numbers(MOST_OBJECTS)
        const count = numbers()
        await call('C_FindObjects', session, found, MOST_OBJECTS, count)
        return Array.from({ length: Number(numberIn(count)) }, (_, index) => numberIn(found, index))
      } finally {
        await call('C_FindObjectsFinal', session)
        // the record points into their memory
        attributes.length = 0
      }
    },
    async attribute(session, object, type) {
      const asked = records([[type, undefined]])
      await call('C_GetAttributeValue', session, object, asked, 1)
      const length = Number(koffi.decode(asked, asked.length - ulongSize, 'unsigned long'))
      if (length > LONGEST_ATTRIBUTE) throw refusal('C_GetAttributeValue', 0x12)
      const value = Buffer.alloc(Math.max(1, length))
      await call('C_GetAttributeValue', session, object, records([[type, value]]), 1)
      return Uint8Array.from(value.subarray(0, length))
    },
    async sign(session, key, message) {
      await call('C_SignInit', session, records([[CKM_EDDSA, undefined]]), key)
      // an empty buffer would have no address
      const bytes = Buffer.alloc(Math.max(1, message.length))
      bytes.set(message)
      const signature = Buffer.alloc(256)
      const length = numberOf(signature.length)
      await call('C_Sign', session, bytes, message.length, signature, length)
      return Uint8Array.from(signature.subarray(0, Number(numberIn(length))))
    },
  }
}
