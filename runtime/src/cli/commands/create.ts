import { builtinModules } from 'node:module';
import path from 'node:path';
import { EXIT, UsageError } from '../exit-codes.js';
import { expectFree, writeNewFolder } from '../new-folder.js';
import { fromRegistry, fromTarballs } from '../plugin-sources.js';
import {
  filledTemplate,
  installedByTemplates,
  TEMPLATE_SUMMARY,
  TEMPLATES,
  type TemplateName,
} from '../plugin-template.js';
import { ask, ownTerminal, type Terminal } from '../questions.js';
import { printRows } from '../rows.js';

export interface CreateOptions {
  readonly template?: TemplateName;
  /** For people; default: the package's name in words. */
  readonly title?: string;
  /** A folder of tarballs, in place of the registry. */
  readonly from?: string;
  /** Ask nothing: take the defaults. */
  readonly yes?: boolean;
  readonly quiet?: boolean;
}

const LONGEST_NAME = 60;
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** What `--from` means for `npm ci` on another machine. */
const ONLY_HERE =
  'package.json names tarballs of this machine: CI cannot install them. README.md says what to replace before the first push.\n';
/** Stands in sources, JSON and Markdown as it is. */
const TITLE = /^[\p{L}\p{N}][\p{L}\p{N} .+()-]{0,59}$/u;

/** `connector create`: writes a new plugin package, whole or not at all. Everything is checked before anything is asked or written. */
export async function create(
  folder: string,
  options: CreateOptions,
  version: string,
  terminal: Terminal | undefined = ownTerminal(),
): Promise<number> {
  const target = path.resolve(folder);
  const name = path.basename(target);
  await expectName(name);
  await expectFree(target, folder);
  const problem = options.title === undefined ? undefined : problemInTitle(options.title);
  if (problem !== undefined) throw new UsageError(`--title: ${problem}`);
  const packages = options.from === undefined ? fromRegistry(version) : await fromTarballs(options.from, target);
  const { template, title } = await chosen(name, options, terminal);
  const files = await filledTemplate(template, { name, title, packages });
  await writeNewFolder(target, files);
  await printRows(
    files.map((file) => ({ file: path.join(folder, file.path) })),
    ['file'],
  );
  if (options.quiet !== true) {
    const enter = target === process.cwd() ? '' : `  cd ${folder}\n`;
    const elsewhere = options.from === undefined ? '' : ONLY_HERE;
    process.stderr.write(
      `${name}: ${files.length} files from ${template}. Next:\n${enter}  npm install\n  npm test\n${elsewhere}`,
    );
  }
  return EXIT.OK;
}

async function expectName(name: string): Promise<void> {
  if (!NAME.test(name) || name.length > LONGEST_NAME) {
    const rule = `lower-case letters, digits and single hyphens, beginning with a letter, at most ${LONGEST_NAME}, such as my-connector`;
    throw new UsageError(`the folder's name becomes the plugin's: it must be ${rule}; got "${name}"`);
  }
  if (builtinModules.includes(name) || (await installedByTemplates()).has(name))
    throw new UsageError(`a package cannot be called ${name}: it would hide the module of that name that it uses`);
}

function problemInTitle(title: string): string | undefined {
  return TITLE.test(title)
    ? undefined
    : 'a title is 1 to 60 letters, digits, spaces and . + - ( ), and begins with a letter or digit';
}

/** What flags say, else what a person answers, else, with `--yes`, the defaults. */
async function chosen(
  name: string,
  { template, title, yes }: CreateOptions,
  terminal: Terminal | undefined,
): Promise<{ readonly template: TemplateName; readonly title: string }> {
  const byDefault = { template: TEMPLATES[0], title: titleOf(name) };
  if (yes === true || template !== undefined)
    return { template: template ?? byDefault.template, title: title ?? byDefault.title };
  if (terminal === undefined)
    throw new UsageError(`no terminal to ask on: add --template ${TEMPLATES.join(' or ')}, or --yes for the defaults`);
  for (const known of TEMPLATES) terminal.output.write(`${known.padEnd(10)} ${TEMPLATE_SUMMARY[known]}\n`);
  const [answer = '', words = ''] = await ask(
    [
      {
        text: 'Template',
        byDefault: byDefault.template,
        problemIn: (word) => (isTemplate(word) ? undefined : `it must be ${TEMPLATES.join(' or ')}`),
      },
      ...(title === undefined
        ? [{ text: 'What people call the service', byDefault: byDefault.title, problemIn: problemInTitle }]
        : []),
    ],
    terminal,
  );
  return { template: isTemplate(answer) ? answer : byDefault.template, title: title ?? words };
}

function isTemplate(word: string): word is TemplateName {
  return TEMPLATES.some((known) => known === word);
}

/** "my-connector" in words: "My connector". */
function titleOf(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`;
}
