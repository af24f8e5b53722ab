#include "cli/clients/jsonc_edit.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

namespace katra::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kByteOrderMark = "\xEF\xBB\xBF";
constexpr int kMaxDepth = 200;

struct Member {
  std::string key;
  size_t start = 0;  // start of the key
  size_t value = 0;
  size_t end = 0;  // end of the value
};

struct Object {
  size_t open = 0;   // position of '{'
  size_t close = 0;  // position of '}'
  std::vector<Member> members;
  bool trailing_comma = false;
};

// Parses just enough to find where members begin and end.
class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text) {}

  Result<Object> ReadObject(size_t at, int depth = 0) {
    at = Skip(at);
    if (At(at) != '{') return Wrong(at, "an object, {...}, was expected");
    if (depth > kMaxDepth) return Wrong(at, "this is nested too deeply");
    Object object;
    object.open = at;
    at = Skip(at + 1);
    while (At(at) != '}') {
      Result<Member> member = ReadMember(at, depth);
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

  // Only blanks may follow the text's value.
  Status CheckEnd(size_t at) {
    at = Skip(at);
    if (at < text_.size()) return Wrong(at, "nothing more was expected");
    // Elsewhere an open comment hides a bracket, whose absence is reported.
    if (open_comment_ != std::string::npos)
      return Wrong(open_comment_, "this comment is not closed");
    return {};
  }

  // Skips blanks and comments.
  size_t Skip(size_t at) const {
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

 private:
  [[nodiscard]] char At(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  tl::unexpected<Error> Wrong(size_t at, const std::string& what) const {
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(at, text_.size()));
    const auto line = 1 + std::count(text_.begin(), end, '\n');
    return Fail(ErrorCode::kInvalidArgument, "line " + std::to_string(line) + ": " + what);
  }

  Result<Member> ReadMember(size_t at, int depth) {
    Member member;
    member.start = at;
    Result<size_t> key_end = SkipString(at);
    if (!key_end) return Pass(std::move(key_end));
    const Json key = Json::parse(text_.substr(at, *key_end - at), nullptr, false);
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

  Result<size_t> SkipString(size_t at) {
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

  // Everything inside is checked, because a damaged file must not be changed.
  Result<size_t> SkipValue(size_t at, int depth) {
    if (At(at) == '"') return SkipString(at);
    if (At(at) == '{') {
      Result<Object> object = ReadObject(at, depth + 1);
      if (!object) return Pass(std::move(object));
      return object->close + 1;
    }
    if (At(at) == '[') return SkipArray(at, depth + 1);
    const size_t end = std::min(text_.find_first_of(",]}/ \t\r\n", at), text_.size());
    if (!Json::accept(text_.substr(at, end - at))) return Wrong(at, "a value was expected");
    return end;
  }

  Result<size_t> SkipArray(size_t at, int depth) {
    if (depth > kMaxDepth) return Wrong(at, "this is nested too deeply");
    at = Skip(at + 1);
    while (At(at) != ']') {
      Result<size_t> end = SkipValue(at, depth);
      if (!end) return end;
      at = Skip(*end);
      if (At(at) == ',') {
        at = Skip(at + 1);
      } else if (At(at) != ']') {
        return Wrong(at, "a comma or ] was expected");
      }
    }
    return at + 1;
  }

  const std::string& text_;
  mutable size_t open_comment_ = std::string::npos;
};

const Member* Find(const Object& object, const std::string& key) {
  // Of duplicate keys, clients use the last.
  const auto found = std::find_if(object.members.rbegin(), object.members.rend(),
                                  [&](const Member& member) { return member.key == key; });
  return found == object.members.rend() ? nullptr : &*found;
}

size_t Start(const std::string& text) {
  return text.starts_with(kByteOrderMark) ? std::strlen(kByteOrderMark) : 0;
}

std::string NewLine(const std::string& text) {
  return text.find("\r\n") == std::string::npos ? "\n" : "\r\n";
}

// The indentation of the line that contains `at`.
std::string IndentOf(const std::string& text, size_t at) {
  const size_t before = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  const size_t start = before == std::string::npos ? 0 : before + 1;
  const size_t end = text.find_first_not_of(" \t", start);
  return text.substr(start, std::min(end, at) - start);
}

// One step of indentation in this text.
std::string StepOf(const std::string& text, const Object& root) {
  if (root.members.empty()) return "  ";
  const std::string step = IndentOf(text, root.members.front().start);
  return step.empty() ? "  " : step;
}

// The value on several lines, with `indent` before each line after the first.
std::string Render(const Json& value, const std::string& indent, const std::string& step,
                   const std::string& new_line) {
  const bool tabs = step.front() == '\t';
  const std::string plain = value.dump(static_cast<int>(tabs ? 1 : step.size()), tabs ? '\t' : ' ');
  std::string text;
  for (const char character : plain) {
    if (character == '\n') {
      text += new_line + indent;
    } else {
      text += character;
    }
  }
  return text;
}

bool OnOneLine(const std::string& text, const Object& object) {
  return !object.members.empty() && text.find('\n', object.open) > object.close;
}

std::string Insert(std::string text, const Object& root, const Object& object,
                   const std::string& key, const Json& value) {
  const std::string name = Json(key).dump();
  const bool comma = !object.members.empty() && !object.trailing_comma;
  const size_t last = object.members.empty() ? 0 : object.members.back().end;
  if (OnOneLine(text, object)) {
    text.insert(object.close, std::string(comma ? ", " : " ") + name + ": " + value.dump());
    return text;
  }
  const std::string new_line = NewLine(text);
  const std::string step = StepOf(text, root);
  const std::string outer = IndentOf(text, object.open);
  const std::string indent =
      object.members.empty() ? outer + step : IndentOf(text, object.members.front().start);
  std::string member = new_line + indent + name + ": " + Render(value, indent, step, new_line);
  // After the last thing in the object, including comments.
  size_t at = text.find_last_not_of(" \t\r\n", object.close - 1) + 1;
  if (text.find('\n', at) > object.close) member += new_line + outer;
  text.insert(at, member);
  if (comma) text.insert(last, ",");
  return text;
}

// The existing objects on the way to the last key of `path`.
Result<std::vector<Object>> Descend(const std::string& text, const std::vector<std::string>& path) {
  Reader reader(text);
  std::vector<Object> objects;
  size_t at = Start(text);
  for (size_t depth = 0; depth < path.size(); ++depth) {
    Result<Object> object = reader.ReadObject(at);
    if (!object) {
      std::string where;
      for (size_t i = 0; i < depth; ++i) where += "." + path[i];
      return Fail(ErrorCode::kInvalidArgument,
                  object.error().message + (where.empty() ? "" : " ($" + where + ")"));
    }
    if (depth == 0) {
      if (auto end = reader.CheckEnd(object->close + 1); !end) return Pass(std::move(end));
    }
    const Member* const member = Find(*object, path[depth]);
    const std::optional<size_t> value =
        member == nullptr ? std::nullopt : std::optional<size_t>(member->value);
    objects.push_back(std::move(*object));
    if (!value) break;
    at = *value;
  }
  return objects;
}

}  // namespace

Result<std::string> SetMember(const std::string& given, const std::vector<std::string>& path,
                              const Json& value) {
  std::string text = given;
  if (text.find_first_not_of(" \t\r\n", Start(text)) == std::string::npos) {
    text = text.substr(0, Start(text)) + "{}\n";
  }
  const Result<std::vector<Object>> objects = Descend(text, path);
  if (!objects) return Fail(objects.error().code, objects.error().message);
  const Object& root = objects->front();
  const Object& innermost = objects->back();
  const std::string& key = path[objects->size() - 1];
  const Member* const member = Find(innermost, key);
  if (member == nullptr) {
    Json nested = value;
    for (size_t depth = path.size() - 1; depth >= objects->size(); --depth) {
      nested = Json{{path[depth], nested}};
    }
    return Insert(text, root, innermost, key, nested);
  }
  const std::string old = text.substr(member->value, member->end - member->value);
  const Json parsed = Json::parse(old, nullptr, false, true);
  if (parsed == value) return given;
  const std::string rendered =
      OnOneLine(text, innermost)
          ? value.dump()
          : Render(value, IndentOf(text, member->start), StepOf(text, root), NewLine(text));
  text.replace(member->value, member->end - member->value, rendered);
  return text;
}

Result<std::string> RemoveMember(const std::string& given, const std::vector<std::string>& path) {
  if (given.find_first_not_of(" \t\r\n", Start(given)) == std::string::npos) return given;
  const Result<std::vector<Object>> objects = Descend(given, path);
  if (!objects) return Fail(objects.error().code, objects.error().message);
  if (objects->size() < path.size()) return given;
  const Object& object = objects->back();
  const Member* const member = Find(object, path.back());
  if (member == nullptr) return given;
  std::string text = given;
  const Reader reader(given);
  const size_t after = reader.Skip(member->end);
  const bool comma = text[after] == ',';
  const size_t start = text.find_last_not_of(" \t\r\n", member->start - 1) + 1;
  text.erase(start, (comma ? after + 1 : member->end) - start);
  if (!comma && member != &object.members.front()) {
    // The member before it is now the last.
    text.erase(reader.Skip((member - 1)->end), 1);
  }
  return text;
}

}  // namespace katra::cli
