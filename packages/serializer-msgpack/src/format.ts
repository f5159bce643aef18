/** What writer and reader share of the format: https://github.com/msgpack/msgpack/blob/master/spec.md. */

/**
 * Arrays and maps inside one another, both ways. Python's `msgpack` writes 511 levels and reads 1024; a value as deep as this is
 * still far from overflowing the stack of what walks it.
 */
export const MAX_DEPTH = 512
