#include "cli/command_info.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "cli/program.h"
#include "core/text.h"

namespace katra::cli {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kMaxNames = 30;  // columns for the names of options

OptionInfo DescribeOption(const CLI::Option& option) {
  OptionInfo info;
  info.positional = option.get_positional();
  if (info.positional) {
    info.names = {option.get_name(true)};
  } else {
    for (const std::string& name : option.get_snames()) info.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) info.names.push_back("--" + name);
  }
  if (option.get_type_size() != 0 && option.get_expected_min() > 0) {
    info.value = option.get_type_name();
    if (info.value.empty() || info.value == "TEXT") info.value = info.positional ? "" : "VALUE";
    // CLI11 shows a set of values as "NAME:{a,b}".
    const size_t brace = info.value.find(":{");
    if (brace != std::string::npos && info.value.back() == '}') {
      info.choices = Split(info.value.substr(brace + 2, info.value.size() - brace - 3), ',');
      info.value = info.value.substr(0, brace);
      if (info.value == "TEXT") info.value = "VALUE";
    }
  }
  info.text = option.get_description();
  info.default_value = option.get_default_str();
  info.required = option.get_required();
  info.repeated = option.get_expected_max() > 1;
  return info;
}

std::string NamesOf(const OptionInfo& option) {
  std::string names = Join(option.names, ", ");
  if (!option.positional && !option.value.empty()) names += " " + option.value;
  if (option.positional && option.repeated) names += "...";
  return names;
}

std::string TextOf(const OptionInfo& option) {
  std::string text = option.text;
  if (!option.choices.empty()) text += " (" + Join(option.choices, ", ") + ")";
  if (!option.default_value.empty()) text += " [default: " + option.default_value + "]";
  return text;
}

// Formats two columns, wrapping the right one.
void AddRow(std::string& out, const std::string& left, const std::string& right, size_t left_width,
            size_t width) {
  const size_t start = kIndent + left_width + 2;
  std::string line(kIndent, ' ');
  line += left;
  if (line.size() + 2 > start) {
    out += line + "\n";
    line.clear();
  }
  const size_t room = std::max<size_t>(width > start ? width - start : 0, 20);
  for (const std::string& part : WrapText(right, room)) {
    line.resize(start, ' ');
    out += line + part + "\n";
    line.clear();
  }
  if (!line.empty()) out += line + "\n";
}

void AddOptions(std::string& out, const CommandInfo& command, bool positional, size_t width) {
  size_t left = 0;
  for (const OptionInfo& option : command.options) {
    if (option.positional == positional) left = std::max(left, NamesOf(option).size());
  }
  if (left == 0) return;
  left = std::min(left, kMaxNames);
  out += positional ? "\nArguments:\n" : "\nOptions:\n";
  for (const OptionInfo& option : command.options) {
    if (option.positional == positional) {
      AddRow(out, NamesOf(option), TextOf(option), left, width);
    }
  }
}

void AddSubcommands(std::string& out, const CommandInfo& command, size_t width) {
  size_t left = 0;
  std::vector<std::string> groups;
  for (const CommandInfo& sub : command.commands) {
    left = std::max(left, sub.name.size());
    if (std::find(groups.begin(), groups.end(), sub.group) == groups.end()) {
      groups.push_back(sub.group);
    }
  }
  for (const std::string& group : groups) {
    out += "\n" + group + ":\n";
    for (const CommandInfo& sub : command.commands) {
      if (sub.group == group) AddRow(out, sub.name, Summary(sub), left, width);
    }
  }
}

CommandInfo DescribeBelow(const CLI::App& app, const std::string& above) {
  CommandInfo info;
  info.name = app.get_name();
  info.path = above.empty() ? info.name : above + " " + info.name;
  info.text = app.get_description();
  info.group = app.get_group() == "Subcommands" ? "Commands" : app.get_group();
  info.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) info.options.push_back(DescribeOption(*option));
  }
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!sub->get_name().empty() && !sub->get_group().empty()) {
      info.commands.push_back(DescribeBelow(*sub, info.path));
    }
  }
  return info;
}

}  // namespace

std::string Summary(const CommandInfo& command) {
  return command.text.substr(0, command.text.find('\n'));
}

CommandInfo Describe(const Program& program) {
  CommandInfo root = DescribeBelow(*program.root(), {});
  for (CommandInfo& command : root.commands) command.passes_rest = program.PassesRest(command.name);
  return root;
}

const CommandInfo* FindCommand(const CommandInfo& root, const std::vector<std::string>& names) {
  const CommandInfo* at = &root;
  for (const std::string& name : names) {
    const auto found = std::find_if(at->commands.begin(), at->commands.end(),
                                    [&](const CommandInfo& sub) { return sub.name == name; });
    if (found == at->commands.end()) return nullptr;
    at = &*found;
  }
  return at;
}

std::string UsageOf(const CommandInfo& command) {
  std::string usage = command.path;
  const bool has_options = std::any_of(command.options.begin(), command.options.end(),
                                       [](const OptionInfo& option) { return !option.positional; });
  if (has_options) usage += " [OPTIONS]";
  for (const OptionInfo& option : command.options) {
    if (!option.positional) continue;
    const std::string name = option.names.front() + (option.repeated ? "..." : "");
    usage += option.required ? " " + name : " [" + name + "]";
  }
  if (!command.commands.empty()) usage += " COMMAND";
  if (command.passes_rest) usage += " [-- ARGUMENTS...]";
  return usage;
}

std::vector<std::string> WrapText(const std::string& text, size_t width) {
  std::vector<std::string> lines;
  for (const std::string& paragraph : Split(text, '\n')) {
    std::string line;
    std::istringstream words(paragraph);
    // An indented line is an example and is not wrapped.
    if (!paragraph.empty() && paragraph.front() == ' ') {
      lines.push_back(paragraph);
      continue;
    }
    for (std::string word; words >> word;) {
      if (!line.empty() && CountCodePoints(line) + 1 + CountCodePoints(word) > width) {
        lines.push_back(line);
        line.clear();
      }
      if (!line.empty()) line += ' ';
      line += word;
    }
    lines.push_back(line);
  }
  return lines;
}

std::string RenderHelp(const CommandInfo& command, int width) {
  const size_t columns = static_cast<size_t>(std::clamp(width, 40, 100));
  std::string out = "Usage: " + UsageOf(command) + "\n\n";
  for (const std::string& line : WrapText(command.text, columns)) out += line + "\n";
  AddOptions(out, command, true, columns);
  AddOptions(out, command, false, columns);
  AddSubcommands(out, command, columns);
  if (!command.footer.empty()) {
    out += "\n";
    for (const std::string& line : WrapText(command.footer, columns)) out += line + "\n";
  }
  return out;
}

}  // namespace katra::cli
