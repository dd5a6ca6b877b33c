import { LOCATION_KINDS, type Rejection, SLUG_LENGTH_MAX, SOURCE_KINDS, UNKNOWN_ITEMS } from '#inventory';
import { readJson } from '../json/lossless-json.ts';
import { ID_LENGTH_MAX } from '../limits.ts';
import { problem, shown } from '../problem.ts';
import { isIdText, isSlugText } from '../scalars/id-text.ts';
import { Names, Node } from './declaration.ts';
import { compileExpression } from './expression.ts';
import { compileOpening, type OpeningRule } from './opening-rule.ts';
import { compileRule, type Rule } from './rule.ts';
import type { Compiled } from './vocabulary.ts';

/**
 * How the rows of somebody's CSV file become messages: declared in JSON, compiled to closures. There are no
 * loops, patterns or code in it, so a row costs no more than the mapping is long.
 */
export interface Mapping {
  readonly name: string;
  readonly description: string;
  /** The source of the messages, unless whoever reads the file names another. */
  readonly source: DeclaredSource;
  /** Locations that its messages speak of. */
  readonly locations: readonly DeclaredLocation[];
  /** A row is decided by the first that fits it. */
  readonly rules: readonly Rule[];
  /** The columns it needs, as the header spells them. */
  readonly columns: readonly string[];
  readonly opening?: OpeningRule;
}

/** What `PUT /v1/sources/{id}` takes, for whoever sets up before the first import. */
interface DeclaredSource {
  readonly id: string;
  readonly name: string;
  readonly kind: (typeof SOURCE_KINDS)[number];
  readonly unknownItems: (typeof UNKNOWN_ITEMS)[number];
}

/** What `PUT /v1/locations/{id}` takes. */
interface DeclaredLocation {
  readonly id: string;
  readonly name: string;
  readonly kind: (typeof LOCATION_KINDS)[number];
}

const NAMES = ['name', 'description', 'source', 'locations', 'values', 'rules', 'opening'];
/** Characters of a mapping: it is read by people. */
const MAPPING_LENGTH_MAX = 262_144;

/** Compiles a mapping from its JSON text, or answers everything that is wrong with it. */
export function loadMapping(text: string): Mapping | Rejection[] {
  if (text.length > MAPPING_LENGTH_MAX) {
    return [
      problem(
        'MAPPING_TOO_LARGE',
        '',
        `The mapping is longer than ${MAPPING_LENGTH_MAX} characters. Shorten it.`,
      ),
    ];
  }
  const json = readJson(text);
  if ('code' in json) return [json];
  const [value] = json.values;
  if (json.isArray || value === undefined)
    return [problem('OBJECT_REQUIRED', '', 'A mapping is a JSON object. Write one.')];
  if (value.problems.length > 0) return [...value.problems];
  return compile(new Node(value.value, '', []));
}

function compile(node: Node): Mapping | Rejection[] {
  if (!node.isObject(NAMES)) return node.problems;
  const names = new Names();
  const values = new Map<string, Compiled>();
  for (const name of node.at('values').names()) {
    values.set(name, compileExpression(node.at('values').at(name), { names, values }));
  }
  const rules =
    node
      .needed('rules')
      ?.items()
      .map((each) => compileRule(each, { names, values })) ?? [];
  checkNames(rules, node);
  const source = compileSource(node);
  const locations = node.has('locations') ? node.at('locations').items().map(compileLocation) : [];
  const opening = node.has('opening') ? compileOpening(node.at('opening'), rules) : undefined;
  const mapping = {
    name: node.needed('name')?.text() ?? '',
    description: node.has('description') ? (node.at('description').text() ?? '') : '',
    source,
    locations,
    rules,
    columns: names.columns,
    ...(opening === undefined ? {} : { opening }),
  };
  return node.problems.length === 0 ? mapping : node.problems;
}

/** Rows are counted, and documents named, by the rule's name. */
function checkNames(rules: readonly Rule[], node: Node): void {
  const seen = new Set<string>();
  rules.forEach(({ name, when }, index) => {
    const told = node.at('rules').items()[index]!;
    if (seen.has(name))
      told.at('name').report('VALUE_UNKNOWN', `Another rule is named ${shown(name)}. Rename it.`);
    seen.add(name);
    if (when === undefined && index < rules.length - 1) {
      told.report(
        'MISSING_FIELD',
        'A rule without "when" matches every row, so the rules after it are never used. Put it last.',
      );
    }
  });
}

function compileSource(node: Node): DeclaredSource {
  const told = node.needed('source');
  const fallback = { id: '', name: '', kind: 'file', unknownItems: 'create' } as const;
  if (told?.isObject(['id', 'name', 'kind', 'unknownItems']) !== true) return fallback;
  const id = slugOf(told.needed('id'));
  const name = told.has('name') ? nameOf(told.at('name')) : id;
  const kind = told.has('kind') ? told.at('kind').oneOf(SOURCE_KINDS) : undefined;
  const unknownItems = told.has('unknownItems') ? told.at('unknownItems').oneOf(UNKNOWN_ITEMS) : undefined;
  return { id, name, kind: kind ?? 'file', unknownItems: unknownItems ?? 'create' };
}

function compileLocation(told: Node): DeclaredLocation {
  if (!told.isObject(['id', 'name', 'kind'])) return { id: '', name: '', kind: 'warehouse' };
  const id = slugOf(told.needed('id'));
  const name = told.has('name') ? nameOf(told.at('name')) : id;
  return { id, name, kind: told.needed('kind')?.oneOf(LOCATION_KINDS) ?? 'warehouse' };
}

function slugOf(node: Node | undefined): string {
  if (node === undefined || isSlugText(node.value)) return (node?.value as string | undefined) ?? '';
  node.report(
    'ID_INVALID_CHAR',
    `${shown(node.value)} is not an id. Use a-z, 0-9 and "-", at most ${SLUG_LENGTH_MAX}.`,
  );
  return '';
}

function nameOf(node: Node): string {
  if (isIdText(node.value)) return node.value;
  node.report('WRONG_TYPE', `${shown(node.value)} is not a name. Write 1 to ${ID_LENGTH_MAX} characters.`);
  return '';
}
