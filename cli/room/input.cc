#include "cli/room/input.h"

#include "core/text.h"
#include "render/parse.h"

namespace katra::cli {

Result<std::string> TextOrInput(const std::vector<std::string>& words, const std::string& what,
                                size_t max_bytes, const Context& context) {
  const bool wants_input = words.empty() || (words.size() == 1 && words.front() == "-");
  std::string text;
  if (!wants_input) {
    text = Join(words, " ");
  } else if (words.empty() && context.terminal().in) {
    return Fail(ErrorCode::kInvalidArgument,
                "no " + what + ": give it as an argument, or send it on stdin");
  } else {
    Result<std::string> input = context.ReadInput(max_bytes + 2);
    if (!input) return input;
    text = std::move(*input);
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
  }
  if (Trim(text).empty()) {
    return Fail(ErrorCode::kInvalidArgument, "the " + what + " is empty");
  }
  return text;
}

std::vector<std::string> Recipients(const std::vector<std::string>& given) {
  return render::ParseRecipients(render::ParseWords(Join(given, ",")));
}

Result<int64_t> ParseNumber(const std::string& text, const std::string& what) {
  const std::optional<int64_t> number = render::ParseId(text);
  if (!number || *number < 1) {
    return Fail(
        ErrorCode::kInvalidArgument,
        "\"" + OneLine(text, 80) + "\" is not the number of a " + what + ": give one like 12");
  }
  return *number;
}

Result<std::optional<int64_t>> ParseOptionalNumber(const std::string& text,
                                                   const std::string& what) {
  if (text.empty()) return std::optional<int64_t>();
  const Result<int64_t> number = ParseNumber(text, what);
  if (!number) return tl::unexpected<Error>(number.error());
  return std::optional<int64_t>(*number);
}

}  // namespace katra::cli
