/** What a witness needs to run: its durable state and its server. Needs Node; the subpath `quittance/transparency/witness`. */
export { serveWitness, type WitnessServer, type WitnessServerOptions } from './server.js'
export { type FileWitnessState, type FileWitnessStateOptions, fileWitnessState } from './state-file.js'
export type { RefusedHead, WitnessAnswer, WitnessedHead, WitnessState } from './types.js'
export { createWitness, type WitnessCore, type WitnessOptions } from './witness.js'
