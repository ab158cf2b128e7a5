import {
  CKF_LOGIN_REQUIRED,
  CKF_PROTECTED_AUTHENTICATION_PATH,
  CKF_USER_PIN_LOCKED,
  type Cryptoki,
  type Handle,
  type OwnCryptoki,
  rvOf,
  type Token,
} from './cryptoki.js'
import { CKR_CRYPTOKI_ALREADY_INITIALIZED, CKR_USER_ALREADY_LOGGED_IN, isLost, tokenFault } from './faults.js'
import { loadModule } from './koffi.js'
import { fromPkcs11Js, type Pkcs11Js } from './pkcs11js.js'

/** Who is logged in at one token, in this process: PKCS#11 knows one login for all sessions of a process. */
interface Login {
  users: number
  readonly ours: boolean
}

/** A module as all providers of this process share it. */
interface Shared {
  readonly cryptoki: Cryptoki & Partial<OwnCryptoki>
  users: number
  ours: boolean
  readonly logins: Map<string, Login>
}

/** One provider's part in a module. */
export interface ModuleLease {
  readonly cryptoki: Cryptoki
  /**
   * Logs in where the token asks for it.
   *
   * @param session - one of ours
   * @param pin - asked for the PIN; never for a token with a keypad or without a login
   */
  login(slot: Handle, session: Handle, token: Token, pin: (() => Promise<string>) | undefined): Promise<void>
  /** Logs out, unless somebody else in this process needs the login. */
  logout(slot: Handle, session: Handle): Promise<void>
  /** Finalises the module, unless somebody else in this process uses it. */
  release(): Promise<void>
}

const modules = new Map<unknown, Shared>()
const turns = new Map<unknown, Promise<unknown>>()

/** One after the other for each module: what is counted and what the module knows stay the same. */
function inTurn<T>(module: unknown, work: () => Promise<T>): Promise<T> {
  const run = (turns.get(module) ?? Promise.resolve()).then(work, work)
  turns.set(module, run)
  const over = (): void => {
    if (turns.get(module) === run) turns.delete(module)
  }
  run.then(over, over)
  return run
}

const key = (slot: Handle): string => (slot instanceof Uint8Array ? Buffer.from(slot).toString('hex') : String(slot))

/** @returns whether this call set the module up */
async function setUp(cryptoki: Shared['cryptoki']): Promise<boolean> {
  try {
    await cryptoki.initialize?.()
    return cryptoki.initialize !== undefined
  } catch (error) {
    if (rvOf(error) === CKR_CRYPTOKI_ALREADY_INITIALIZED) return false
    throw error
  }
}

async function logIn(
  { cryptoki, logins }: Shared,
  slot: Handle,
  session: Handle,
  { flags }: Token,
  pin: (() => Promise<string>) | undefined,
): Promise<void> {
  if ((flags & CKF_LOGIN_REQUIRED) === 0 && pin === undefined) return
  const keypad = (flags & CKF_PROTECTED_AUTHENTICATION_PATH) !== 0
  if ((flags & CKF_USER_PIN_LOCKED) !== 0)
    throw tokenFault('KEY_PERMISSION', 'the PIN is locked: the security officer must set a new one', 'CKR_PIN_LOCKED')
  if (pin === undefined && !keypad)
    throw tokenFault('KEY_PASSPHRASE', 'the token asks for a PIN, and none was given', 'pin')
  const known = logins.get(key(slot))
  let ours = true
  try {
    await cryptoki.login(session, await pin?.())
  } catch (error) {
    if (rvOf(error) !== CKR_USER_ALREADY_LOGGED_IN) throw error
    ours = known?.ours ?? false
  }
  logins.set(key(slot), { users: (known?.users ?? 0) + 1, ours })
}

async function logOut({ cryptoki, logins }: Shared, slot: Handle, session: Handle): Promise<void> {
  const login = logins.get(key(slot))
  if (login === undefined) return
  login.users -= 1
  if (login.users > 0) return
  logins.delete(key(slot))
  if (login.ours) await cryptoki.logout(session)
}

async function putDown(module: unknown, shared: Shared): Promise<void> {
  shared.users -= 1
  if (shared.users > 0) return
  modules.delete(module)
  if (!shared.ours) return
  try {
    await shared.cryptoki.finalize?.()
  } catch (error) {
    // where it is down already, or its token is gone, there is nothing to put down
    if (!isLost(error)) throw error
  }
}

/**
 * Takes part in a module: the first in this process sets it up, the last puts it down.
 *
 * @param source - the module's path, or a `PKCS11` of pkcs11js that is set up already
 * @returns the part
 * @throws QuittanceError `KEY_UNAVAILABLE`, `KEY_NOT_FOUND`; what the module refuses
 */
export function acquireModule(source: { readonly js: Pkcs11Js } | { readonly file: string }): Promise<ModuleLease> {
  const module = 'js' in source ? source.js : source.file
  return inTurn(module, async () => {
    const shared = modules.get(module) ?? {
      cryptoki: 'js' in source ? fromPkcs11Js(source.js) : await loadModule(source.file),
      users: 0,
      ours: false,
      logins: new Map<string, Login>(),
    }
    if (await setUp(shared.cryptoki)) {
      shared.ours = true
      // whoever had logged in before is no more
      shared.logins.clear()
    }
    shared.users += 1
    modules.set(module, shared)
    return {
      cryptoki: shared.cryptoki,
      login: (slot, session, token, pin) => inTurn(module, () => logIn(shared, slot, session, token, pin)),
      logout: (slot, session) => inTurn(module, () => logOut(shared, slot, session)),
      release: () => inTurn(module, () => putDown(module, shared)),
    }
  })
}
