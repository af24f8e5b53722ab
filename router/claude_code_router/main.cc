// katra-router-config: writes claude-code-router's configuration from personas.json.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "core/error_lines.h"
#include "core/error_map.h"
#include "core/text.h"
#include "core/user.h"
#include "router/claude_code_router/generate.h"
#include "router/config/example.h"

namespace katra::router::claude_code_router {
namespace {

constexpr int kExitUsage = 64;

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

void Tell(const std::string& text) {
  std::cerr << "katra-router-config: " << ErrorLines(text) << "\n";
}

int Refuse(const Error& error) {
  Tell(error.message);
  return NamesOf(error.code).exit_code;
}

std::string Absolute(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string();
}

void Describe(CLI::App& app, GenerateOptions& options) {
  app.description(
      "Writes claude-code-router's configuration (1.0.73 and 2.0.0; read by 3.x when it takes "
      "over) "
      "from Katra's personas.json: providers, routes, and a script that routes by persona. Keys "
      "are "
      "written as references to environment variables, never as values.");
  app.set_version_flag("--version", std::string("katra-router-config ") + KATRA_VERSION);
  app.add_flag("--validate-only", options.validate_only, "check personas.json and write nothing");
  app.add_option("--input", options.personas_file,
                 "the personas.json to read (default: KATRA_HOME/router/personas.json)")
      ->type_name("FILE");
  app.add_option("--output", options.output,
                 "the file to write (default: ~/.claude-code-router/config.json)")
      ->type_name("FILE");
  app.add_flag("--force", options.force,
               "replace the file as a whole instead of merging into it; a backup is kept");
  app.add_option("--home", options.home, "Katra's folder (default: KATRA_HOME, else ~/.katra)")
      ->type_name("DIR");
}

void Report(const GenerateOptions& options, const Generated& done) {
  for (const std::string& warning : done.warnings) Tell("warning: " + warning);
  std::cout << "The configuration is valid: " << done.personas
            << (done.personas == 1 ? " persona, " : " personas, ") << done.providers
            << (done.providers == 1 ? " provider" : " providers") << " in use.\n";
  if (options.validate_only) return;
  if (!done.wrote) {
    std::cout << OneLine(options.output, 4096) << " is up to date.\n";
    return;
  }
  std::cout << "Wrote " << OneLine(options.output, 4096) << "\nWrote " << OneLine(done.script, 4096)
            << "\n";
  if (!done.backup.empty())
    std::cout << "The previous file is " << OneLine(done.backup, 4096) << "\n";
  std::cout << "Restart claude-code-router to use it: ccr restart\n";
}

int Main(int argc, char** argv) {
  GenerateOptions options;
  CLI::App app;
  Describe(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& stopped) {
    if (stopped.get_exit_code() == 0) return app.exit(stopped);
    Tell(std::string(stopped.what()) + "\nTry `katra-router-config --help`.");
    return kExitUsage;
  }
  const std::string user_home = UserHome(OwnVariable);
  if (options.home.empty()) options.home = Variable("KATRA_HOME");
  const bool needs_home = options.home.empty() || options.output.empty();
  if (user_home.empty() && needs_home) {
    return Refuse(
        {ErrorCode::kFailedPrecondition, "HOME is not set: give --home and --output", {}, false});
  }
  if (options.home.empty()) options.home = user_home + "/.katra";
  if (options.output.empty()) options.output = user_home + "/.claude-code-router/config.json";
  auto home = KatraHome(options.home, user_home);
  if (!home) return Refuse(home.error());
  options.home = std::move(*home);
  options.output = Absolute(options.output);
  options.personas_file = Absolute(options.personas_file);
  // Only a convenience: if it cannot be written, reading the files will report why.
  if (options.personas_file.empty()) static_cast<void>(PlaceExample(options.home));
  const SystemClock clock;
  SystemRandom random;
  const auto is_set = [](const std::string& name) { return !Variable(name.c_str()).empty(); };
  const auto done = Generate(options, is_set, clock, random);
  if (!done) return Refuse(done.error());
  Report(options, *done);
  return 0;
}

}  // namespace
}  // namespace katra::router::claude_code_router

int main(int argc, char** argv) { return katra::router::claude_code_router::Main(argc, argv); }
