import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { databaseContract } from '../../../test/contracts/database.ts';
import { keep } from '../../../test/contracts/records-fixture.ts';
import { memoryDatabase } from '../memory/database.ts';
import { openSqlite } from './database.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-sqlite-'));
let made = 0;
after(() => rmSync(folder, { recursive: true, force: true }));

databaseContract('SQLite in a file', () => openSqlite(join(folder, `${made++}.sqlite`), 1, keep));
databaseContract('SQLite in memory', () => memoryDatabase(1, keep));
