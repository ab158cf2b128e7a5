/** The most levels of nested objects and arrays, the receipt itself being the first. */
export const MAX_DEPTH = 16
/** The most UTF-8 bytes of a preimage. */
export const MAX_PREIMAGE_BYTES = 65_000
/** The most UTF-8 bytes of a stored line, its newline not counted. */
export const MAX_LINE_BYTES = 128 * 1024
/** How far a timestamp may lie ahead of the clock that judges it. */
export const MAX_AHEAD_MS = 5 * 60 * 1000
/** The only format that this release seals, and one that every later release verifies. */
export const VERSION = 'quittance/1'
