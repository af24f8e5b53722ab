// katra route teach: gives examples of requests that belong to a route.
#include <CLI/CLI.hpp>
#include <fstream>
#include <memory>
#include <ostream>
#include <sstream>

#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/route/commands.h"
#include "cli/route/learning_files.h"
#include "core/files.h"
#include "core/text.h"

namespace katra::cli {
namespace {

using router::routing::learning::LineFile;
using router::routing::learning::TaughtExample;

constexpr size_t kMaxFileBytes = size_t{16} * 1024 * 1024;

struct TeachOptions {
  std::string persona;
  std::string route;
  std::string file;
  std::vector<std::string> words;
};

Result<std::string> ReadExamples(const std::string& file, Context& context) {
  if (file == "-") return context.ReadInput(kMaxFileBytes);
  const std::string path = file.starts_with("/") ? file : context.working_folder() + "/" + file;
  return ReadFile(path, kMaxFileBytes);
}

// Checks that the example's route is one of its persona's, and completes both.
Status Complete(const TeachOptions& options, const router::RouterConfig& config,
                const Context& context, TaughtExample& example) {
  if (example.persona.empty()) example.persona = options.persona;
  if (ToLowerAscii(example.route) == "other") {
    example.route = "other";
    return {};
  }
  // Without a persona, an example is for everybody who has the route.
  std::string whose = example.persona;
  if (whose.empty()) {
    if (auto persona = PersonaOf(context, config, "")) whose = *persona;
  }
  auto route = RouteOf(config, whose, example.route);
  if (!route) return Pass(std::move(route));
  example.route = route->name;
  return {};
}

// All of them, or an error with the line of the first that is wrong: nothing is taught by halves.
Result<std::vector<TaughtExample>> Examples(const TeachOptions& options,
                                            const router::RouterConfig& config, Context& context) {
  std::vector<TaughtExample> examples;
  if (options.file.empty()) {
    examples.push_back({options.persona, options.route, Join(options.words, " ")});
    if (auto fits = Complete(options, config, context, examples.front()); !fits) {
      return Pass(std::move(fits));
    }
    return examples;
  }
  auto text = ReadExamples(options.file, context);
  if (!text) return Pass(std::move(text));
  int number = 0;
  for (const std::string& line : Split(*text, '\n')) {
    ++number;
    if (Trim(line).empty()) continue;
    const std::string where = options.file + ":" + std::to_string(number) + ": ";
    auto example = router::routing::learning::ParseTaught(line);
    if (!example) return Fail(example.error().code, where + example.error().message);
    if (auto fits = Complete(options, config, context, *example); !fits) {
      return Fail(fits.error().code, where + fits.error().message);
    }
    examples.push_back(std::move(*example));
  }
  return examples;
}

int Teach(const TeachOptions& options, Context& context) {
  const bool from_file = !options.file.empty();
  if (from_file == !options.words.empty() || (!from_file && options.route.empty())) {
    return context.UsageError(
        "give --route NAME and the request's text, or --from FILE with JSON Lines such as "
        R"({"route": "review", "text": "look over my diff"})",
        "route teach");
  }
  const auto config = LoadRoutes(context);
  if (!config) return context.PrintError(config.error());
  const auto examples = Examples(options, *config, context);
  if (!examples) return context.PrintError(examples.error());
  std::vector<std::string> lines;
  lines.reserve(examples->size());
  for (const TaughtExample& example : *examples) lines.push_back(ToJsonLine(example));
  LineFile file(router::routing::learning::TaughtPath(context.home()));
  if (auto added = file.Append(lines, true); !added) return context.PrintError(added.error());
  context.out() << "Taught " << lines.size() << (lines.size() == 1 ? " example" : " examples")
                << "; in force from the next request.\n";
  return kExitOk;
}

}  // namespace

void AddRouteTeach(CLI::App& route, Program& program) {
  auto options = std::make_shared<TeachOptions>();
  CLI::App* command =
      route.add_subcommand("teach", "give examples of requests that belong to a route");
  command->add_option("TEXT", options->words, "a request, as a user would type it");
  command->add_option("--route", options->route, "the route that it belongs to; other: none")
      ->type_name("NAME");
  command
      ->add_option("--from", options->file,
                   "a file of JSON Lines with \"route\" and \"text\"; - for stdin")
      ->type_name("FILE");
  command->add_option("--persona", options->persona, "only for this persona; default: for all")
      ->type_name("NAME");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Teach(*options, context); });
  });
}

}  // namespace katra::cli
