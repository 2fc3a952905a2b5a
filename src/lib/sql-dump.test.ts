import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random } from '../../test/random.ts';
import { isAssayError } from './error.ts';
import { dumpRows } from './sql-dump.ts';

const limits = { maxBytes: 1 << 20, maxRows: 1000, maxValue: 1 << 16 };

function read(dump: string | Buffer, tables = ['files']): Record<string, string | null>[] {
  return [...dumpRows(Buffer.from(dump), tables, limits)].map(({ row }) => Object.fromEntries(row));
}

describe('dumps of SQL databases', () => {
  test('pg_dump: COPY with its escapes and NULL, other tables stepped over', () => {
    const dump = `--
-- PostgreSQL database dump
--
\\restrict abc'def
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.files (
    id integer NOT NULL,
    gun character varying(255) DEFAULT 'a, (b'::character varying,
    data bytea NOT NULL,
    CONSTRAINT good CHECK ((id > 0))
);
COPY public.other (a) FROM stdin;
it's "anything"; \\n
\\.
COPY public.files (id, gun, data) FROM stdin;
1\tone\\ttab\t\\\\x7b7d
2\t\\N\tplain
\\.
SELECT 1;
`;
    assert.deepEqual(read(dump), [
      { id: '1', gun: 'one\ttab', data: '\\x7b7d' },
      { id: '2', gun: null, data: 'plain' },
    ]);
  });

  test('pg_dump --inserts: columns from the table, strings as they are', () => {
    const dump = `CREATE TABLE "files" ("id" serial PRIMARY KEY, "gun" varchar(255), "data" bytea, UNIQUE ("gun"));
INSERT INTO public.files VALUES (1, 'it''s \\n', '\\x7b7d');
INSERT INTO public.files (data, id) VALUES (E'a\\'b', 2);`;
    assert.deepEqual(read(dump), [
      { id: '1', gun: "it's \\n", data: '\\x7b7d' },
      { data: "a'b", id: '2' },
    ]);
  });

  test('mysqldump: many rows in a statement, backslashes, raw bytes and hex', () => {
    const dump = Buffer.from(
      `-- MySQL dump 10.13
/*!40101 SET NAMES utf8 */;
DROP TABLE IF EXISTS \`files\`;
CREATE TABLE \`files\` (
  \`id\` int(11) NOT NULL AUTO_INCREMENT,
  \`gun\` varchar(255) NOT NULL DEFAULT '',
  \`data\` longblob NOT NULL,
  PRIMARY KEY (\`id\`),
  UNIQUE KEY \`gun\` (\`gun\`,\`id\`)
) ENGINE=InnoDB;
LOCK TABLES \`files\` WRITE;
/*!40000 ALTER TABLE \`files\` DISABLE KEYS */;
INSERT INTO \`files\` VALUES (1,'a\\'b\\\\',_binary '{\\"x\\":\\"\xff\\0\\"}'),(2,'c;d',0x7B7D),(3,'',NULL);
UNLOCK TABLES;`,
      'latin1',
    );
    assert.deepEqual(read(dump), [
      { id: '1', gun: "a'b\\", data: '{"x":"\xff\0"}' },
      { id: '2', gun: 'c;d', data: '{}' },
      { id: '3', gun: '', data: null },
    ]);
  });

  test('sqlite3 .dump: blobs in hex', () => {
    const dump = `PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE files (id integer primary key, gun text, data blob);
INSERT INTO files VALUES(1,'x -- no comment /* either',X'7b7d');
COMMIT;`;
    assert.deepEqual(read(dump), [{ id: '1', gun: 'x -- no comment /* either', data: '{}' }]);
  });

  test('what is not whole, or too much, is refused', () => {
    for (const dump of [
      "INSERT INTO files VALUES ('x');",
      'CREATE TABLE files (a int); INSERT INTO files VALUES (1, 2);',
      "CREATE TABLE files (a text); INSERT INTO files VALUES ('x",
      'CREATE TABLE files (a text); INSERT INTO files VALUES (1',
      'COPY files (a) FROM stdin;\nx\n',
      'CREATE TABLE files (a text); INSERT INTO files VALUES (replace(1));',
      "CREATE TABLE files (a text); INSERT INTO files VALUES (X'7');",
      '/* never ends',
      'CREATE TABLE files (a text',
      `CREATE TABLE files (a text); INSERT INTO files VALUES ${Array.from({ length: 1001 }, () => '(1)').join()};`,
      `CREATE TABLE files (a text); INSERT INTO files VALUES ('${'x'.repeat(70_000)}');`,
      Buffer.alloc(limits.maxBytes + 1, 0x20),
    ])
      assert.throws(
        () => read(dump),
        (error) => isAssayError(error, 'input-invalid'),
        String(dump).slice(0, 60),
      );
  });

  test('damaged dumps are read or refused, in linear time', () => {
    const random = new Random(3);
    const whole = `CREATE TABLE \`files\` (\`a\` text, \`b\` blob);
INSERT INTO \`files\` VALUES ('x\\'y',_binary 'z'),(NULL,0x00);
COPY files (a, b) FROM stdin;
1\t\\\\x00
\\.
`;
    for (let count = 0; count < 20_000; count++) {
      const at = random.below(whole.length);
      const piece = random.pick(["'", '"', '`', '\\', '(', ')', ',', ';', '/*', '--', '\n', "X'", '0x', 'COPY ']);
      const damaged = whole.slice(0, at) + piece + whole.slice(at + random.below(4));
      try {
        read(damaged);
      } catch (error) {
        assert.ok(isAssayError(error, 'input-invalid'), String(error));
      }
    }
    for (const long of ["'\\".repeat(100_000), '('.repeat(200_000), `INSERT INTO files (${'a,'.repeat(100_000)}`])
      assert.throws(
        () => read(`-- MySQL dump\nCREATE TABLE files (a text); INSERT INTO files VALUES (${long}`),
        (error) => isAssayError(error, 'input-invalid'),
      );
  });
});
