// katra route pin, unpin and reset: decide the order of a route's models oneself, or forget what
// was learnt.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/route/commands.h"
#include "cli/route/learning_files.h"
#include "core/text.h"

namespace katra::cli {
namespace {

using router::routing::learning::Event;
using router::routing::learning::EventKind;
using router::routing::learning::LineFile;

struct PinOptions {
  std::string persona;
  std::string route;
  std::string model;
  bool taught = false;
};

// Adds an event of this kind for the persona and the route that the options name.
Result<Event> Add(EventKind kind, const PinOptions& options, Context& context) {
  const auto config = LoadRoutes(context);
  if (!config) return tl::unexpected<Error>(config.error());
  const auto persona = PersonaOf(context, *config, options.persona);
  if (!persona) return tl::unexpected<Error>(persona.error());
  const auto route = RouteOf(*config, *persona, options.route);
  if (!route) return tl::unexpected<Error>(route.error());
  Event event;
  event.at = context.clock().Now();
  event.kind = kind;
  event.persona = *persona;
  event.route = route->name;
  if (!options.model.empty()) {
    const auto model = ModelOf(*config, *route, options.model);
    if (!model) return tl::unexpected<Error>(model.error());
    event.candidate = *model;
  }
  if (auto added = AddLearnt(context, event); !added) return Pass(std::move(added));
  return event;
}

int Pin(const PinOptions& options, Context& context) {
  const auto event = Add(EventKind::kPinned, options, context);
  if (!event) return context.PrintError(event.error());
  context.out() << event->candidate << " is tried first on the route \""
                << OneLine(event->route, 100) << "\" of " << OneLine(event->persona, 80)
                << ", whatever is learnt.\n";
  return kExitOk;
}

int Unpin(const PinOptions& options, Context& context) {
  const auto event = Add(EventKind::kUnpinned, options, context);
  if (!event) return context.PrintError(event.error());
  context.out() << "No model is pinned on the route \"" << OneLine(event->route, 100) << "\" of "
                << OneLine(event->persona, 80) << " any more.\n";
  return kExitOk;
}

bool Concerns(const PinOptions& options, const std::string& persona, const std::string& route) {
  return (options.persona.empty() || ToLowerAscii(options.persona) == ToLowerAscii(persona)) &&
         (options.route.empty() || ToLowerAscii(options.route) == ToLowerAscii(route));
}

// Keeps the lines for which `goes` is false. How many went.
template <typename Goes>
Result<size_t> RemoveLines(const std::string& path, const Goes& goes) {
  LineFile file(path);
  auto news = file.ReadNews();
  if (!news) return Pass(std::move(news));
  std::vector<std::string> kept;
  for (std::string& line : news->lines) {
    if (!goes(line)) kept.push_back(std::move(line));
  }
  const size_t gone = news->lines.size() - kept.size();
  if (gone == 0) return gone;
  if (auto replaced = file.Replace(kept); !replaced) return Pass(std::move(replaced));
  return gone;
}

int Reset(const PinOptions& options, Context& context) {
  const auto learnt = RemoveLines(
      router::routing::learning::LearntPath(context.home()), [&](const std::string& line) {
        const auto event = router::routing::learning::ParseEvent(line);
        return !event || Concerns(options, event->persona, event->route);
      });
  if (!learnt) return context.PrintError(learnt.error());
  Result<size_t> taught = size_t{0};
  if (options.taught) {
    taught = RemoveLines(router::routing::learning::TaughtPath(context.home()),
                         [&](const std::string& line) {
                           const auto example = router::routing::learning::ParseTaught(line);
                           return !example || Concerns(options, example->persona, example->route);
                         });
    if (!taught) return context.PrintError(taught.error());
  }
  context.out() << "Forgot " << *learnt << (*learnt == 1 ? " event" : " events");
  if (options.taught) {
    context.out() << " and " << *taught << (*taught == 1 ? " example" : " examples");
  }
  context.out() << ".\n";
  return *learnt + *taught == 0 ? kExitNothing : kExitOk;
}

void AddPersona(CLI::App* command, PinOptions& options, const char* what) {
  command->add_option("--persona", options.persona, what)->type_name("NAME");
}

}  // namespace

void AddRoutePin(CLI::App& route, Program& program) {
  auto options = std::make_shared<PinOptions>();
  CLI::App* pin = route.add_subcommand("pin", "always try this model first on a route");
  pin->add_option("MODEL", options->model, "one of the route's models")
      ->required()
      ->type_name("PROVIDER/MODEL");
  pin->add_option("--route", options->route, "the route")->required()->type_name("NAME");
  AddPersona(pin, *options, "whose route; default: $KATRA_PERSONA");
  pin->callback([&program, options] {
    program.Run([options](Context& context) { return Pin(*options, context); });
  });

  CLI::App* unpin = route.add_subcommand("unpin", "end a pin");
  unpin->add_option("--route", options->route, "the route")->required()->type_name("NAME");
  AddPersona(unpin, *options, "whose route; default: $KATRA_PERSONA");
  unpin->callback([&program, options] {
    program.Run([options](Context& context) { return Unpin(*options, context); });
  });

  CLI::App* reset = route.add_subcommand("reset", "forget ratings, failures and pins");
  reset->add_option("--route", options->route, "only of this route; default: of all")
      ->type_name("NAME");
  AddPersona(reset, *options, "only of this persona; default: of all");
  reset->add_flag("--taught", options->taught,
                  "forget the examples of `katra route teach` as well");
  reset->callback([&program, options] {
    program.Run([options](Context& context) { return Reset(*options, context); });
  });
}

}  // namespace katra::cli
