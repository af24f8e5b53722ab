// What is refused before anything is started, in the words that people read, with what to do.
#include "cli/sessions/plan.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

class Planner : public TestUser {
 public:
  // The refusal's text; empty: the plan is made.
  std::string Refused(const LaunchRequest& request, ErrorCode code) {
    const Context context = Make();
    const auto config = LoadConfig(context);
    REQUIRE(config);
    const auto plan = MakePlan(request, context, *config);
    if (plan) return {};
    CHECK(plan.error().code == code);
    return plan.error().message;
  }
  Status Checked(const LaunchRequest& request, bool background = false) {
    const Context context = Make();
    const auto config = LoadConfig(context);
    REQUIRE(config);
    const auto plan = MakePlan(request, context, *config);
    REQUIRE(plan);
    return CheckPlan(*plan, background, context);
  }
};

LaunchRequest Sam() {
  LaunchRequest request;
  request.persona = "Sam";
  return request;
}

using Change = void (*)(LaunchRequest*);

TEST_CASE("a start that cannot be meant so is refused, and the text says what was said where") {
  struct Case {
    Change change;
    ErrorCode code;
    const char* text;
  };
  const Case cases[] = {
      {[](LaunchRequest* r) { r->persona = "-x"; }, ErrorCode::kInvalidArgument,
       "\"-x\" (--persona) is not a persona name: use 1 to 64 letters"},
      {[](LaunchRequest* r) { r->persona = std::string(65, 'a'); }, ErrorCode::kInvalidArgument,
       "is not a persona name"},
      {[](LaunchRequest* r) { r->room = "a room"; }, ErrorCode::kInvalidArgument,
       "\"a room\" (--room) is not a room name"},
      {[](LaunchRequest* r) { r->role = std::string(201, 'a'); }, ErrorCode::kInvalidArgument,
       "the role (--role) must be UTF-8 text of at most 200 bytes"},
      {[](LaunchRequest* r) { r->role = "\xff"; }, ErrorCode::kInvalidArgument,
       "the role (--role)"},
      {[](LaunchRequest* r) { r->client = "claud"; }, ErrorCode::kNotFound,
       "did you mean claude? Known are"},
      {[](LaunchRequest* r) { r->provider = "opnai"; }, ErrorCode::kNotFound, "(--provider)"},
      {[](LaunchRequest* r) { r->model = "-m"; }, ErrorCode::kInvalidArgument,
       "\"-m\" (--model) is not a model's name"},
      {[](LaunchRequest* r) { r->model = "gpt 5"; }, ErrorCode::kInvalidArgument,
       "is not a model's name"},
      {[](LaunchRequest* r) { r->model = "gpt-5\n"; }, ErrorCode::kInvalidArgument,
       "is not a model's name"},
      {[](LaunchRequest* r) { r->model = std::string(201, 'm'); }, ErrorCode::kInvalidArgument,
       "is not a model's name"},
      {[](LaunchRequest* r) { r->folder = "none"; }, ErrorCode::kNotFound,
       "is not there: name the folder in which the client should work"},
      {[](LaunchRequest* r) { r->folder = "../bin/tool"; }, ErrorCode::kInvalidArgument,
       "is no folder"},
      {[](LaunchRequest* r) { r->use_router = r->no_router = true; }, ErrorCode::kInvalidArgument,
       "--use-router and --no-router exclude each other"},
      {[](LaunchRequest* r) { r->own_login = r->no_router = true; }, ErrorCode::kInvalidArgument,
       "--own-login and --no-router exclude each other"},
      {[](LaunchRequest* r) { r->client = "gemini", r->provider = "openai"; },
       ErrorCode::kUnsupported,
       "Gemini CLI does not speak to openai by itself: use --client claude"},
      {[](LaunchRequest* r) { r->client = "codex", r->provider = "mistral", r->no_router = true; },
       ErrorCode::kUnsupported, "use --client claude, or --use-router"},
      {[](LaunchRequest* r) { r->client = "opencode", r->provider = "vllm", r->use_router = true; },
       ErrorCode::kInvalidArgument, "add --model MODEL, a model of vllm"},
      {[](LaunchRequest* r) { r->client = "opencode", r->own_login = true; },
       ErrorCode::kInvalidArgument,
       "opencode has no login that the gateway can forward: use --client claude"},
      {[](LaunchRequest* r) { r->own_login = true, r->provider = "deepseek"; },
       ErrorCode::kInvalidArgument,
       "neither deepseek (--provider) nor a fallback of Sam leads to where your Claude login is"},
      {[](LaunchRequest* r) { r->provider = "bedrock", r->no_router = true; },
       ErrorCode::kUnsupported, "only Katra's gateway knows"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    Planner planner;
    planner.Install("tool", "exit 0");
    LaunchRequest request = Sam();
    one.change(&request);
    const std::string text = planner.Refused(request, one.code);
    INFO(text);
    CHECK(Contains(text, one.text));
  }
}

TEST_CASE("a setting of the environment is refused with the variable's name") {
  struct Case {
    const char* name;
    const char* value;
    ErrorCode code;
    const char* text;
  };
  const Case cases[] = {
      {"KATRA_PERSONA", "a b", ErrorCode::kInvalidArgument, "(environment KATRA_PERSONA)"},
      {"KATRA_ROOM", "a b", ErrorCode::kInvalidArgument, "(environment KATRA_ROOM)"},
      {"KATRA_PROVIDER", "nobody", ErrorCode::kNotFound, "(environment KATRA_PROVIDER)"},
      {"KATRA_MODEL", "a b", ErrorCode::kInvalidArgument, "(environment KATRA_MODEL)"},
      {"KATRA_ROLE", "\xff", ErrorCode::kInvalidArgument, "(environment KATRA_ROLE)"},
      {"KATRA_CLIENT", "x", ErrorCode::kNotFound, "is not a client"},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    Planner planner;
    planner.environment[one.name] = one.value;
    LaunchRequest request;
    const std::string text = planner.Refused(request, one.code);
    INFO(text);
    CHECK(Contains(text, one.text));
  }
}

TEST_CASE("a login of its own meets no second one, wherever that comes from") {
  struct Case {
    const char* name;
    const char* variable;
    const char* value;
    const char* file;
    const char* content;
    const char* text;
  };
  const Case cases[] = {
      {"a key in the environment", "ANTHROPIC_API_KEY", "sk", "", "",
       "two logins would conflict: your Claude login (--own-login) and ANTHROPIC_API_KEY, which is "
       "set"},
      {"a token in the environment", "ANTHROPIC_AUTH_TOKEN", "t", "", "", "ANTHROPIC_AUTH_TOKEN"},
      {"a header", "ANTHROPIC_CUSTOM_HEADERS", "A: b\nAuthorization : x", "", "",
       "\"authorization\" in ANTHROPIC_CUSTOM_HEADERS"},
      {"a header of ours", "ANTHROPIC_CUSTOM_HEADERS", "X-Katra-Token: x", "", "",
       "\"x-katra-token\" in ANTHROPIC_CUSTOM_HEADERS"},
      {"a file of the user's", "", "", "user/.claude/settings.json", R"({"apiKeyHelper": "x"})",
       "\"apiKeyHelper\" in "},
      {"a file of the folder's", "", "", "work/.claude/settings.json",
       R"({"env": {"ANTHROPIC_AUTH_TOKEN": "x"}})", "\"env.ANTHROPIC_AUTH_TOKEN\" in "},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    Planner planner;
    if (*one.variable != '\0') planner.environment[one.variable] = one.value;
    if (*one.file != '\0') planner.Write(one.file, one.content);
    LaunchRequest request = Sam();
    request.own_login = true;
    const std::string text = planner.Refused(request, ErrorCode::kFailedPrecondition);
    INFO(text);
    CHECK(Contains(text, one.text));
    CHECK(Contains(text, "or start the session without the login of its own"));
  }
  Planner planner;
  planner.environment["ANTHROPIC_CUSTOM_HEADERS"] = "X-Team: authorization: a";
  LaunchRequest request = Sam();
  request.own_login = true;
  CHECK(planner.Refused(request, ErrorCode::kInternal).empty());
}

TEST_CASE("a fallback may be where the own login is for") {
  Planner planner;
  planner.Write(
      "katra/router/personas.json",
      R"({"version": 1, "personas": {"Sam": {"provider": "deepseek", "model": "deepseek-v4-pro",
                    "fallbacks": ["anthropic/claude-opus-4-8"]}}})");
  LaunchRequest request = Sam();
  request.own_login = true;
  CHECK(planner.Refused(request, ErrorCode::kInternal).empty());
  request.persona = "Kim";
  request.provider = "deepseek";
  CHECK(Contains(planner.Refused(request, ErrorCode::kInvalidArgument), "nor a fallback of Kim"));
}

TEST_CASE("what a start needs is there, or it is said how to get it") {
  Planner planner;
  planner.environment["PATH"] = planner.Path("bin");
  LaunchRequest request = Sam();
  const auto refused = [&](bool background = false) {
    const Status checked = planner.Checked(request, background);
    if (checked) return std::string();
    CHECK(checked.error().code == ErrorCode::kFailedPrecondition);
    return checked.error().message;
  };
  CHECK(refused() ==
        "Claude Code is not installed: no `claude` in PATH. Install it with: npm install "
        "-g @anthropic-ai/claude-code");
  planner.Install("claude", "exit 0");
  CHECK(refused().empty());
  CHECK(Contains(refused(true), "tmux is not installed, and a background session runs in it"));
  planner.Install("tmux", "exit 0");
  CHECK(refused(true).empty());
  request.provider = "deepseek";
  request.no_router = true;
  CHECK(
      Contains(refused(), "API key not found: DEEPSEEK_API_KEY is not set, and deepseek needs it"));
  planner.environment["DEEPSEEK_API_KEY"] = "sk-1";
  CHECK(refused().empty());
}

TEST_CASE("a key with a blank in it is refused without being shown") {
  Planner planner;
  planner.Install("claude", "exit 0");
  LaunchRequest request = Sam();
  request.provider = "deepseek";
  request.no_router = true;
  for (const char* key : {"sk-secret\n", "sk- secret", "sk-secret\r", "\tsk-secret"}) {
    planner.environment["DEEPSEEK_API_KEY"] = key;
    const Status checked = planner.Checked(request);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == ErrorCode::kInvalidArgument);
    CHECK(Contains(checked.error().message, "DEEPSEEK_API_KEY contains a space or a line break"));
    CHECK_FALSE(Contains(checked.error().message, "secret"));
  }
}

TEST_CASE("a maker's client needs no key, for it has a login of its own") {
  Planner planner;
  for (const char* client : {"claude", "codex", "gemini"}) {
    INFO(client);
    planner.Install(client, "exit 0");
    LaunchRequest request = Sam();
    request.client = client;
    CHECK(planner.Checked(request));
  }
}

}  // namespace
}  // namespace katra::cli::testing
