// Writes man pages from the declared commands in man(7) format.
#include "cli/completions.h"
#include "core/text.h"

namespace katra::cli {
namespace {

// Escapes text so that nothing in it is a request or an escape.
std::string Roff(const std::string& text) {
  std::string escaped;
  for (const std::string& line : Split(text, '\n')) {
    if (!escaped.empty()) escaped += '\n';
    if (line.starts_with('.') || line.starts_with('\'')) escaped += "\\&";
    for (const char character : line) {
      if (character == '\\') {
        escaped += "\\e";
      } else if (character == '-') {
        escaped += "\\-";
      } else {
        escaped += character;
      }
    }
  }
  return escaped;
}

// Quotes the argument of a request.
std::string Argument(const std::string& text) {
  std::string escaped;
  for (const char character : Roff(text)) {
    escaped += character == '"' ? std::string("\\(dq") : std::string(1, character);
  }
  return "\"" + escaped + "\"";
}

// Indented lines are examples and are shown verbatim.
std::string Paragraphs(const std::string& text) {
  std::string page;
  bool example = false;
  for (const std::string& line : Split(text, '\n')) {
    const bool indented = line.starts_with("  ");
    if (indented != example) page += indented ? ".PP\n.RS 2\n.nf\n" : ".fi\n.RE\n.PP\n";
    example = indented;
    const std::string shown = indented ? line.substr(2) : line;
    page += shown.empty() ? ".PP\n" : Roff(shown) + "\n";
  }
  return example ? page + ".fi\n.RE\n" : page;
}

std::string TextOf(const OptionInfo& option) {
  std::string text = option.text;
  if (!option.choices.empty()) text += " (" + Join(option.choices, ", ") + ")";
  if (!option.default_value.empty()) text += " [default: " + option.default_value + "]";
  return text;
}

std::string Options(const CommandInfo& command, bool positional, const char* heading) {
  std::string page;
  for (const OptionInfo& option : command.options) {
    if (option.positional != positional) continue;
    if (page.empty()) page = std::string(".SH ") + heading + "\n";
    page += ".TP\n.B " + Argument(Join(option.names, ", ")) + "\n";
    if (!positional && !option.value.empty()) {
      page.pop_back();
      page += " " + Argument(option.value) + "\n";
    }
    page += Roff(TextOf(option)) + "\n";
  }
  return page;
}

std::string PageName(const CommandInfo& command) {
  std::string name = command.path;
  for (char& character : name) {
    if (character == ' ') character = '-';
  }
  return name;
}

}  // namespace

std::string ManPage(const CommandInfo& command, const CommandInfo& root, const std::string& version,
                    const std::string& date) {
  const std::string name = PageName(command);
  std::string upper = name;
  for (char& character : upper) {
    if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 'a' + 'A');
  }
  const std::string summary = Summary(command);
  std::string page = ".TH " + Argument(upper) + " 1 " + Argument(date) + " " +
                     Argument("Katra " + version) + " " + Argument("Katra") + "\n.SH NAME\n" +
                     Roff(name) + " \\- " + Roff(summary) + "\n.SH SYNOPSIS\n.B " +
                     Argument(UsageOf(command)) + "\n";
  const std::string more =
      command.text.size() > summary.size() ? command.text.substr(summary.size() + 1) : "";
  if (!more.empty()) page += ".SH DESCRIPTION\n" + Paragraphs(more);
  page += Options(command, true, "ARGUMENTS") + Options(command, false, "OPTIONS");
  if (!command.commands.empty()) {
    page += ".SH COMMANDS\n";
    for (const CommandInfo& sub : command.commands) {
      page += ".TP\n.B " + Argument(sub.name) + "\n" + Roff(Summary(sub)) + "\n";
    }
  }
  if (!command.footer.empty() && &command != &root) {
    page += ".SH NOTES\n" + Paragraphs(command.footer);
  }
  page +=
      ".SH EXIT STATUS\n0: success. 1: success, but the answer is no. 64: invalid command line. "
      "Other codes name the error; the documentation of the commands lists them.\n";
  if (&command != &root) page += ".SH SEE ALSO\n.BR " + root.name + " (1)\n";
  return page;
}

}  // namespace katra::cli
