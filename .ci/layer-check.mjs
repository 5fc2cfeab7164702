// Holds the imports of every source file against the house's directions: node .ci/layer-check.mjs [folder]
// Reads the .ts files of every room, type imports included. Ends with 1 on a wrong direction, a deep import, a cycle, or a source file that stands in no room it reads.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';

/** What each package may import of ours. */
const MAY_IMPORT = {
  core: [],
  runtime: ['core'],
  'salesforce-org': [],
  'salesforce-rest': ['core'],
  'conformance-tests': ['core', 'runtime'],
  docs: ['core', 'runtime', 'salesforce-org', 'salesforce-rest', 'conformance-tests'],
  // What `connector create` writes is a third party's package, sources and tests.
  'template src': ['core'],
  'template test': ['core', 'runtime', 'conformance-tests'],
};

/** Third-party packages with one address. */
const ONE_ADDRESS = {
  ajv: /^(runtime\/src\/components\/|conformance-tests\/src\/)/,
  undici: /^runtime\/src\/http\/undici-transport\.ts$/,
  eventemitter3: /^runtime\/src\/services\/events\.ts$/,
  xmlbuilder2: /^connectors\/[^/]+\/src\//,
  '@opentelemetry/api':
    /^(runtime\/src\/(telemetry|open-telemetry|http\/)|conformance-tests\/(src\/lent\/lent-spans|mutants\/)|docs\/examples\/host\/traces\.ts$)/,
  commander: /^runtime\/src\/cli\//,
  'cli-progress': /^runtime\/src\/cli\//,
  'jsonc-parser': /^(docs|runtime\/src\/(components|cli))\//,
  semver: /^(runtime\/src\/plugins|conformance-tests\/src\/checks)\//,
  saxes: /^connectors\/[^/]+\/src\/(xml|formats)\//,
  'node-forge': /^connectors\/salesforce-org\/src\/certificates\.ts$/,
};

/** Rooms inside a package, and the rooms that each must not look into. */
const CLOSED_ROOMS = [
  { from: /^runtime\/src\/execution\//, to: /^runtime\/src\/(http|cli|plugins|scopes)\// },
  { from: /^runtime\/src\/http\//, to: /^runtime\/src\/(cli|execution|plugins|scopes|components)\// },
  { from: /^runtime\/src\/(services|components)\//, to: /^runtime\/src\/(cli|execution|plugins|scopes|http)\// },
  { from: /^runtime\/src\/(?!cli\/)/, to: /^runtime\/src\/cli\// },
  ...['soql', 'xml', 'json', 'csv', 'text'].map((room) => ({
    from: new RegExp(`^connectors/salesforce-rest/src/${room}/`),
    to: new RegExp(`^connectors/salesforce-rest/src/(?!${room}/|text/|service-limits\\.ts$)`),
  })),
  {
    from: /^connectors\/salesforce-rest\/src\/transport\//,
    to: /^connectors\/salesforce-rest\/src\/(connection|describe|operations|browse)\//,
  },
  {
    from: /^connectors\/salesforce-rest\/src\/connection\//,
    to: /^connectors\/salesforce-rest\/src\/(describe|operations|browse)\//,
  },
  {
    from: /^connectors\/salesforce-rest\/src\/describe\//,
    to: /^connectors\/salesforce-rest\/src\/(connection|operations|browse)\//,
  },
  { from: /^connectors\/salesforce-rest\/src\/browse\//, to: /^connectors\/salesforce-rest\/src\/operations\// },
  { from: /^connectors\/salesforce-rest\/src\/operations\//, to: /^connectors\/salesforce-rest\/src\/browse\// },
];

/** Folders of a package that hold sources. */
const ROOMS = ['src', 'examples', 'reference', 'mutants'];

const root = path.resolve(process.argv[2] ?? '.');
const scope = '@connector-runtime/';
const relative = (file) => path.relative(root, file).split(path.sep).join('/');

function sourceFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => path.join(folder, name))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && statSync(file).isFile());
}

/** Every source file of the house, found without regard to packages and rooms. */
function filesOfHouse(folder = root) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory())
      return /^(node_modules|dist|dist-test|dist-templates|test|\..*)$/.test(entry.name) ? [] : filesOfHouse(file);
    return file.endsWith('.ts') && !file.endsWith('.d.ts') ? [file] : [];
  });
}

function packages() {
  const folders = ['core', 'runtime', 'conformance-tests', 'docs'];
  if (existsSync(path.join(root, 'connectors'))) {
    folders.push(...readdirSync(path.join(root, 'connectors')).map((name) => `connectors/${name}`));
  }
  return folders
    .filter((folder) => existsSync(path.join(root, folder, 'package.json')))
    .map((folder) => ({
      name: path.basename(folder),
      files: ROOMS.flatMap((room) => sourceFiles(path.join(root, folder, room))),
    }))
    .concat(templates());
}

/** The templates of `connector create`: their tests are shipped too. */
function templates() {
  const folder = path.join(root, 'runtime', 'templates');
  if (!existsSync(folder)) return [];
  return ['src', 'test'].map((room) => ({
    name: `template ${room}`,
    files: readdirSync(folder).flatMap((name) => sourceFiles(path.join(folder, name, room))),
  }));
}

/** Every module that a file names: imports and re-exports, of types too, `import()`, `require()` and `import('x').T`. */
function specifiersOf(file) {
  const text = readFileSync(file, 'utf8');
  const { module, program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${relative(file)} cannot be parsed: ${errors[0].message}`);
  const found = new Set(module.staticImports.map((entry) => entry.moduleRequest.value));
  for (const statement of module.staticExports) {
    for (const entry of statement.entries) if (entry.moduleRequest) found.add(entry.moduleRequest.value);
  }
  walk(program, (node) => {
    const source =
      node.type === 'ImportExpression' || node.type === 'TSImportType' ? (node.source ?? node.argument) : undefined;
    const named = source?.literal ?? source;
    if (typeof named?.value === 'string') found.add(named.value);
    if (
      node.type === 'CallExpression' &&
      node.callee.name === 'require' &&
      typeof node.arguments[0]?.value === 'string'
    ) {
      found.add(node.arguments[0].value);
    }
  });
  return [...found];
}

function walk(node, visit) {
  if (Array.isArray(node)) for (const part of node) walk(part, visit);
  else if (node !== null && typeof node === 'object') {
    if (typeof node.type === 'string') visit(node);
    for (const part of Object.values(node)) if (typeof part === 'object') walk(part, visit);
  }
}

function resolveRelative(file, specifier) {
  const target = path.resolve(path.dirname(file), specifier).replace(/\.js$/, '.ts');
  return [target, `${target}.ts`, path.join(target, 'index.ts')].find(
    (candidate) => existsSync(candidate) && statSync(candidate).isFile(),
  );
}

const all = packages();
const problems = [];
const graph = new Map();
for (const { name, files } of all) {
  const allowed = MAY_IMPORT[name];
  if (allowed === undefined)
    problems.push(`${name}: a package that the layer check does not know; add it to MAY_IMPORT`);
  for (const file of files) {
    const targets = [];
    graph.set(file, targets);
    for (const specifier of specifiersOf(file)) {
      if (specifier.startsWith('.')) {
        const target = resolveRelative(file, specifier);
        if (target === undefined) {
          if (!/\.json$|bin\//.test(specifier)) problems.push(`${relative(file)}: ${specifier} does not exist`);
          continue;
        }
        targets.push(target);
        for (const room of CLOSED_ROOMS) {
          if (room.from.test(relative(file)) && room.to.test(relative(target)))
            problems.push(`${relative(file)}: must not look into ${relative(target)}`);
        }
      } else if (specifier.startsWith(scope)) {
        const [ours, ...rest] = specifier.slice(scope.length).split('/');
        if (ours !== name && allowed !== undefined && !allowed.includes(ours))
          problems.push(`${relative(file)}: ${name} must not import ${ours}`);
        if (rest[0] === 'src' || rest[0] === 'dist') problems.push(`${relative(file)}: deep import ${specifier}`);
      } else {
        const third = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0];
        if (ONE_ADDRESS[third] && !ONE_ADDRESS[third].test(relative(file)))
          problems.push(`${relative(file)}: ${third} has its one address elsewhere`);
      }
    }
  }
}
problems.push(...cycles());

/** Strongly connected files, each given as one round trip. */
function cycles() {
  const found = [];
  const state = new Map();
  const visit = (file, trail) => {
    state.set(file, 'open');
    for (const target of graph.get(file) ?? []) {
      if (state.get(target) === 'open')
        found.push(`cycle: ${[...trail.slice(trail.indexOf(target)), target].map(relative).join(' -> ')}`);
      else if (!state.has(target)) visit(target, [...trail, target]);
    }
    state.set(file, 'done');
  };
  for (const file of graph.keys()) if (!state.has(file)) visit(file, [file]);
  return found;
}

const expected = filesOfHouse();
const unread = expected.filter((file) => !graph.has(file));
if (unread.length > 0 || expected.length === 0)
  problems.push(
    `${graph.size} modules read, but there are ${expected.length} source files; not read: ${unread.map(relative).join(', ')}`,
  );
for (const problem of problems) console.error(problem);
console.log(`layer check: ${graph.size} modules read, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
