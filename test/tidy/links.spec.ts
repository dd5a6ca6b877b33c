import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const all = (pattern: RegExp, page: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(pattern)].map((match) => match[1]!);

/** As GitHub names a heading's anchor. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-');

function leadsNowhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(target)) return true;
  return (
    anchor !== undefined &&
    !all(/^#+ (.+)$/gm, target)
      .map(anchorOf)
      .includes(anchor)
  );
}

describe('the documents', () => {
  it.each(pages)('%s link only to what is there', (page) => {
    const links = all(/\]\(([^)\s]+)\)/g, page).filter((link) => !/^https?:/.test(link));
    expect(links.filter((link) => leadsNowhere(page, link))).toEqual([]);
  });

  it.each(pages)('%s name only files that are there', (page) => {
    const named = all(/`((?:libs|src|test|docs|mappings|examples|bin)\/[\w./-]+)`/g, page);
    expect(named.filter((path) => !existsSync(path) && !GENERATED.has(path))).toEqual([]);
  });
});

const GENERATED = new Set(['docs/dependencies.mmd']);
