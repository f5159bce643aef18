/** Starts the server program that it is given, tells where its folder is, and waits to be killed. */

import { launch, type ServerProgram, temporaryFolder } from '../supervised.js'

await launch(JSON.parse(String(process.argv[2])) as ServerProgram)
process.send?.(temporaryFolder('starter').path)
setInterval(() => {}, 1000)
