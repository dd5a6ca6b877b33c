import { DatabaseSync } from 'node:sqlite';

/** Changes events even to values that a STRICT table would refuse, as a failing disk does. */
export function changeUnchecked(file: string, sql: string): void {
  const database = new DatabaseSync(file, { defensive: false });
  const strict = (from: string, to: string): void =>
    database.exec(`
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, '${from}', '${to}') WHERE name = 'events';
      PRAGMA writable_schema = RESET;`);
  strict(') STRICT', ')');
  strict('NOT NULL', '/* not null */');
  database.exec(sql);
  strict('/* not null */', 'NOT NULL');
  database.exec(
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE name = 'events'",
  );
  database.close();
}
