// A project's .katra/routing.json: where it is looked for, whose it must be, and that it can only
// choose among what the user's own files allow.
#include "router/config/project/project_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "router/config/session.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::testing {
namespace {

using router::PersonaConfig;
using router::Prefer;
using router::project::ApplyProjectFile;
using router::project::FindProjectFile;
using router::project::ProjectFile;

constexpr const char* kPersonas = R"({
  "providers": {"local": {"api_base_url": "http://127.0.0.1:1", "interface": "openai",
                          "api_key_env": "", "models": ["m", "unused"]}},
  "model_aliases": {"fast": "local/m"},
  "routing_preferences": [
    {"name": "code review", "description": "reviewing", "models": ["openai/gpt-5", "local/m"]},
    {"name": "docs", "description": "writing", "models": ["local/m"], "prefer": "quality"}],
  "personas": {
    "Sam": {"provider": "openai", "model": "gpt-5", "routing": {"think": "openai/o3"}},
    "Eve": {"provider": "deepseek", "model": "deepseek-chat",
            "routing_preferences": [{"name": "design", "description": "designing",
                                     "models": ["deepseek/deepseek-chat"]}]}}
})";

void Make(const std::string& path, const std::string& text, mode_t mode = 0644) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
  REQUIRE(chmod(path.c_str(), mode) == 0);
}

struct Tree {
  Tree() { user = std::filesystem::canonical(home.path()).string(); }
  // Makes the file of the project in `folder`, which is below the user's home.
  void Project(const std::string& folder, const std::string& text = "{}") const {
    const std::string inner = user + "/" + folder + "/.katra";
    Make(inner + "/routing.json", text);
    REQUIRE(chmod(inner.c_str(), 0755) == 0);
  }
  [[nodiscard]] std::string Found(const std::string& folder) const {
    std::filesystem::create_directories(user + "/" + folder);
    const auto file = FindProjectFile(user + "/" + folder, user);
    return file ? file->path : "error: " + file.error().message;
  }

  TempHome home;
  std::string user;
};

TEST_CASE("the nearest folder upward that has a file decides, and the user's home has none") {
  const Tree tree;
  tree.Project("", "{}");  // HOME/.katra is Katra's own folder
  tree.Project("a");
  tree.Project("a/b/c");
  CHECK(tree.Found("") == "");
  CHECK(tree.Found("other/deep") == "");
  CHECK(tree.Found("a") == tree.user + "/a/.katra/routing.json");
  CHECK(tree.Found("a/b") == tree.user + "/a/.katra/routing.json");
  CHECK(tree.Found("a/b/c/d/e") == tree.user + "/a/b/c/.katra/routing.json");
  // A folder of that name without the file is not the end.
  std::filesystem::create_directories(tree.user + "/a/x/.katra");
  CHECK(tree.Found("a/x") == tree.user + "/a/.katra/routing.json");
  CHECK(FindProjectFile("a", tree.user)->path.empty());
  CHECK(FindProjectFile("", tree.user)->path.empty());
  CHECK(FindProjectFile(tree.user + "/gone", tree.user)->path.empty());
  // The folder above the home belongs to no project either.
  CHECK(FindProjectFile(tree.user, tree.user + "/a")->path.empty());
}

TEST_CASE("a folder that is reached through a link is searched where it is") {
  const Tree tree;
  tree.Project("a");
  std::filesystem::create_directories(tree.user + "/a/b");
  std::filesystem::create_directories(tree.user + "/links");
  std::filesystem::create_directory_symlink(tree.user + "/a/b", tree.user + "/links/b");
  CHECK(tree.Found("links/b") == tree.user + "/a/.katra/routing.json");
}

TEST_CASE("a file that somebody else could have written is not read") {
  const Tree tree;
  tree.Project("a");
  const std::string folder = tree.user + "/a/.katra";
  const std::string path = folder + "/routing.json";
  const auto refused = [&](const std::string& where, const std::string& remedy) {
    const std::string found = tree.Found("a/b");
    INFO(found);
    CHECK(found.find("error: \"" + where + "\" ") == 0);
    CHECK(found.find(remedy) != std::string::npos);
  };
  SECTION("others may write it") {
    for (const mode_t mode : {0666U, 0664U, 0602U}) {
      chmod(path.c_str(), mode);
      refused(path, "run `chmod go-w '" + path + "'`");
    }
  }
  SECTION("others may write its folder") {
    chmod(folder.c_str(), 0777);
    refused(folder, "run `chmod go-w '" + folder + "'`");
  }
  SECTION("it is a link") {
    std::filesystem::rename(path, tree.user + "/elsewhere.json");
    std::filesystem::create_symlink(tree.user + "/elsewhere.json", path);
    refused(path, "put the file itself there");
  }
  SECTION("its folder is a link") {
    std::filesystem::rename(folder, tree.user + "/elsewhere");
    std::filesystem::create_directory_symlink(tree.user + "/elsewhere", folder);
    refused(folder, "put the folder itself there");
  }
  SECTION("it is a pipe, on which reading would wait") {
    std::filesystem::remove(path);
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    refused(path, "move it away");
  }
  SECTION("it is a folder") {
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    refused(path, "move it away");
  }
  SECTION("it is too long") {
    Make(path, std::string(65'537, ' '));
    refused(path, "longer than 64 KiB");
  }
  SECTION("it belongs to another user") {
    if (geteuid() != 0) return;  // only root can give a file away
    REQUIRE(chown(path.c_str(), 12345, 12345) == 0);
    refused(path, "belongs to another user (uid 12345)");
  }
}

// The configuration, and what a project's text makes of a persona.
struct Choices {
  Choices() {
    std::filesystem::create_directories(home.File("router"));
    std::ofstream(home.File("router/personas.json")) << kPersonas;
    auto loaded = router::Load({.home = home.path()});
    if (!loaded) FAIL(loaded.error().message);
    config = std::move(*loaded);
  }
  [[nodiscard]] Result<PersonaConfig> Of(const std::string& text,
                                         const std::string& persona = "Sam") const {
    return ApplyProjectFile(config, {"/p/.katra/routing.json", text},
                            router::SessionPersona(config, persona, {}));
  }
  [[nodiscard]] std::string Wrong(const std::string& text) const {
    const auto own = Of(text);
    return own ? std::string("accepted") : own.error().message;
  }

  TempHome home;
  router::RouterConfig config;
};

TEST_CASE("a project chooses models for scenarios, and which routes count") {
  const Choices choices;
  const auto own = choices.Of(R"({"version": 1,
    "routing": {"think": "openai,gpt-5", "longContext": "fast"},
    "routes": [{"name": "Code Review", "models": ["local/m"], "prefer": "cheapest"}]})");
  REQUIRE(own);
  CHECK(own->routing.think == router::Target{"openai", "gpt-5"});
  CHECK(own->routing.long_context == router::Target{"local", "m"});
  CHECK_FALSE(own->routing.background);
  REQUIRE(own->preferences.size() == 1);
  CHECK(own->preferences[0].name == "code review");
  CHECK(own->preferences[0].models == std::vector<router::Target>{{"local", "m"}});
  CHECK(own->preferences[0].prefer == Prefer::kCheapest);
  CHECK(own->project.file == "/p/.katra/routing.json");
  CHECK(own->project.scenarios == std::vector<std::string>{"think", "longContext"});
  CHECK(own->project.routes);
}

TEST_CASE("what a project does not name stays as the user has it") {
  const Choices choices;
  const auto same = choices.Of("{}");
  REQUIRE(same);
  CHECK(same->routing.think == router::Target{"openai", "o3"});
  CHECK(same->preferences.size() == 2);
  CHECK_FALSE(same->project.routes);
  const auto order = choices.Of(R"({"routes": [{"name": "docs"}, {"name": "code review"}]})");
  REQUIRE(order);
  REQUIRE(order->preferences.size() == 2);
  CHECK(order->preferences[0].name == "docs");
  CHECK(order->preferences[0].prefer == Prefer::kQuality);
  CHECK(order->preferences[1].models.size() == 2);
  CHECK(choices.Of(R"({"routes": []})")->preferences.empty());
  CHECK(ApplyProjectFile(choices.config, {}, *same)->preferences.size() == 2);
}

TEST_CASE("a route that another persona has is left out, and no mistake") {
  const Choices choices;
  const std::string text = R"({"routes": [{"name": "design"}, {"name": "docs"}]})";
  CHECK(choices.Of(text)->preferences.size() == 1);
  CHECK(choices.Of(text, "Eve")->preferences.size() == 1);
  CHECK(choices.Of(text, "Eve")->preferences[0].name == "design");
}

TEST_CASE("a project cannot choose what the user's files do not name for the persona") {
  struct Row {
    const char* text;
    std::vector<std::string> says;
  };
  const std::vector<Row> rows = {
      {R"({"routing": {"think": "anthropic/claude-opus-4-8"}})",
       {"$.routing.think", "one of the models that your own files name for Sam", "openai/gpt-5"}},
      {R"({"routing": {"think": "local/unused"}})", {"$.routing.think", "local/m"}},
      // Another persona's model, at a company that this one was not meant for.
      {R"({"routing": {"subagent": "deepseek/deepseek-chat"}})", {"$.routing.subagent"}},
      {R"({"routing": {"think": "gpt-6"}})", {"did you mean \"openai/gpt-5\"?"}},
      {R"({"routing": {"think": "nowhere/m"}})", {"\"nowhere/m\" is not one of the models"}},
      // A route's models are the user's for that route, not all that the user has.
      {R"({"routes": [{"name": "docs", "models": ["openai/gpt-5"]}]})",
       {"$.routes[0].models[0]", "one of your models for the route \"docs\"", "local/m"}},
      {R"({"routes": [{"name": "code reviews"}]})",
       {"$.routes[0].name", "code review", "did you mean \"code review\"?"}},
      {R"({"routes": [{"name": "docs"}, {"name": "DOCS"}]})", {"listed twice"}},
      {R"({"routes": [{"name": "docs", "description": "everything"}]})",
       {"\"description\" cannot be set by a project"}},
      {R"({"routes": [{"name": "docs", "models": []}]})", {"$.routes[0].models"}},
      {R"({"routes": [{"models": ["local/m"]}]})", {"$.routes[0]", "name"}},
      {R"({"routes": {"docs": {}}})", {"$.routes", "array"}},
      {R"({"routing": {"default": "openai/gpt-5"}})", {"\"default\" cannot be set"}},
      {R"({"providers": {"evil": {"api_base_url": "http://evil.example"}}})",
       {"\"providers\" cannot be set by a project", "personas.json"}},
      {R"({"api_key_command": ["sh", "-c", "x"]})", {"\"api_key_command\" cannot be set"}},
      {R"({"model_aliases": {"fast": "openai/gpt-5"}})", {"\"model_aliases\" cannot be set"}},
      {R"({"router": {"max_switch_spend": 100}})", {"\"router\" cannot be set"}},
      {R"({"version": 2})", {"$.version"}},
      {R"([])", {"object"}},
      {"{\"routing\": {\n\"think\": 5}}", {"routing.json:2: ", "$.routing.think", "string"}},
      {"{\"routes\": [],}", {"routing.json:1"}},
      {"", {"/p/.katra/routing.json"}}};
  const Choices choices;
  for (const Row& row : rows) {
    INFO(row.text);
    const std::string wrong = choices.Wrong(row.text);
    CHECK(wrong.find("/p/.katra/routing.json") != std::string::npos);
    for (const std::string& part : row.says) {
      INFO(wrong);
      CHECK(wrong.find(part) != std::string::npos);
    }
  }
}

TEST_CASE("a bad file is told of whole, and changes nothing") {
  const Choices choices;
  const auto wrong = choices.Wrong(
      R"({"routing": {"think": "openai/gpt-5", "image": "a/b"}, "routes": [{"name": "x"}]})");
  CHECK(wrong.find("$.routing.image") != std::string::npos);
  CHECK(wrong.find("$.routes[0].name") != std::string::npos);
}

}  // namespace
}  // namespace katra::testing
