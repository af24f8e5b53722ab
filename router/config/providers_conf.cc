// Parses the lines of providers.conf.
#include "router/config/providers_conf.h"

#include <algorithm>
#include <map>

#include "core/text.h"
#include "router/config/findings.h"

namespace katra::router {
namespace {

bool IsKey(std::string_view text) {
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

class ConfReader {
 public:
  explicit ConfReader(const std::string& file) : findings_(file) {}

  void Read(std::string_view line) {
    ++number_;
    line = Trim(line);
    if (line.empty() || line[0] == '#') return;
    if (!IsValidUtf8(line)) return Wrong("contains bytes that are not UTF-8");
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return Wrong("expected KEY=value");
    const std::string_view key = line.substr(0, equals);
    if (key.starts_with("export ")) {
      return Wrong("this file is read, not run: write KEY=value without export");
    }
    if (key != Trim(key)) return Wrong("no blanks before \"=\": write KEY=value");
    if (!IsKey(key)) {
      return Wrong("\"" + OneLine(key, 60) + "\" is not a key: use letters, digits and _ only");
    }
    Keep(key, Trim(line.substr(equals + 1)));
  }

  Result<std::vector<ConfLine>> Take() {
    if (auto status = findings_.ToStatus(); !status) return Pass(std::move(status));
    return std::move(lines_);
  }

 private:
  void Wrong(const std::string& message) { findings_.AddError(number_, "", message); }

  void Keep(std::string_view key, std::string_view value) {
    if (!value.empty() && (value[0] == '"' || value[0] == '\'')) {
      const auto closing = value.find(value[0], 1);
      if (closing == std::string_view::npos) return Wrong("a quote without its closing one");
      const std::string_view rest = Trim(value.substr(closing + 1));
      if (!rest.empty() && rest[0] != '#') return Wrong("more text after the closing quote");
      value = value.substr(1, closing - 1);
    } else if (const auto comment = value.find(" #"); comment != std::string_view::npos) {
      value = Trim(value.substr(0, comment));
    }
    const auto [first, added] = seen_.emplace(key, number_);
    if (!added) {
      return Wrong(std::string(key) + " appears a second time (first on line " +
                   std::to_string(first->second) + "); keep one");
    }
    lines_.push_back({std::string(key), std::string(value), number_});
  }

  int number_ = 0;
  Findings findings_;
  std::map<std::string, int> seen_;
  std::vector<ConfLine> lines_;
};

}  // namespace

Result<std::vector<ConfLine>> ParseProvidersConf(std::string_view text, const std::string& file) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    return Fail(ErrorCode::kInvalidArgument,
                file + ":1: begins with a byte order mark; save the file as UTF-8 without one",
                file);
  }
  ConfReader reader(file);
  for (const std::string& line : Split(text, '\n')) reader.Read(line);
  return reader.Take();
}

}  // namespace katra::router
