// One run of Codex CLI or of opencode with Katra's MCP server, on a model behind a gateway.
// Knows nothing of what is talked about.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { InstalledPath } from './installation.mjs';
import { Evidence, StartChild, Within } from './scenario.mjs';
import { Launch, ServerEnvironment } from './server.mjs';

const kShown = 5000;
const kCodex = '0.169.0'; // unless another is asked for

// Folders of a user who never used the client before.
function Folders(root, name) {
  const folder = join(root, name);
  const folders = { folder, home: join(folder, 'home'), project: join(folder, 'project') };
  for (const path of Object.values(folders)) mkdirSync(path, { recursive: true });
  return folders;
}

function Environment(home, more) {
  const places = { XDG_CONFIG_HOME: '.config', XDG_DATA_HOME: '.data', XDG_CACHE_HOME: '.cache' };
  const xdg = Object.entries({ ...places, XDG_STATE_HOME: '.state' });
  return {
    HOME: home,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TERM: 'dumb',
    LANG: 'C.UTF-8',
    ...Object.fromEntries(xdg.map(([name, folder]) => [name, join(home, folder)])),
    ...more,
  };
}

async function Run(title, command, args, options, seconds) {
  const { child, ended } = StartChild(command, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (out += text));
  Evidence(`${title} said`, () => out.slice(-kShown));
  const end = await Within(seconds * 1000, `the end of ${title}`, ended);
  assert.equal(end.code, 0, `${title}: exit code (signal ${end.signal})`);
  return out;
}

// `codex exec` with a provider of its own that speaks the Responses API; with `resume`, `codex exec
// resume` of the conversation before. `settings` are lines of its configuration, `provider` the
// name and lines of the provider's. Gives what it printed.
export async function RunCodex(run) {
  const { root, katra_home, persona, url, token, model, prompt, seconds, resume } = run;
  const { home, project } = Folders(root, 'codex');
  const launch = Launch(katra_home, persona);
  mkdirSync(join(home, '.codex'), { recursive: true });
  const env = Object.entries(ServerEnvironment(katra_home, persona));
  writeFileSync(
    join(home, '.codex/config.toml'),
    [
      `model = "${model}"`,
      'model_provider = "katra"',
      'approval_policy = "never"',
      'sandbox_mode = "danger-full-access"',
      ...(run.settings ?? []),
      '[model_providers.katra]',
      ...(run.provider ?? ['name = "Katra"']),
      `base_url = "${url}/v1"`,
      'env_key = "KATRA_TOKEN"',
      'wire_api = "responses"',
      '[mcp_servers.katra]',
      `command = "${launch.command}"`,
      'default_tools_approval_mode = "approve"',
      `env = { ${env.map(([name, value]) => `${name} = "${value}"`).join(', ')} }`,
      '',
    ].join('\n'),
  );
  const release = `codex-${run.version ?? kCodex}`;
  const codex = InstalledPath(`${release}/vendor/x86_64-unknown-linux-musl/bin/codex`);
  const environment = Environment(home, { KATRA_TOKEN: token });
  const options = { cwd: project, env: environment };
  const more = ['--skip-git-repo-check', '--json'];
  const args = resume ? ['resume', ...more, '--last', prompt] : [...more, prompt];
  return Run('Codex', codex, ['exec', ...args], options, seconds);
}

// `opencode run` with a provider that speaks Chat Completions. Gives what it printed.
export async function RunOpencode(options) {
  const { root, katra_home, persona, url, token, model, prompt, seconds } = options;
  const { home, project } = Folders(root, 'opencode');
  const launch = Launch(katra_home, persona);
  const configuration = {
    share: 'disabled',
    autoupdate: false,
    provider: {
      katra: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Katra',
        options: { baseURL: `${url}/v1`, apiKey: '{env:KATRA_TOKEN}' },
        models: { [model]: { name: model, limit: { context: 128000, output: 8000 } } },
      },
    },
    mcp: {
      katra: {
        type: 'local',
        command: [launch.command],
        environment: ServerEnvironment(katra_home, persona),
        enabled: true,
      },
    },
  };
  writeFileSync(join(project, 'opencode.json'), JSON.stringify(configuration, null, 2));
  const environment = Environment(home, {
    KATRA_TOKEN: token,
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
  });
  const program = InstalledPath('opencode-1.18.33/bin/opencode');
  const args = ['run', '--model', `katra/${model}`, prompt];
  return Run('opencode', program, args, { cwd: project, env: environment }, seconds);
}
