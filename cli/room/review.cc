#include "cli/room/review.h"

#include <CLI/CLI.hpp>
#include <istream>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/room/command_session.h"
#include "cli/room/session_shell.h"
#include "cli/room/show.h"
#include "core/json_text.h"
#include "core/text.h"
#include "render/domain_json.h"

namespace katra::cli {
namespace {

struct ReviewOptions {
  Speaker speaker;
  std::string author;
  int unused_days = 90;
  int limit = 100;
};

std::string Day(WallTime time) { return FormatRfc3339(time).substr(0, 10); }

std::string ReasonText(const store::ReviewItem& item, store::ReviewReason reason,
                       const store::ReviewReply& reply) {
  switch (reason) {
    case store::ReviewReason::kExpiresSoon:
      return "expires soon";
    case store::ReviewReason::kNearlySame:
      return "memory #" + std::to_string(*item.like) + " is newer and says nearly the same";
    case store::ReviewReason::kSuperseded:
      return "superseded";
    case store::ReviewReason::kUnused:
      break;
  }
  if (item.recalled_on) return "last recalled on " + Day(*item.recalled_on);
  return "not recalled since " + Day(std::max(reply.recalls_since, item.memory.created_at));
}

std::string ReasonsText(const store::ReviewItem& item, const store::ReviewReply& reply) {
  std::vector<std::string> reasons;
  for (const store::ReviewReason reason : item.reasons) {
    reasons.push_back(ReasonText(item, reason, reply));
  }
  return Join(reasons, "; ");
}

nlohmann::json ReplyJson(const store::ReviewReply& reply) {
  nlohmann::json items = nlohmann::json::array();
  for (const store::ReviewItem& item : reply.items) {
    nlohmann::json object = render::MemoryJson(item.memory);
    for (const store::ReviewReason reason : item.reasons) {
      object["reasons"].push_back(store::ToString(reason));
    }
    if (item.like) object["like"] = *item.like;
    if (item.recalled_on) object["recalled_on"] = Day(*item.recalled_on);
    items.push_back(std::move(object));
  }
  return {{"memories", std::move(items)},
          {"total", reply.total},
          {"compared_all", reply.compared_all},
          {"recalls_since", FormatRfc3339(reply.recalls_since)}};
}

// Only its author may forget a memory. In a person's own shell, this is what `katra forget
// --persona AUTHOR` does.
Status Forget(const store::Memory& memory, Context& context) {
  Speaker author;
  author.persona = memory.author;
  const auto session = CommandSession::Begin(context, author, UnknownPersona::kRefuse);
  if (!session) return tl::unexpected<Error>(session.error());
  const auto receipt = (*session)->store().Forget((*session)->info().id, memory.id,
                                                  "reviewed by a person", context.Call());
  return receipt ? Status() : Status(tl::unexpected<Error>(receipt.error()));
}

enum class Answer { kKeep, kForget, kSkip, kQuit };

Answer Ask(Context& context) {
  while (true) {
    context.out() << "[k]eep, [f]orget, [s]kip or [q]uit? ";
    context.out().flush();
    std::string line;
    if (!std::getline(context.in(), line)) return Answer::kQuit;
    const std::string word = ToLowerAscii(Trim(line));
    if (word == "k" || word == "keep") return Answer::kKeep;
    if (word == "f" || word == "forget") return Answer::kForget;
    if (word.empty() || word == "s" || word == "skip") return Answer::kSkip;
    if (word == "q" || word == "quit") return Answer::kQuit;
  }
}

int GoThrough(const store::ReviewReply& reply, const CommandSession& session, Context& context) {
  int64_t kept = 0;
  int64_t forgotten = 0;
  int64_t at = 0;
  for (const store::ReviewItem& item : reply.items) {
    context.out() << "\n"
                  << ++at << " of " << reply.items.size() << ": " << ReasonsText(item, reply)
                  << "\n"
                  << ShowMemory(item.memory, "", true, context);
    const Answer answer = Ask(context);
    if (answer == Answer::kQuit) break;
    if (answer == Answer::kSkip) continue;
    const bool keep = answer == Answer::kKeep;
    const Status done =
        keep ? session.store().KeepMemory(session.info().id, item.memory.id, context.Call())
             : Forget(item.memory, context);
    if (!done) {
      context.PrintError(done.error());
      continue;
    }
    ++(keep ? kept : forgotten);
  }
  context.out() << "\nkept " << kept << ", forgot " << forgotten << " of " << reply.items.size()
                << "; the rest is unchanged\n";
  return kExitOk;
}

void PrintList(const store::ReviewReply& reply, Context& context) {
  for (const store::ReviewItem& item : reply.items) {
    context.out() << ReasonsText(item, reply) << ":\n"
                  << ShowMemory(item.memory, "", false, context);
  }
  if (reply.items.empty()) context.out() << "nothing to review\n";
  if (reply.total > static_cast<int64_t>(reply.items.size())) {
    context.out() << reply.items.size() << " of " << reply.total << ": --limit shows more\n";
  }
  if (!reply.compared_all) {
    context.out() << "similar ones were looked for among the newest " << store::kMaxMemoriesCompared
                  << " only\n";
  }
}

int Review(const ReviewOptions& options, Context& context) {
  const auto session = CommandSession::Begin(context, options.speaker, UnknownPersona::kRefuse);
  if (!session) return context.PrintError(session.error());
  store::ReviewRequest request;
  request.session = (*session)->info().id;
  // In a session's shell an agent reviews what it may forget: its own.
  const std::string own = SessionPersona(context);
  request.author = own.empty() ? options.author : own;
  request.unused_days = options.unused_days;
  request.limit = options.limit;
  const auto reply = (*session)->store().Review(request, context.Call(std::chrono::seconds(120)));
  if (!reply) return context.PrintError(reply.error());
  if (options.speaker.json) {
    context.out() << JsonText(ReplyJson(*reply), 2) << "\n";
  } else if (context.terminal().in && context.terminal().out && !reply->items.empty()) {
    return GoThrough(*reply, **session, context);
  } else {
    PrintList(*reply, context);
  }
  return reply->items.empty() ? kExitNothing : kExitOk;
}

}  // namespace

void AddMemoryReview(CLI::App& memory, Program& program) {
  auto options = std::make_shared<ReviewOptions>();
  CLI::App* command = memory.add_subcommand(
      "review", "go through memories that are superseded, doubled, unused or about to expire");
  command->add_option("--author", options->author, "only this persona's memories")
      ->type_name("NAME");
  command
      ->add_option("--unused-days", options->unused_days,
                   "unused: older than this, and not recalled for this long")
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--limit", options->limit, "at most this many")
      ->type_name("N")
      ->capture_default_str();
  AddPersonaOption(*command, &options->speaker);
  AddJsonOption(*command, &options->speaker);
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Review(*options, context); });
  });
}

}  // namespace katra::cli
