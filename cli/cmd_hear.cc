// katra hear: prints new messages, once or as they arrive. What was printed counts as heard.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/room/actions.h"
#include "cli/room/change_wait.h"
#include "cli/room/input.h"
#include "cli/room/show.h"
#include "cli/sessions/records.h"
#include "core/json_text.h"
#include "core/text.h"
#include "render/domain_json.h"
#include "render/receipts.h"

namespace katra::cli {
namespace {

constexpr std::chrono::seconds kHeartbeat{10};
constexpr int kLongestWaitSeconds = 7 * 24 * 3600;

// When the wait ends; max: never.
Result<SteadyTime> WaitEnd(const HearOptions& options, const Clock& clock) {
  if (options.wait_seconds.empty()) return SteadyTime::max();
  const std::string& text = options.wait_seconds;
  int seconds = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0 ||
      seconds > kLongestWaitSeconds) {
    return Fail(ErrorCode::kInvalidArgument,
                "--wait \"" + OneLine(text, 40) + "\": give whole seconds from 0 to " +
                    std::to_string(kLongestWaitSeconds) + ", or no value to wait without limit");
  }
  return clock.Steady() + std::chrono::seconds(seconds);
}

// A session that hears, prints and acknowledges.
class HearLoop {
 public:
  HearLoop(const HearOptions& options, const CommandSession& session, Context& context)
      : options_(options), session_(session), context_(context) {}

  Result<store::HearReply> Listen() {
    store::HearRequest request;
    request.session = session_.info().id;
    request.room = session_.room();
    request.limit = options_.limit;
    request.peek = options_.peek;
    request.acknowledge_through = 0;  // acknowledged after printing
    return session_.store().Hear(request, context_.Call());
  }

  // Prints the messages, and acknowledges what stdout has accepted.
  Status Give(const store::HearReply& reply) {
    if (options_.follow) {
      for (const store::HeardMessage& heard : reply.messages) {
        context_.out() << (options_.speaker.json ? JsonText(render::HeardJson(heard)) + "\n"
                                                 : ShowHeard(heard, reply.room, context_));
      }
    } else if (options_.speaker.json) {
      context_.out() << JsonText(render::HeardReplyJson(reply, options_.peek), 2) << "\n";
    } else {
      context_.out() << ShowHeardReply(reply, session_.info().persona, context_);
    }
    context_.out().flush();
    if (!context_.out()) {
      return Fail(ErrorCode::kCancelled, "stdout is closed: nothing more counts as heard");
    }
    if (options_.peek || reply.messages.empty()) return {};
    TellWhoseTheyAre(reply);
    return session_.store().Acknowledge(session_.info().id, session_.room(),
                                        reply.messages.back().message.id, context_.Call());
  }

  // A person who hears as an agent's persona takes its messages; says so once.
  void TellWhoseTheyAre(const store::HearReply& reply) {
    if (options_.peek || told_ || reply.messages.empty()) return;
    told_ = true;
    if (!IsAgents()) return;
    const std::string& persona = session_.info().persona;
    context_.Warn(
        "these now count as heard by " + persona +
        ", which an agent is running as: its next session will not get them. --peek only looks");
  }

  void Beat() {
    const SteadyTime now = context_.clock().Steady();
    if (now - last_beat_ < kHeartbeat) return;
    last_beat_ = now;
    // Only affects presence, so not worth an error.
    static_cast<void>(session_.store().Heartbeat(session_.info().id, false, context_.Call()));
  }

 private:
  // Whether a coding agent runs, or was ever started, as the persona.
  [[nodiscard]] bool IsAgents() {
    store::SessionFilter filter;
    filter.persona = session_.info().persona;
    const auto live = session_.store().LiveSessions(filter, context_.Call());
    if (live && std::any_of(live->begin(), live->end(), [](const store::Session& session) {
          return !session.client.empty() && !IsTerminalClient(session.client);
        })) {
      return true;
    }
    std::error_code none;
    if (!std::filesystem::exists(context_.home() + "/run/sessions", none)) return false;
    const Result<Records> records = Records::Open(context_.home());
    return records && records->Find(filter.persona).has_value();
  }

  const HearOptions& options_;
  const CommandSession& session_;
  Context& context_;
  SteadyTime last_beat_ = context_.clock().Steady();
  bool told_ = false;
};

}  // namespace

namespace {

int Skip(const HearOptions& options, const CommandSession& session, Context& context) {
  store::SkipRequest request;
  request.session = session.info().id;
  request.room = session.room();
  request.acknowledge_through = 0;  // acknowledged after printing
  if (options.skip_to != "latest") {
    const Result<int64_t> number = ParseNumber(options.skip_to, "message");
    if (!number) return context.PrintError(number.error());
    request.through = *number;
  }
  const auto skipped = session.store().Skip(request, context.Call());
  if (!skipped) return context.PrintError(skipped.error());
  context.out() << (options.speaker.json
                        ? JsonText(render::SkippedJson(*skipped, 0)["skipped"], 2) + "\n"
                        : WrapLines(render::SkippedText(*skipped, context.clock().Now()), "",
                                    PageFor(context.terminal())));
  context.out().flush();
  if (!context.out()) {
    return context.PrintError(
        Error{ErrorCode::kCancelled, "stdout is closed: nothing was skipped", {}, false});
  }
  const Status kept =
      session.store().Acknowledge(request.session, request.room, skipped->through, context.Call());
  if (!kept) return context.PrintError(kept.error());
  return skipped->skipped > 0 ? kExitOk : kExitNothing;
}

}  // namespace

int Hear(const HearOptions& options, Context& context) {
  if (!options.skip_to.empty() && (options.peek || options.wait || options.follow)) {
    return context.PrintError(Error{ErrorCode::kInvalidArgument,
                                    "--skip-to cannot be combined with --peek, --wait or --follow",
                                    {},
                                    false});
  }
  if (options.limit < 1 || options.limit > 200) {
    return context.PrintError(
        Error{ErrorCode::kInvalidArgument, "--limit must be from 1 to 200", {}, false});
  }
  const Result<SteadyTime> end = WaitEnd(options, context.clock());
  if (!end) return context.PrintError(end.error());
  const auto session = CommandSession::Begin(context, options.speaker, UnknownPersona::kCreate);
  if (!session) return context.PrintError(session.error());
  if (!options.skip_to.empty()) return Skip(options, **session, context);
  const bool waits = options.wait || options.follow;
  std::unique_ptr<ChangeWait> change;
  if (waits) {
    auto made = ChangeWait::Make((*session)->store(), context.clock());
    if (!made) return context.PrintError(made.error());
    change = std::move(*made);
  }

  HearLoop loop(options, **session, context);
  bool any = false;
  while (true) {
    const Result<store::HearReply> reply = loop.Listen();
    if (!reply) return context.PrintError(reply.error());
    const bool found = !reply->messages.empty();
    any = any || found;
    const bool again = options.follow ? true : waits && !found;
    if (found || !again) {
      if (Status given = loop.Give(*reply); !given) return context.PrintError(given.error());
    }
    if (!again) return any ? kExitOk : kExitNothing;
    if (found && !options.peek && reply->left > 0) continue;
    if (found && options.peek) return kExitOk;  // a peek would return the same again
    switch (change->Wait(options.follow && !options.wait ? SteadyTime::max() : *end)) {
      case ChangeWait::Outcome::kChanged:
        loop.Beat();
        break;
      case ChangeWait::Outcome::kStopped:
        return any ? kExitOk : kExitNothing;
      case ChangeWait::Outcome::kDeadline:
        if (!options.follow) {
          if (Status given = loop.Give(*reply); !given) return context.PrintError(given.error());
        }
        return any ? kExitOk : kExitNothing;
    }
  }
}

void AddHear(CLI::App& app, Program& program) {
  auto options = std::make_shared<HearOptions>();
  CLI::App* command = app.add_subcommand("hear", "print the messages that you have not heard yet");
  command->group(kRoomCommands);
  CLI::Option* wait = command
                          ->add_option("--wait", options->wait_seconds,
                                       "wait for a message, at most this many seconds; without a "
                                       "number, as long as it takes")
                          ->type_name("SECONDS")
                          ->expected(0, 1);
  command->add_flag("--follow,-f", options->follow, "keep printing new messages until interrupted");
  command->add_flag("--peek", options->peek, "print them without marking them as heard");
  command
      ->add_option("--skip-to", options->skip_to,
                   "skip the backlog up to this message, or all of it (\"latest\"): it is "
                   "summarised and marked as heard")
      ->type_name("NUMBER");
  command->add_option("--limit", options->limit, "at most this many messages, 1 to 200")
      ->type_name("N")
      ->capture_default_str();
  AddRoomOption(*command, &options->speaker);
  AddPersonaOption(*command, &options->speaker);
  AddJsonOption(*command, &options->speaker);
  command->callback([&program, options, wait] {
    options->wait = wait->count() > 0;
    program.Run([options](Context& context) { return Hear(*options, context); });
  });
}

}  // namespace katra::cli
