import { expect, test } from 'vitest'
import { ERROR_CODES } from '../../packages/core/src/errors.js'
import { read } from '../support/repository.js'

test('docs/errors.md documents every error under its own heading with its code, and no other', () => {
  const sections = read('docs/errors.md')
    .split(/^##+ /m)
    .slice(1)
    .map((section) => section.split('\n'))
    .filter(([heading = '']) => /Error\b/.test(heading))
  const documented = sections.map(([heading = '', ...body]) => [
    /\w+Error/.exec(heading)?.[0],
    /PYCACHED_[A-Z_]+/.exec([heading, ...body].join('\n'))?.[0],
  ])
  expect(Object.fromEntries(documented)).toEqual(ERROR_CODES)
  expect(documented).toHaveLength(Object.keys(ERROR_CODES).length)
})
