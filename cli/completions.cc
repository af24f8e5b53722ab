#include "cli/completions.h"

#include "core/text.h"

namespace katra::cli {
namespace {

// Quotes for bash and zsh with single quotes; with `fish`, for fish.
std::string Quoted(const std::string& text, bool fish = false) {
  std::string quoted = "'";
  for (const char character : text) {
    if (character == '\'') {
      quoted += fish ? "\\'" : "'\\''";
    } else if (character == '\\' && fish) {
      quoted += "\\\\";
    } else {
      quoted += character;
    }
  }
  return quoted + "'";
}

std::vector<std::string> Words(const CommandInfo& command) {
  std::vector<std::string> words;
  for (const CommandInfo& sub : command.commands) words.push_back(sub.name);
  for (const OptionInfo& option : command.options) {
    if (!option.positional) words.insert(words.end(), option.names.begin(), option.names.end());
  }
  return words;
}

// The command and all below it, each with its words from the program's name on.
void Flatten(const CommandInfo& command, std::vector<const CommandInfo*>& all) {
  all.push_back(&command);
  for (const CommandInfo& sub : command.commands) Flatten(sub, all);
}

std::string FunctionName(const CommandInfo& root) { return "_" + root.name + "_complete"; }

}  // namespace

std::string BashCompletion(const CommandInfo& root) {
  std::vector<const CommandInfo*> all;
  Flatten(root, all);
  std::string text = "# bash completion for " + root.name + "\n" + FunctionName(root) +
                     "() {\n"
                     "  local word=\"${COMP_WORDS[COMP_CWORD]}\" path=" +
                     Quoted(root.name) +
                     " index words=\n"
                     "  for ((index = 1; index < COMP_CWORD; index++)); do\n"
                     "    case \"$path ${COMP_WORDS[index]}\" in\n";
  for (const CommandInfo* command : all) {
    if (command != &root) {
      text += "      " + Quoted(command->path) + ") path=" + Quoted(command->path) + " ;;\n";
    }
  }
  text += "    esac\n  done\n";
  // The values of an option follow it.
  text += "  case \"$path ${COMP_WORDS[COMP_CWORD - 1]}\" in\n";
  for (const CommandInfo* command : all) {
    for (const OptionInfo& option : command->options) {
      if (option.positional || option.choices.empty()) continue;
      for (const std::string& name : option.names) {
        text += "    " + Quoted(command->path + " " + name) +
                ") words=" + Quoted(Join(option.choices, " ")) + " ;;\n";
      }
    }
  }
  text += "  esac\n  if [ -z \"$words\" ]; then\n    case \"$path\" in\n";
  for (const CommandInfo* command : all) {
    text += "      " + Quoted(command->path) + ") words=" + Quoted(Join(Words(*command), " ")) +
            " ;;\n";
  }
  return text +
         "    esac\n  fi\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n}\n"
         "complete -o default -F " +
         FunctionName(root) + " " + root.name + "\n";
}

std::string ZshCompletion(const CommandInfo& root) {
  std::vector<const CommandInfo*> all;
  Flatten(root, all);
  // A colon separates a word and its description.
  const auto described = [](const std::string& word, const std::string& text) {
    std::string escaped;
    for (const char character : text) {
      if (character == ':') escaped += '\\';
      escaped += character;
    }
    return Quoted(word + ":" + escaped);
  };
  std::string text = "#compdef " + root.name + "\n" + FunctionName(root) +
                     "() {\n  local at=" + Quoted(root.name) +
                     " index\n  local -a found\n"
                     "  for ((index = 2; index < CURRENT; index++)); do\n"
                     "    case \"$at ${words[index]}\" in\n";
  for (const CommandInfo* command : all) {
    if (command != &root) {
      text += "      " + Quoted(command->path) + ") at=" + Quoted(command->path) + " ;;\n";
    }
  }
  text += "    esac\n  done\n  case \"$at\" in\n";
  for (const CommandInfo* command : all) {
    text += "    " + Quoted(command->path) + ") found=(";
    for (const CommandInfo& sub : command->commands) {
      text += "\n      " + described(sub.name, Summary(sub));
    }
    for (const OptionInfo& option : command->options) {
      if (option.positional) continue;
      for (const std::string& name : option.names) {
        text += "\n      " + described(name, option.text);
      }
    }
    text += ") ;;\n";
  }
  return text + "  esac\n  _describe " + Quoted(root.name) +
         " found\n  _files\n}\n"
         "if [ \"$funcstack[1]\" = " +
         Quoted("_" + root.name) + " ]; then\n  " + FunctionName(root) + "\nelse\n  compdef " +
         FunctionName(root) + " " + root.name + "\nfi\n";
}

std::string FishCompletion(const CommandInfo& root) {
  std::string text = "# fish completion for " + root.name + "\n";
  for (const CommandInfo& command : root.commands) {
    text += "complete -c " + root.name + " -n __fish_use_subcommand -f -a " + command.name +
            " -d " + Quoted(Summary(command), true) + "\n";
  }
  std::vector<const CommandInfo*> all;
  Flatten(root, all);
  for (const CommandInfo* command : all) {
    std::string when = "__fish_use_subcommand";
    if (command != &root) {
      when.clear();
      for (const std::string& name : Split(command->path.substr(root.path.size() + 1), ' ')) {
        when += (when.empty() ? "" : "; and ") + std::string("__fish_seen_subcommand_from ") + name;
      }
    }
    const std::string begin = "complete -c " + root.name + " -n " + Quoted(when, true);
    if (command != &root) {
      for (const CommandInfo& sub : command->commands) {
        text += begin + " -f -a " + sub.name + " -d " + Quoted(Summary(sub), true) + "\n";
      }
    }
    for (const OptionInfo& option : command->options) {
      if (option.positional) continue;
      text += begin;
      for (const std::string& name : option.names) {
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (!option.value.empty()) text += " -r";
      if (!option.choices.empty()) text += " -f -a " + Quoted(Join(option.choices, " "), true);
      text += " -d " + Quoted(option.text, true) + "\n";
    }
  }
  return text;
}

}  // namespace katra::cli
