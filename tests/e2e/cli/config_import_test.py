"""katra config import: another router's file becomes a personas.json, printed or put in place."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fixture import Fixture, main  # noqa: E402

BROKEN = """llm_providers:
  - model: openai/gpt-5
    access_key: $OPENAI_API_KEY
    routing_preferences:
      - name: code review
          description: reviewing changes
"""
ROUTER = """{ // mine
  Providers: [{name: 'acme', api_base_url: 'https://acme.example/v1/chat/completions',
               api_key: 'sk-acme-secret', models: ['m'],}],
  CUSTOM_ROUTER_PATH: '/home/me/router.js',
  Router: {default: 'acme,m'},
}
"""


class ConfigImport(Fixture):
    def file(self, name: str, text: str) -> pathlib.Path:
        path = self.project / name
        path.write_text(text)
        return path

    def test_a_file_that_is_indented_wrongly_is_mended_and_the_old_one_kept(self):
        path = self.file("config.yaml", BROKEN)
        run = self.run_katra("config", "import", "config.yaml")
        self.assertEqual(run.returncode, 2)
        self.assertIn("config.yaml:6:11", run.stderr)
        self.assertEqual(path.read_text(), BROKEN)
        printed = json.loads(self.succeed("config", "import", "--fix", "config.yaml"))
        self.assertEqual(printed["routing_preferences"][0]["description"], "reviewing changes")
        self.assertEqual(path.read_text(), BROKEN.replace("          desc", "        desc"))
        self.assertEqual((self.project / "config.yaml.before-fix").read_text(), BROKEN)
        self.assertFalse((self.home / "router/personas.json").exists())

    def test_the_result_is_put_in_place_once(self):
        self.file("config.json", ROUTER)
        run = self.run_katra("config", "import", "config.json", "--write")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("config.json:4: $.CUSTOM_ROUTER_PATH", run.stderr)
        self.assertIn("ACME_API_KEY", run.stderr)
        written = (self.home / "router/personas.json").read_text()
        self.assertEqual(json.loads(written)["routing_rules"], {"default": "acme,m"})
        self.assertNotIn("secret", written + run.stdout + run.stderr)
        self.succeed("config", "check")
        again = self.run_katra("config", "import", "config.json", "--write")
        self.assertEqual(again.returncode, 4)
        self.assertIn("config edit", again.stderr)
        self.assertEqual((self.home / "router/personas.json").read_text(), written)

    def test_a_wrong_file_changes_nothing(self):
        self.file("config.json", ROUTER.replace("'acme,m'", "'amce,m'"))
        run = self.run_katra("config", "import", "config.json", "--write")
        self.assertEqual(run.returncode, 2)
        self.assertIn("config.json:5: $.Router.default", run.stderr)
        self.assertIn('did you mean "acme"?', run.stderr)
        self.assertFalse((self.home / "router/personas.json").exists())
        self.assertEqual(self.run_katra("config", "import", "none.yaml").returncode, 3)


if __name__ == "__main__":
    main()
