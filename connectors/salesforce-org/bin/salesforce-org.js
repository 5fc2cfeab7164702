#!/usr/bin/env node
const { existsSync } = require('node:fs');
const main = require.resolve('../package.json').replace(/package\.json$/, 'dist/cli.js');
if (existsSync(main)) require(main).main(process.argv.slice(2));
else {
  process.stderr.write('salesforce-org: not built yet; run `npm run build`\n');
  process.exitCode = 70;
}
