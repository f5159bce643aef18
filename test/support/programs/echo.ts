/** Repeats what it is told with what it was given, until it is told to end. */

process.on('message', (message) => {
  // Not within the message itself, which Node 20 has not done with yet.
  if (message === 'end') setImmediate(() => process.disconnect())
  else if (message === 'fail') throw new Error('as it was told')
  else process.send?.({ args: process.argv.slice(2), message })
})
