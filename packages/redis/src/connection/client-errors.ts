/** Errors of the client → what may be told: why it happened, and nothing of what the command was given. */

/** A name with several addresses fails with one error per address, and a cluster with that of its last node. */
export function readable(error: Error): Error {
  const { lastNodeError } = error as { lastNodeError?: Error | null }
  if (lastNodeError instanceof Error) return readable(lastNodeError)
  if (!(error instanceof AggregateError) || error.message !== '') return error
  const message = error.errors.map((one: Error) => one.message).join('; ')
  return Object.assign(new Error(message, { cause: error }), { code: (error as NodeJS.ErrnoException).code })
}

/**
 * What the command was given are cached values, and the password in `AUTH`. ioredis notes it in the error, and a server that does not
 * know a command begins to repeat it in the message, which the stack repeats.
 */
export function withoutArguments(error: unknown): unknown {
  const noted = error as { command?: { name: string } }
  if (noted?.command !== undefined) noted.command = { name: noted.command.name }
  if (!(error instanceof Error)) return error
  const { message } = error
  const [told = ''] = message.split(', with args beginning with')
  if (told === message) return error
  error.stack = error.stack?.replace(message, () => told) ?? ''
  error.message = told
  return error
}

const CLOSED = [
  'Connection is closed.',
  'Command aborted due to connection close',
  'None of startup nodes is available',
]

/** Whether it tells only that there is no connection, and not why. */
export function isClosed(error: unknown): boolean {
  return error instanceof Error && CLOSED.includes(error.message)
}

/** Answers of a server that cannot serve anybody now; every other answer shows that it is there. */
const OUT_OF_ORDER = /^(LOADING|BUSY|CLUSTERDOWN|MASTERDOWN|NOAUTH|WRONGPASS|ERR max number of clients)\b/

/** Whether the store failed, and not the command: nothing was answered, or only that nothing can be. */
export function isOutage(error: unknown): boolean {
  return isReply(error) ? OUT_OF_ORDER.test(error.message) : true
}

/** Whether the server itself answered so. */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError'
}
