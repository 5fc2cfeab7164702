#!/usr/bin/env node
const { existsSync } = require('node:fs');
const main = require.resolve('../package.json').replace(/package\.json$/, 'dist/cli/main.js');
if (existsSync(main)) require(main).main(process.argv.slice(2));
else {
  process.stderr.write('connector: not built yet; run `npm run build`\n');
  process.exitCode = 70;
}
