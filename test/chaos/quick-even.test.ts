import { testQuickRuns } from './quick.js'

testQuickRuns(0)
