import { appendFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Writes every SQL statement of this process and its threads down, with the file it is meant for. */
const { prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (sql, ...options) {
  const line = JSON.stringify({ file: this.location(), sql });
  appendFileSync(process.env.ANNALS_TEST_STATEMENTS ?? '/dev/null', `${line}\n`);
  return prepare.call(this, sql, ...options);
};
