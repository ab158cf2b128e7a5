import canonicalize from 'canonicalize'

/** An independent writer of RFC 8785. Its types say `default`, its module has none. */
export const jcs = canonicalize as unknown as (value: unknown) => string
