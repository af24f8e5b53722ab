// Reads a store's database from outside of Katra, read-only, so that a test sees what is on the
// disk and not what the server says. Knows the schema's tables only through the caller's SQL.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const kReader = `
import json, sqlite3, sys
db = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True)
db.row_factory = sqlite3.Row
print(json.dumps([dict(row) for row in db.execute(sys.argv[2])]))
`;

// The rows of a SELECT on the database of a KATRA_HOME, as objects.
export function Query(home, sql) {
  const out = execFileSync('python3', ['-c', kReader, join(home, 'katra.db'), sql], {
    encoding: 'utf8',
    timeout: 20_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(out);
}
