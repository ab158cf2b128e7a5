/** Verifying files and directories: the subpath `quittance/verify/node`. */
export { type DirectoryResult, type ScopedFile, verifyDirectory } from './node/directory.js'
export { type FileVerifyOptions, type VerifyProgress, verifyFile } from './node/file.js'
