// Puts a driver into a network of its own that has nothing but loopback, so that a real client can
// reach only what the test runs. Knows nothing of the client.

import { spawnSync } from 'node:child_process';

import { kSkipExitCode } from './installation.mjs';

const kMark = 'KATRA_TEST_ISOLATED';
const kBringUpLoopback = 'ip link set lo up && exec "$@"';

// Runs this program again in an empty network namespace and ends with its exit code; returns only
// inside of it. Where the system allows no namespace: fails in CI, skips elsewhere.
export function IsolateNetwork() {
  if (process.env[kMark] === '1') return;
  const flags = process.getuid() === 0 ? ['-n'] : ['-r', '-n'];
  const inside = [...flags, '--', 'sh', '-c', kBringUpLoopback, 'sh'];
  const probe = spawnSync('unshare', [...inside, 'true'], { encoding: 'utf8' });
  if (probe.status !== 0) {
    console.error(`No network namespace: ${(probe.error?.message ?? probe.stderr).trim()}`);
    console.error('Install util-linux and iproute2, and allow user namespaces or run as root.');
    process.exit(process.env.CI ? 1 : kSkipExitCode);
  }
  const run = spawnSync('unshare', [...inside, process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, [kMark]: '1' },
  });
  process.exit(run.status ?? 1);
}
