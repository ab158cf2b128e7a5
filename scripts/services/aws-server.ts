import { freePort } from './free-port.js'
import { launch, type ServerProcess } from './server-process.js'

/** A server that speaks as AWS does. */
export interface AwsService {
  /** `http://127.0.0.1:port`. */
  readonly endpoint: string
  readonly port: number
  readonly pid: number
  readonly running: boolean
  pause(): void
  resume(): void
  log(): string
  /** Ends it. What it held is gone. Idempotent. */
  stop(): Promise<void>
}

const inUse = /address already in use|Port \d+ is in use/i

/**
 * Starts such a server on a free port.
 *
 * @param binary - the program
 * @param words - its command line and environment, given the port
 * @param ready - what it says once it can be used
 */
export async function startAwsServer(
  binary: string,
  words: (port: number) => { readonly args: readonly string[]; readonly env?: Readonly<Record<string, string>> },
  ready: RegExp,
): Promise<AwsService> {
  for (let tries = 0; ; tries++) {
    const port = await freePort()
    const { args, env = {} } = words(port)
    const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    let server: ServerProcess
    try {
      server = await launch('env', [...assignments, binary, ...args], ready)
    } catch (error) {
      if (tries < 5 && inUse.test(String(error))) continue
      throw error
    }
    return {
      endpoint: `http://127.0.0.1:${port}`,
      port,
      pid: server.pid,
      get running() {
        return server.running
      },
      pause: server.pause,
      resume: server.resume,
      log: server.log,
      stop: () => server.kill(),
    }
  }
}
