/**
 * A bundled package must be loaded only once. A package that loads another copy of it from `node_modules` has other classes
 * and other registers under the same names, and nothing says so. Each build looks for that here.
 */

/** The folder of a package, in the path of one of its files: `node_modules/fastify/node_modules/ajv`. */
const PLACE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;
/** A package's name, in an import of it (`ajv/dist/2020.js`) or in its folder. */
const NAME = /^(?:.*node_modules\/)?((?:@[^/]+\/)?[^/]+)/;

export const packageOf = (importOrPlace) => NAME.exec(importOrPlace)[1];

/**
 * What is wrong, in sentences. `named` are the packages that are bundled, `inputs` the bundled files as esbuild lists
 * them, `installed` the `packages` of package-lock.json.
 */
export function complaintsAbout({ named, inputs, installed }) {
  const used = new Set(Object.keys(inputs).map(packageOf));
  return [
    ...[...named].filter((name) => !used.has(name)).map((name) => `Nothing needs ${name}: do not name it.`),
    ...Object.entries(installed).flatMap(([place, facts]) => neededOutside(place, facts, named)),
    ...Object.entries(inputs).flatMap(([file, { imports }]) => outOfSight(file, imports, installed)),
  ];
}

/** A package that is not bundled would load from `node_modules` what is: a second copy. */
function neededOutside(place, { dev, devOptional, ...facts }, named) {
  const needy = packageOf(place || '.');
  if (place === '' || dev || devOptional || named.has(needy)) return [];
  return Object.keys({ ...facts.dependencies, ...facts.optionalDependencies, ...facts.peerDependencies })
    .filter((name) => named.has(name))
    .map((name) => `${needy} needs ${name}, which is bundled: name both or neither.`);
}

/** What is not bundled is found from `dist`, and so only at the top of `node_modules`. */
function outOfSight(file, imports, installed) {
  const importer = PLACE.exec(file)?.[0];
  if (importer === undefined) return [];
  const outside = new Set(imports.filter(({ external }) => external).map(({ path }) => packageOf(path)));
  return [...outside]
    .filter((name) => foldersAbove(importer).some((folder) => `${folder}/node_modules/${name}` in installed))
    .map((name) => `${packageOf(importer)} has a ${name} of its own: name that too.`);
}

/** `a/node_modules/b/node_modules/c`, `a/node_modules/b`, `a`: where a package looks for others before the top. */
const foldersAbove = (place) =>
  place === ''
    ? []
    : [place, ...foldersAbove(place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/'))))];
