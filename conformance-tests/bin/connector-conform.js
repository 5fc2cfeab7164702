#!/usr/bin/env node
try {
  require.resolve('../dist/cli.js');
} catch {
  process.stderr.write('connector-conform is not built yet: run "npm run build"\n');
  process.exit(70);
}
void require('../dist/cli.js').main(process.argv.slice(2));
