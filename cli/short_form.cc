// The short form k: room and memory commands with few keystrokes, and questions to a persona.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/room/actions.h"
#include "cli/room/ask.h"
#include "core/text.h"

namespace katra::cli {
namespace {

// `k --say hello world`: the option's value and the words after it.
struct ShortForm {
  Speaker speaker;
  std::string first;
  std::vector<std::string> words;
  std::vector<std::string> to;
  std::string wait_seconds;
  bool hear = false;
  bool who = false;
};

std::vector<std::string> Words(const ShortForm& given) {
  std::vector<std::string> words;
  if (!given.first.empty()) words.push_back(given.first);
  words.insert(words.end(), given.words.begin(), given.words.end());
  return words;
}

ActionFn SayAction(const ShortForm& given) {
  SayOptions options;
  options.speaker = given.speaker;
  options.words = Words(given);
  options.to = given.to;
  return [options](Context& context) { return Say(options, context); };
}

ActionFn HearAction(const ShortForm& given, bool waits) {
  HearOptions options;
  options.speaker = given.speaker;
  options.wait = waits;
  options.wait_seconds = given.wait_seconds;
  return [options](Context& context) { return Hear(options, context); };
}

ActionFn WhoAction(const ShortForm& given) {
  WhoOptions options;
  options.speaker = given.speaker;
  return [options](Context& context) { return Who(options, context); };
}

ActionFn RememberAction(const ShortForm& given) {
  RememberOptions options;
  options.speaker = given.speaker;
  options.words = Words(given);
  return [options](Context& context) { return Remember(options, context); };
}

ActionFn RecallAction(const ShortForm& given) {
  RecallOptions options;
  options.speaker = given.speaker;
  options.words = Words(given);
  return [options](Context& context) { return Recall(options, context); };
}

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

// A single word that is almost a command is a typo, not a question for a model.
ActionFn AskAction(const ShortForm& given, const std::vector<std::string>& commands) {
  return [given, commands](Context& context) {
    const std::string question = Join(given.words, " ");
    if (question.find(' ') == std::string::npos) {
      const std::vector<std::string> near = NearestMatches(question, commands, 1);
      if (!near.empty()) {
        return context.UsageError("unknown command \"" + OneLine(question, 128) +
                                      "\"; did you mean " + near.front() + "?",
                                  "");
      }
    }
    return AskPersona(given.speaker.persona, given.speaker.room, question, context);
  };
}

}  // namespace

bool BeginsWithCommand(const CLI::App& app, const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word.empty() || word.front() != '-') {
      const std::vector<std::string> names = CommandNames(app);
      return std::find(names.begin(), names.end(), word) != names.end();
    }
    if (word == "--") return false;
    const std::string name = word.substr(0, word.find('='));
    for (const char* const text : {"--say", "--hear", "--who", "--recall", "--remember"}) {
      if (name == text) return false;
    }
    for (const char* const valued : {"--persona", "--room", "--to"}) {
      if (word == valued) ++i;  // the next word is its value
    }
  }
  return true;
}

void AddShortForm(CLI::App& app, Program& program) {
  auto given = std::make_shared<ShortForm>();
  const auto with_words = [&](const char* name, const char* text, const char* type) {
    return app.add_option(name, given->first, text)->type_name(type)->expected(0, 1);
  };
  CLI::Option* say = with_words("--say", "send a message to the room, or text from stdin", "TEXT");
  CLI::Option* hear =
      app.add_flag("--hear", given->hear, "print the messages that you have not heard yet");
  CLI::Option* who = app.add_flag("--who", given->who, "who is here");
  CLI::Option* recall = with_words("--recall", "search the memory", "WORDS");
  CLI::Option* remember = with_words("--remember", "remember a text, or text from stdin", "TEXT");
  CLI::Option* wait = app.add_option("--wait", given->wait_seconds,
                                     "with --hear: wait until something is said, at most this many "
                                     "seconds")
                          ->type_name("SECONDS")
                          ->expected(0, 1);
  app.add_option("--to", given->to, "with --say: only for these personas")
      ->type_name("NAME")
      ->allow_extra_args(false);
  AddRoomOption(app, &given->speaker);
  AddPersonaOption(app, &given->speaker);
  AddJsonOption(app, &given->speaker);
  for (CLI::Option* one : {say, hear, who, recall, remember}) {
    for (CLI::Option* other : {say, hear, who, recall, remember}) {
      if (one != other) one->excludes(other);
    }
  }
  wait->needs(hear);
  app.add_option("WORDS", given->words,
                 "more words of the text; alone: a question to --persona, whose client answers it");
  app.callback([&app, &program, commands = CommandNames(app), given, say, hear, who, recall,
                remember, wait] {
    if (!app.get_subcommands().empty()) return;
    if (say->count() > 0) {
      program.Run(SayAction(*given));
    } else if (hear->count() > 0) {
      program.Run(HearAction(*given, wait->count() > 0));
    } else if (who->count() > 0) {
      program.Run(WhoAction(*given));
    } else if (recall->count() > 0) {
      program.Run(RecallAction(*given));
    } else if (remember->count() > 0) {
      program.Run(RememberAction(*given));
    } else if (!given->words.empty()) {
      program.Run(AskAction(*given, commands));
    }
  });
}

}  // namespace katra::cli
