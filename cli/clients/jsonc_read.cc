#include "cli/clients/jsonc_read.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

namespace katra::cli {
namespace {

constexpr int kMaxDepth = 200;

}  // namespace

Result<JsoncObject> JsoncReader::ReadObject(size_t at, int depth) {
  at = Skip(at);
  if (At(at) != '{') return Wrong(at, "an object, {...}, was expected");
  if (depth > kMaxDepth) return Wrong(at, "this is nested too deeply");
  JsoncObject object;
  object.open = at;
  at = Skip(at + 1);
  while (At(at) != '}') {
    Result<JsoncMember> member = ReadMember(at, depth);
    if (!member) return Pass(std::move(member));
    at = Skip(member->end);
    object.members.push_back(std::move(*member));
    object.trailing_comma = At(at) == ',';
    if (object.trailing_comma) {
      at = Skip(at + 1);
    } else if (At(at) != '}') {
      return Wrong(at, "a comma or } was expected");
    }
  }
  object.close = at;
  return object;
}

Result<JsoncArray> JsoncReader::ReadArray(size_t at, int depth) {
  at = Skip(at);
  if (At(at) != '[') return Wrong(at, "a list, [...], was expected");
  if (depth > kMaxDepth) return Wrong(at, "this is nested too deeply");
  JsoncArray array;
  array.open = at;
  at = Skip(at + 1);
  while (At(at) != ']') {
    Result<size_t> end = SkipValue(at, depth);
    if (!end) return Pass(std::move(end));
    array.elements.push_back({at, *end});
    at = Skip(*end);
    array.trailing_comma = At(at) == ',';
    if (array.trailing_comma) {
      at = Skip(at + 1);
    } else if (At(at) != ']') {
      return Wrong(at, "a comma or ] was expected");
    }
  }
  array.close = at;
  return array;
}

Status JsoncReader::CheckEnd(size_t at) {
  at = Skip(at);
  if (at < text_.size()) return Wrong(at, "nothing more was expected");
  // Elsewhere an open comment hides a bracket, whose absence is reported.
  if (open_comment_ != std::string::npos) return Wrong(open_comment_, "this comment is not closed");
  return {};
}

size_t JsoncReader::Skip(size_t at) const {
  for (;;) {
    while (at < text_.size() && std::strchr(" \t\r\n", text_[at]) != nullptr) ++at;
    if (text_.compare(at, 2, "//") == 0) {
      at = std::min(text_.find('\n', at), text_.size());
    } else if (text_.compare(at, 2, "/*") == 0) {
      const size_t end = text_.find("*/", at + 2);
      if (end == std::string::npos) open_comment_ = at;
      at = end == std::string::npos ? text_.size() : end + 2;
    } else {
      return at;
    }
  }
}

tl::unexpected<Error> JsoncReader::Wrong(size_t at, const std::string& what) const {
  const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(at, text_.size()));
  const auto line = 1 + std::count(text_.begin(), end, '\n');
  return Fail(ErrorCode::kInvalidArgument, "line " + std::to_string(line) + ": " + what);
}

Result<JsoncMember> JsoncReader::ReadMember(size_t at, int depth) {
  JsoncMember member;
  member.start = at;
  Result<size_t> key_end = SkipString(at);
  if (!key_end) return Pass(std::move(key_end));
  const nlohmann::json key = nlohmann::json::parse(text_.substr(at, *key_end - at), nullptr, false);
  if (!key.is_string()) return Wrong(at, "a key in quotes was expected");
  member.key = key.get<std::string>();
  at = Skip(*key_end);
  if (At(at) != ':') return Wrong(at, "a colon was expected");
  member.value = Skip(at + 1);
  Result<size_t> end = SkipValue(member.value, depth);
  if (!end) return Pass(std::move(end));
  member.end = *end;
  return member;
}

Result<size_t> JsoncReader::SkipString(size_t at) {
  if (At(at) != '"') return Wrong(at, "a text in quotes was expected");
  for (size_t i = at + 1; i < text_.size(); ++i) {
    if (text_[i] == '\\') {
      ++i;
    } else if (text_[i] == '"') {
      return i + 1;
    } else if (text_[i] == '\n') {
      break;
    }
  }
  return Wrong(at, "this text is not closed");
}

Result<size_t> JsoncReader::SkipValue(size_t at, int depth) {
  if (At(at) == '"') return SkipString(at);
  if (At(at) == '{') {
    Result<JsoncObject> object = ReadObject(at, depth + 1);
    if (!object) return Pass(std::move(object));
    return object->close + 1;
  }
  if (At(at) == '[') {
    Result<JsoncArray> array = ReadArray(at, depth + 1);
    if (!array) return Pass(std::move(array));
    return array->close + 1;
  }
  const size_t end = std::min(text_.find_first_of(",]}/ \t\r\n", at), text_.size());
  if (!nlohmann::json::accept(text_.substr(at, end - at))) {
    return Wrong(at, "a value was expected");
  }
  return end;
}

}  // namespace katra::cli
