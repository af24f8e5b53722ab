#include "mcp_server/launch_options.h"

#include <CLI/CLI.hpp>

#include "core/error_lines.h"
#include "core/error_map.h"
#include "core/text.h"
#include "core/user.h"

namespace katra::mcp {
namespace {

constexpr size_t kMaxRoleBytes = 200;  // the store's limit

LaunchOutcome Refuse(const std::string& why) {
  LaunchOutcome outcome;
  outcome.text = "katra_mcp_server: " + ErrorLines(why) + "\nTry `katra_mcp_server --help`.\n";
  outcome.exit_code = NamesOf(ErrorCode::kInvalidArgument).exit_code;
  return outcome;
}

std::string DefaultHome() {
  const std::string home = UserHome(OwnVariable);
  return home.empty() ? home : home + "/.katra";
}

// Returns an error text; empty if the value is valid.
std::string WrongName(const char* what, const std::string& name) {
  if (name.empty() || IsName(name)) return {};
  return "\"" + OneLine(name, 128) + "\" is not a " + what +
         " name: use 1 to 64 letters (a-z), digits, _ and -, beginning with a letter or a digit";
}

std::string WrongRole(const std::string& role) {
  if (role.size() <= kMaxRoleBytes && IsValidUtf8(role)) return {};
  return "the role must be UTF-8 text of at most " + std::to_string(kMaxRoleBytes) + " bytes";
}

}  // namespace

LaunchOutcome ParseLaunchOptions(int argc, const char* const* argv, const std::string& version) {
  LaunchOutcome outcome;
  LaunchOptions& options = outcome.options;
  std::string log_level = "warning";
  CLI::App app(
      "Katra's MCP server: a meeting room and a memory for personas in different coding agents.\n"
      "Speaks MCP on stdin and stdout; clients start it. Every option can be set in the\n"
      "environment as well.",
      "katra_mcp_server");
  app.add_option("--persona", options.persona, "who this session is; default: a guest")
      ->envname("KATRA_PERSONA");
  app.add_option("--role", options.role, "what the persona does, in a few words")
      ->envname("KATRA_ROLE");
  app.add_option("--room", options.room, "the room to join; default: main")->envname("KATRA_ROOM");
  app.add_option("--provider", options.provider, "who serves the model, e.g. anthropic")
      ->envname("KATRA_PROVIDER");
  app.add_option("--model", options.model, "the model that this session runs on")
      ->envname("KATRA_MODEL");
  app.add_option("--home", options.home, "where Katra keeps its data; default: ~/.katra")
      ->envname("KATRA_HOME");
  app.add_flag("--legacy", options.legacy, "only the handshake versions of MCP, up to 2025-11-25")
      ->envname("KATRA_MCP_LEGACY");
  app.add_flag("--channels", options.channels,
               "tell a Claude Code that listens to this channel when somebody speaks to the "
               "persona; implies --legacy")
      ->envname("KATRA_CHANNELS");
  app.add_option("--log-level", log_level, "on stderr: debug, info, warning, error or off")
      ->envname("KATRA_LOG_LEVEL")
      ->capture_default_str();
  app.set_version_flag("--version", "katra_mcp_server " + version);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    outcome.text = app.help();
    return outcome;
  } catch (const CLI::CallForVersion& shown) {
    outcome.text = std::string(shown.what()) + "\n";
    return outcome;
  } catch (const CLI::ParseError& error) {
    return Refuse(error.what());
  }
  for (const std::string& wrong : {WrongName("persona", options.persona),
                                   WrongName("room", options.room), WrongRole(options.role)}) {
    if (!wrong.empty()) return Refuse(wrong);
  }
  const Result<LogLevel> level = ParseLogLevel(log_level);
  if (!level) return Refuse(level.error().message);
  options.log_level = *level;
  if (options.channels) options.legacy = true;
  if (options.home.empty()) options.home = DefaultHome();
  if (options.home.empty()) return Refuse("HOME is not set: give --home or KATRA_HOME");
  Result<std::string> home = KatraHome(options.home, UserHome(OwnVariable));
  if (!home) return Refuse(home.error().message);
  options.home = std::move(*home);
  outcome.run = true;
  return outcome;
}

}  // namespace katra::mcp
