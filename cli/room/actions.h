// The actions of the room and memory commands, shared by the commands and the short form `k`. Each
// prints its answer and returns the exit code.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/room/command_session.h"

namespace katra::cli {

struct SayOptions {
  Speaker speaker;
  std::vector<std::string> words;
  std::vector<std::string> to;
  std::string reply_to;
  std::string corrects;
  std::string key;
};
[[nodiscard]] int Say(const SayOptions& options, Context& context);

struct HearOptions {
  Speaker speaker;
  bool wait = false;
  std::string wait_seconds;  // empty: no limit
  bool follow = false;
  bool peek = false;
  std::string skip_to;  // "latest", or a number; empty: skip nothing
  int limit = 50;
};
[[nodiscard]] int Hear(const HearOptions& options, Context& context);

struct WhoOptions {
  Speaker speaker;  // the persona is marked in the list
};
[[nodiscard]] int Who(const WhoOptions& options, Context& context);

struct RememberOptions {
  Speaker speaker;
  std::vector<std::string> words;
  std::string kind = "note";
  std::string reasoning;
  std::vector<std::string> tags;
  std::string importance;
  bool is_private = false;
  std::string supersedes;
  std::string expires;  // empty: never
  bool another = false;
  std::string key;
};
[[nodiscard]] int Remember(const RememberOptions& options, Context& context);

struct RecallOptions {
  Speaker speaker;
  std::vector<std::string> words;
  std::string include = "memories";
  std::string kind;
  std::vector<std::string> tags;
  std::string from;
  std::string since;
  std::string until;
  std::string scope;
  std::string project;
  bool superseded = false;
  int limit = 8;
};
[[nodiscard]] int Recall(const RecallOptions& options, Context& context);

}  // namespace katra::cli
