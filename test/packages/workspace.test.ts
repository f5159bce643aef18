import { test } from 'vitest'
import { root } from '../support/repository.js'
import { node } from './package-managers.js'

test('knip finds no dead export, file or dependency', async () => {
  await node([`${root}node_modules/knip/bin/knip.js`, '--no-progress', '--no-config-hints'], root)
})

test('sherif finds no disagreement between the manifests', async () => {
  await node([`${root}node_modules/sherif/index.js`], root)
})
