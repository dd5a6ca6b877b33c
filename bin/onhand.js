#!/usr/bin/env node
// Plain JavaScript that an older Node can read too: it says what is missing before anything newer is loaded.
var NODE_MAJOR_MIN = 24;
var EXIT_CONFIGURATION = 78;

function refuse(sentence) {
  process.stderr.write('onhand: ' + sentence + '\n');
  process.exitCode = EXIT_CONFIGURATION;
}

function isNotBuilt(error) {
  return (
    error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    /dist[\\/]src[\\/]cli\.js/.test(String(error.url || error.message))
  );
}

// What was compiled once need not be again, which is a sixth of a start. Where it cannot be kept, it is not.
function keepCompiled() {
  var folder = new URL('../node_modules/.cache/compiled', import.meta.url);
  var toPath = process.getBuiltinModule('node:url').fileURLToPath;
  process.getBuiltinModule('node:module').enableCompileCache(toPath(folder));
}

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
  refuse(
    'OnHand needs Node ' +
      NODE_MAJOR_MIN +
      ' or newer, and this is Node ' +
      process.versions.node +
      '. ' +
      'In its own folder, after `npm ci`, run `npx onhand …` instead: Node ' +
      NODE_MAJOR_MIN +
      ' comes along with it. ' +
      'Or install a newer one from https://nodejs.org.',
  );
} else {
  keepCompiled();
  import('../dist/src/cli.js').then(
    function (cli) {
      return cli.main(process.argv.slice(2));
    },
    function (error) {
      if (!isNotBuilt(error)) throw error;
      refuse(
        'it is not built yet. Run `npm run build` (or `npm ci`, which builds too) in the folder of OnHand, then try again.',
      );
    },
  );
}
