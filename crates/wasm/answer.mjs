// Answers each line of the input by the module named on the command line (`cargo xtask wasm`).

import { readFileSync, writeSync } from 'node:fs'
import { load } from './decision.mjs'

const segue = await load(readFileSync(process.argv[2]))
const lines = readFileSync(0, 'utf8').split('\n').slice(0, -1)
const answers = Buffer.from(lines.map((line) => segue.askText(line) + '\n').join(''))
for (let at = 0; at < answers.length; ) at += writeSync(1, answers, at)
