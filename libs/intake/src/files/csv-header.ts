import { cut, nameHint, type Rejection } from '#inventory';
import { problem, shown } from '../problem.ts';

/** Delimiters that are recognized without a first line `sep=…`. */
const DELIMITERS = [',', ';', '\t'];

interface CsvDialect {
  readonly delimiter: string;
  /** How much of the text a `sep=` line took, and so where the header begins. */
  readonly headerAt: number;
  /** The header's line, from 1. */
  readonly headerLine: number;
}

/** Finds the delimiter: the one that `sep=` declares, or that the header has most often outside quotes. */
export function detectDialect(text: string): CsvDialect | Rejection {
  const declared = /^sep=(.*?)(?:\r\n|\n|\r|$)/i.exec(text);
  if (declared !== null) {
    const delimiter = declared[1]!;
    if (/^[^\w"\s]$|^\t$/.test(delimiter)) return { delimiter, headerAt: declared[0].length, headerLine: 2 };
    const detail = `${shown(declared[0].trim())} does not name a delimiter. Name one character, such as "sep=;".`;
    return problem('CSV_DELIMITER', '', detail);
  }
  const header = text.replaceAll(/"(?:[^"]|"")*"/g, '').split(/[\r\n]/, 1)[0]!;
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length - 1);
  const most = Math.max(...counts);
  const found = DELIMITERS.filter((_, index) => counts[index] === most);
  if (most > 0 && found.length === 1) return { delimiter: found[0]!, headerAt: 0, headerLine: 1 };
  if (most === 0 && !/[|:^~]/.test(header)) return { delimiter: ',', headerAt: 0, headerLine: 1 };
  const detail = `The header ${shown(header)} has no delimiter that is known here (",", ";" or a tab). Begin the file with a line such as "sep=;".`;
  return problem('CSV_DELIMITER', '', detail);
}

/** Where the wanted columns stand in a header; every one that is missing or stands twice is a problem. */
export function findColumns(header: readonly string[], wanted: readonly string[]): number[] | Rejection[] {
  const problems: Rejection[] = [];
  const found = wanted.map((name) => {
    const at = header.indexOf(name);
    if (at === -1) {
      const others = header.filter((each) => !wanted.includes(each));
      const detail = `There is no column ${shown(name)}. The header has: ${cut(header.join(', '))}.`;
      problems.push(
        problem('CSV_HEADER', '', detail, others.length === 0 ? undefined : nameHint(name, others)),
      );
    } else if (header.indexOf(name, at + 1) !== -1) {
      problems.push(
        problem('CSV_HEADER', '', `The column ${shown(name)} appears twice. Rename or remove one of them.`),
      );
    }
    return at;
  });
  return problems.length === 0 ? found : problems;
}
