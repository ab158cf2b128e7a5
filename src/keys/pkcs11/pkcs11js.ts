import {
  CKA_CLASS,
  CKA_ID,
  CKA_LABEL,
  CKF_SERIAL_SESSION,
  CKM_EDDSA,
  CKU_USER,
  type Cryptoki,
  type Handle,
  padded,
} from './cryptoki.js'

interface Attribute {
  type: number
  value?: number | Buffer
}

/** The part of `PKCS11` of the package `pkcs11js` that is used. */
export interface Pkcs11Js {
  C_GetSlotList(tokenPresent?: boolean): Buffer[]
  C_GetTokenInfo(slot: Buffer): { label: string; serialNumber: string; flags: number }
  C_GetMechanismInfo(slot: Buffer, mechanism: number): { flags: number }
  C_OpenSession(slot: Buffer, flags: number): Buffer
  C_CloseSession(session: Buffer): void
  C_Login(session: Buffer, userType: number, pin?: string): void
  C_Logout(session: Buffer): void
  C_FindObjectsInit(session: Buffer, template: Attribute[]): void
  C_FindObjects(session: Buffer, maxObjectCount: number): Buffer[]
  C_FindObjectsFinal(session: Buffer): void
  C_GetAttributeValue(session: Buffer, object: Buffer, template: Attribute[]): { value: Buffer }[]
  C_SignInit(session: Buffer, mechanism: { mechanism: number; parameter?: Buffer }, key: Buffer): void
  C_SignAsync(session: Buffer, inData: Buffer, outData: Buffer): Promise<Buffer>
}

const methods = [
  'C_GetSlotList',
  'C_GetTokenInfo',
  'C_GetMechanismInfo',
  'C_OpenSession',
  'C_CloseSession',
  'C_Login',
  'C_Logout',
  'C_FindObjectsInit',
  'C_FindObjects',
  'C_FindObjectsFinal',
  'C_GetAttributeValue',
  'C_SignInit',
  'C_SignAsync',
] as const satisfies readonly (keyof Pkcs11Js)[]

/**
 * @param value - an option
 * @returns it
 * @throws TypeError when it is no `PKCS11` of pkcs11js
 */
export function checkedPkcs11Js(value: unknown): Pkcs11Js {
  const given = (value ?? {}) as Partial<Record<string, unknown>>
  if (!methods.every((name) => typeof given[name] === 'function'))
    throw new TypeError('options.pkcs11 must be a PKCS11 of pkcs11js 2, loaded and initialised')
  return value as Pkcs11Js
}

const buffer = (handle: Handle): Buffer => handle as Buffer

/**
 * @param js - loaded and initialised by its owner, who also finalises it
 * @returns its calls; all but the signature itself run on the calling thread
 */
export function fromPkcs11Js(js: Pkcs11Js): Cryptoki {
  return {
    slots: async () => js.C_GetSlotList(true),
    async token(slot) {
      const { label, serialNumber, flags } = js.C_GetTokenInfo(buffer(slot))
      return { label: padded(Buffer.from(label)), serial: padded(Buffer.from(serialNumber)), flags }
    },
    mechanism: async (slot, type) => js.C_GetMechanismInfo(buffer(slot), type).flags,
    openSession: async (slot) => js.C_OpenSession(buffer(slot), CKF_SERIAL_SESSION),
    closeSession: async (session) => js.C_CloseSession(buffer(session)),
    login: async (session, pin) => js.C_Login(buffer(session), CKU_USER, pin),
    logout: async (session) => js.C_Logout(buffer(session)),
    async find(session, { class: objectClass, label, id }) {
      js.C_FindObjectsInit(buffer(session), [
        { type: CKA_CLASS, value: objectClass },
        ...(label === undefined ? [] : [{ type: CKA_LABEL, value: Buffer.from(label) }]),
        ...(id === undefined ? [] : [{ type: CKA_ID, value: Buffer.from(id) }]),
      ])
      try {
        return js.C_FindObjects(buffer(session), 64)
      } finally {
        js.C_FindObjectsFinal(buffer(session))
      }
    },
    async attribute(session, object, type) {
      const [found] = js.C_GetAttributeValue(buffer(session), buffer(object), [{ type }])
      return Uint8Array.from(found?.value ?? [])
    },
    async sign(session, key, message) {
      js.C_SignInit(buffer(session), { mechanism: CKM_EDDSA }, buffer(key))
      // a part of something, since an empty buffer would have no address
      const bytes = Buffer.alloc(message.length + 1)
      bytes.set(message)
      return Uint8Array.from(
        await js.C_SignAsync(buffer(session), bytes.subarray(0, message.length), Buffer.alloc(256)),
      )
    },
  }
}
