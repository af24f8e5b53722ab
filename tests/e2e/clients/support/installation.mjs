// Finds the real clients that `scripts/setup --clients` installs, and the server under test.
// Knows nothing of what the clients are asked to do.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const kSkipExitCode = 77; // CTest's SKIP_RETURN_CODE for these tests

const here = dirname(fileURLToPath(import.meta.url));
export const kRepository = resolve(here, '../../../..');

// The folder that holds node_modules: KATRA_CLIENTS, or build/clients of the repository.
export function ClientsFolder() {
  return resolve(process.env.KATRA_CLIENTS ?? join(kRepository, 'build/clients'));
}

// Ends the process when the clients are missing: an error where everything must run (CI), else a
// skip that says what to do. `more`: what the driver uses besides.
export function RequireInstallation(...more) {
  const folder = ClientsFolder();
  const wanted = [
    '@modelcontextprotocol/sdk',
    '@modelcontextprotocol/client',
    'claude-code-2.1.329',
    ...more,
  ];
  const missing = wanted.filter((name) => !existsSync(join(folder, 'node_modules', name)));
  if (missing.length === 0) return;
  console.error(
    `The real clients are not installed in ${folder} (missing: ${missing.join(', ')}).`,
  );
  console.error('Install them with: scripts/setup --clients');
  process.exit(process.env.CI ? 1 : kSkipExitCode);
}

// An installed package's module. `name` as in an import.
export function Load(name) {
  return createRequire(join(ClientsFolder(), 'package.json'))(name);
}

// The absolute path of a file of an installed package.
export function InstalledPath(path) {
  return join(ClientsFolder(), 'node_modules', path);
}

// The server's executable: `--server PATH`, or KATRA_MCP_SERVER.
export function ServerPath() {
  const flag = process.argv.indexOf('--server');
  const path = flag >= 0 ? process.argv[flag + 1] : process.env.KATRA_MCP_SERVER;
  if (!path || !existsSync(path)) {
    console.error(`No server at '${path ?? ''}'. Pass --server PATH or set KATRA_MCP_SERVER.`);
    process.exit(2);
  }
  return resolve(path);
}
