/** A chain's name: 1-256 characters, no `..`, no leading or trailing `/`. */
export const chainIdPattern: RegExp = /^(?!.*\.\.)(?!\/)(?!.*\/$)[A-Za-z0-9._:@/-]{1,256}$/
