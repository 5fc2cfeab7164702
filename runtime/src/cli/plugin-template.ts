import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** What `connector create` can start from; each is a folder of `templates/`. */
export const TEMPLATES = ['http-json', 'minimal'] as const;
export type TemplateName = (typeof TEMPLATES)[number];

/** In a few words, for those who have to choose. */
export const TEMPLATE_SUMMARY: Readonly<Record<TemplateName, string>> = {
  'http-json': 'a REST service with a session: paged read, batched create, browse',
  minimal: 'the least that is honest: an API key, one read, one write',
};

/** What the templates' own words are replaced by, and where the packages of the runtime come from. */
export interface PluginNames {
  /** The package's name and the plugin's id. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** By package name: a version, and what to install. */
  readonly packages: ReadonlyMap<string, { readonly version: string; readonly install: string }>;
}

/** One file of a new package. */
export interface PackageFile {
  /** Below the package's folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** npm leaves a `.gitignore` out of packages, and Biome takes no second `biome.json` in a repository that has one. */
const WRITTEN_AS: Readonly<Record<string, string>> = { gitignore: '.gitignore', 'biome-config.json': 'biome.json' };
/** What a build of a template in its place leaves there. */
const NOT_SHIPPED = /^(node_modules|dist)$/;

/** The files of a template, under the new plugin's names, in the order of their paths. */
export async function filledTemplate(template: TemplateName, names: PluginNames): Promise<readonly PackageFile[]> {
  const root = path.join(__dirname, '..', '..', 'templates', template);
  const files = await filesBelow(root, '');
  return files
    .map(({ path: file, text }) => ({
      path: WRITTEN_AS[file] ?? file,
      text: file === 'package.json' ? withPackages(renamed(text, names), names) : renamed(text, names),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The packages that every template installs; a new plugin cannot have the name of one. */
export async function installedByTemplates(): Promise<ReadonlySet<string>> {
  const installed = new Set<string>();
  for (const template of TEMPLATES) {
    const text = await readFile(path.join(__dirname, '..', '..', 'templates', template, 'package.json'), 'utf8');
    for (const name of Object.keys((JSON.parse(text) as PackageJson).devDependencies)) installed.add(name);
  }
  return installed;
}

interface PackageJson {
  readonly peerDependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

async function filesBelow(folder: string, prefix: string): Promise<readonly PackageFile[]> {
  const found: PackageFile[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (NOT_SHIPPED.test(entry.name)) continue;
    if (entry.isDirectory()) found.push(...(await filesBelow(file, `${prefix}${entry.name}/`)));
    else found.push({ path: `${prefix}${entry.name}`, text: await readFile(file, 'utf8') });
  }
  return found;
}

/** The templates are a plugin called acme, so that they compile as they are. */
function renamed(text: string, { name, title }: PluginNames): string {
  const codes = name.toUpperCase().replaceAll('-', '_');
  return text.replace(/\bacme\b|\bAcme\b|\bACME(?=_)/g, (word) =>
    word === 'acme' ? name : word === 'Acme' ? title : codes,
  );
}

function withPackages(text: string, { packages }: PluginNames): string {
  const manifest = JSON.parse(text) as PackageJson;
  for (const [name, { version, install }] of packages) {
    if (name in manifest.peerDependencies) manifest.peerDependencies[name] = `^${version}`;
    if (name in manifest.devDependencies) manifest.devDependencies[name] = install;
  }
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
