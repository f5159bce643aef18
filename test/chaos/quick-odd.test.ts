import { testQuickRuns } from './quick.js'

testQuickRuns(1)
