// Codex, Gemini CLI and opencode as `katra start -b` starts them, each on a screen of its own in tmux
// and on a scripted provider. Knows nothing of what is talked about.

import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { StartFakeProvider } from '../../../support/node/fake_provider.mjs';
import { StartedTmux } from './claude_tui.mjs';
import { InstalledPath } from './installation.mjs';
import { KatraPath } from './katra.mjs';
import { Defer, Evidence, TempFolder } from './scenario.mjs';

const kKey = 'sk-made-up-not-a-key';

// What a user of each client has answered before, and where its requests go.
export const kWoken = {
  codex: {
    title: 'Codex',
    provider: 'openai',
    model: 'a-model-of-ours',
    format: 'responses',
    path: '/v1',
    key: 'OPENAI_API_KEY',
    program: (version) => `codex-${version}/vendor/x86_64-unknown-linux-musl/bin/codex`,
    Seed({ user_home, project }) {
      const folder = join(user_home, '.codex');
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        join(folder, 'config.toml'),
        [
          'check_for_update_on_startup = false',
          'approval_policy = "never"',
          'sandbox_mode = "danger-full-access"',
          '[features]',
          'apps = false',
          `[projects."${project}"]`,
          'trust_level = "trusted"',
          '',
        ].join('\n'),
      );
    },
  },
  gemini: {
    title: 'Gemini CLI',
    provider: 'gemini',
    model: 'gemini-2.5-pro',
    format: 'gemini',
    path: '',
    key: 'GEMINI_API_KEY',
    program: () => '@google/gemini-cli/bundle/gemini.js',
    Seed({ user_home, project }) {
      const folder = join(user_home, '.gemini');
      mkdirSync(folder, { recursive: true });
      const settings = {
        security: { auth: { selectedType: 'gemini-api-key' } },
        general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
        privacy: { usageStatisticsEnabled: false },
      };
      writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
      const trusted = { [project]: 'TRUST_FOLDER' };
      writeFileSync(join(folder, 'trustedFolders.json'), JSON.stringify(trusted));
    },
  },
  opencode: {
    title: 'opencode',
    provider: 'openai',
    model: 'a-model-of-ours',
    format: 'responses',
    path: '/v1',
    key: 'OPENAI_API_KEY',
    program: (version) => `opencode-${version}/bin/opencode`,
    Seed() {},
    variables: {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    },
  },
};

// Starts `client` of `version` as `persona` on `home`; `goals` as for fake_provider.mjs, `own` are
// arguments for the client, `options` for katra start. Gives {api, tmux}.
export async function StartWoken(run) {
  const { client, version, root, home, persona, goals, own = [], options = [] } = run;
  const facts = kWoken[client];
  const folder = join(root, `${persona}-${client}`);
  const user_home = join(folder, 'home');
  const project = join(folder, 'project');
  for (const path of [user_home, project]) mkdirSync(path, { recursive: true });
  facts.Seed({ user_home, project });
  const api = await StartFakeProvider({ format: facts.format, flavour: 'openai', goals });
  Defer(() => api.Close());
  Evidence(`${persona}: the provider refused`, () => api.faults.join('\n'));
  const tmux_folder = TempFolder('tmux');
  const programs = TempFolder('bin');
  symlinkSync(InstalledPath(facts.program(version)), join(programs, client));
  symlinkSync(process.execPath, join(programs, 'node'));
  mkdirSync(join(home, 'router'), { recursive: true });
  const address = api.url + facts.path;
  const configuration = {
    personas: { [persona]: { provider: facts.provider, model: facts.model, client } },
    providers: { [facts.provider]: { api_base_url: address } },
  };
  const path = join(home, 'router/personas.json');
  writeFileSync(path, JSON.stringify(configuration), { mode: 0o600 });
  const label = `katra-${persona}`;
  execFileSync(
    KatraPath(),
    ['start', '--persona', persona, '--no-router', ...options, '-b', '--', ...own],
    {
      cwd: project,
      timeout: 30_000,
      input: '',
      env: {
        HOME: user_home,
        PATH: `${programs}:/usr/bin:/bin`,
        TERM: 'xterm-256color',
        LANG: 'C.UTF-8',
        ...facts.variables,
        ...run.environment,
        [facts.key]: kKey,
        KATRA_HOME: home,
        TMUX_TMPDIR: tmux_folder,
        KATRA_TMUX_SOCKET: label,
        KATRA_TEST_MARK: tmux_folder,
      },
    },
  );
  const tmux = new StartedTmux(tmux_folder, label, persona, tmux_folder);
  Evidence(`${persona}'s screen`, () => {
    try {
      return tmux.Screen();
    } catch {
      return 'gone';
    }
  });
  return { api, tmux };
}
