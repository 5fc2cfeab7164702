import path from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { Redactor } from '../services/redaction.js';
import { EXIT } from './exit-codes.js';
import { OUTPUT_FORMATS } from './output-format.js';
import { TEMPLATES } from './plugin-template.js';
import { reportError } from './report-error.js';

/** The command `connector`. Sets the process's exit code; never calls `process.exit` while output is under way. */
export async function main(argv: readonly string[]): Promise<void> {
  // What stderr cannot take is said nowhere.
  process.stderr.on('error', () => undefined);
  try {
    await program().parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.OK : EXIT.USAGE;
    else process.exitCode = reportError(error, (text) => new Redactor().text(text));
  }
}

function program(): Command {
  const { version } = require(path.join(__dirname, '..', '..', 'package.json')) as { version: string };
  const command = new Command('connector')
    .description('Moves data through connector plugins.')
    .version(version)
    .exitOverride();
  const add = (words: string, summary: string) =>
    command
      .command(words)
      .description(summary)
      .exitOverride()
      .option('--plugin <package or path>', 'a plugin besides those listed in package.json', collect, [])
      .option('--quiet', 'say nothing on stderr but errors')
      .addOption(
        new Option('--log-level <level>', 'what of the log is shown on stderr').choices([
          'debug',
          'info',
          'warn',
          'error',
        ]),
      )
      .option('--json-logs', 'log as JSON lines');
  const operation = new Option('--operation <id>', 'for which operation').makeOptionMandatory();

  add('list', 'list the plugins').action(async (options) => {
    process.exitCode = await (await import('./commands/list.js')).list(options);
  });
  add('describe <plugin>', 'show a plugin, or a component to start from')
    .option('--template <connection or operation>', 'print a commented component')
    .option('--reference', 'a page of Markdown about the plugin')
    .action(async (plugin, options) => {
      process.exitCode = await (await import('./commands/describe.js')).describe(plugin, options);
    });
  add('validate <component...>', 'check components; nothing is sent').action(async (files, options) => {
    process.exitCode = await (await import('./commands/validate.js')).validate(files, options);
  });
  add('test <connection>', 'log in and say what was found').action(async (file, options) => {
    process.exitCode = await (await import('./commands/test.js')).test(file, options);
  });
  add('login <connection>', 'log in by browser; the tokens are stored')
    .option('--port <number>', 'where the browser comes back: http://localhost:<port>/callback', '1717')
    .action(async (file, options) => {
      process.exitCode = await (await import('./commands/login.js')).login(file, options);
    });
  add('logout <connection>', 'forget the stored credentials').action(async (file, options) => {
    process.exitCode = await (await import('./commands/logout.js')).logout(file, options);
  });
  add('browse <connection> [objectType]', 'list object types, or show the schema of one')
    .addOption(operation)
    .addOption(new Option('--role <role>', 'input or output documents').choices(['input', 'output']))
    .addOption(new Option('--format <format>', 'how the schema is written').choices(['xsd', 'json-schema', 'tree']))
    .option('--search <text>', 'part of an object type’s id or label')
    .option('--properties <operation file>', 'take the operation’s properties from this component')
    .action(async (file, objectType, options) => {
      process.exitCode = await (await import('./commands/browse.js')).browse(file, objectType, options);
    });
  add('run <operation>', 'run an operation: documents in, events out')
    .option('--connection <file>', 'the connection’s component')
    .option('--input <file or folder>', 'documents; - is NDJSON on stdin')
    .option('--output <file or folder>', 'events; - is stdout')
    .addOption(new Option('--output-format <format>', 'all events, or output bodies only').choices(OUTPUT_FORMATS))
    .option('--checkpoint <file>', 'note how far it came, and go on from there')
    .option('--deadline <duration>', 'give up after this time, such as 10m')
    .action(async (file, options) => {
      process.exitCode = await (await import('./commands/run.js')).run(file, options);
    });
  add('reconcile <operation> <results>', 'ask what became of documents that a run left unsettled')
    .option('--connection <file>', 'the connection’s component')
    .option('--input <file or folder>', 'the documents of that run; needed where it died')
    .option('--output <file>', 'results; - is stdout')
    .option('--deadline <duration>', 'give up after this time, such as 10m')
    .action(async (file, earlier, options) => {
      process.exitCode = await (await import('./commands/reconcile.js')).reconcile(file, earlier, options);
    });
  command
    .command('create <folder>')
    .description('write a new plugin package to start from; its name is the folder’s')
    .exitOverride()
    .addOption(new Option('--template <name>', 'what to start from; asked for if absent').choices(TEMPLATES))
    .option('--title <text>', 'what people call the service')
    .option('--from <folder>', 'install the runtime from these tarballs, not from the registry')
    .option('--yes', 'ask nothing, take the defaults')
    .option('--quiet', 'say nothing on stderr but errors')
    .action(async (folder, options) => {
      process.exitCode = await (await import('./commands/create.js')).create(folder, options, version);
    });
  return command;
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}
