import { manifestText } from '#src/cli/manifest-text.js';
import echo from './echo-plugin.js';

test('a manifest for people has every property with its type, default and description', () => {
  const text = manifestText(echo.manifest);

  expect(text).toContain('Echo 1.2.3 (echo)\n');
  expect(text).toContain('  password: secret, required\n      Password\n');
  expect(text).toContain('  concurrent: integer, default 5\n');
  expect(text).toContain('  filter: JSON\n      Which ones.\n');
  expect(text).toContain('count\n  count: integer, default 3\n      How many\n');
});
