#include "cli/clients/jsonc_edit.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/clients/jsonc_read.h"

namespace katra::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kByteOrderMark = "\xEF\xBB\xBF";
const JsoncMember* Find(const JsoncObject& object, const std::string& key) {
  // Of duplicate keys, clients use the last.
  const auto found = std::find_if(object.members.rbegin(), object.members.rend(),
                                  [&](const JsoncMember& member) { return member.key == key; });
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
std::string StepOf(const std::string& text, const JsoncObject& root) {
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

bool OnOneLine(const std::string& text, const JsoncObject& object) {
  return !object.members.empty() && text.find('\n', object.open) > object.close;
}

std::string Insert(std::string text, const JsoncObject& root, const JsoncObject& object,
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
Result<std::vector<JsoncObject>> Descend(const std::string& text,
                                         const std::vector<std::string>& path) {
  JsoncReader reader(text);
  std::vector<JsoncObject> objects;
  size_t at = Start(text);
  for (size_t depth = 0; depth < path.size(); ++depth) {
    Result<JsoncObject> object = reader.ReadObject(at);
    if (!object) {
      std::string where;
      for (size_t i = 0; i < depth; ++i) where += "." + path[i];
      return Fail(ErrorCode::kInvalidArgument,
                  object.error().message + (where.empty() ? "" : " ($" + where + ")"));
    }
    if (depth == 0) {
      if (auto end = reader.CheckEnd(object->close + 1); !end) return Pass(std::move(end));
    }
    const JsoncMember* const member = Find(*object, path[depth]);
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
  const Result<std::vector<JsoncObject>> objects = Descend(text, path);
  if (!objects) return Fail(objects.error().code, objects.error().message);
  const JsoncObject& root = objects->front();
  const JsoncObject& innermost = objects->back();
  const std::string& key = path[objects->size() - 1];
  const JsoncMember* const member = Find(innermost, key);
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
  const Result<std::vector<JsoncObject>> objects = Descend(given, path);
  if (!objects) return Fail(objects.error().code, objects.error().message);
  if (objects->size() < path.size()) return given;
  const JsoncObject& object = objects->back();
  const JsoncMember* const member = Find(object, path.back());
  if (member == nullptr) return given;
  std::string text = given;
  const JsoncReader reader(given);
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

namespace {

// The list at `path`; unset if there is none.
Result<std::optional<JsoncArray>> FindArray(const std::string& text,
                                            const std::vector<std::string>& path) {
  if (text.find_first_not_of(" \t\r\n", Start(text)) == std::string::npos) {
    return std::optional<JsoncArray>();
  }
  const Result<std::vector<JsoncObject>> objects = Descend(text, path);
  if (!objects) return Fail(objects.error().code, objects.error().message);
  if (objects->size() < path.size()) return std::optional<JsoncArray>();
  const JsoncMember* const member = Find(objects->back(), path.back());
  if (member == nullptr) return std::optional<JsoncArray>();
  JsoncReader reader(text);
  Result<JsoncArray> array = reader.ReadArray(member->value);
  if (!array) return Pass(std::move(array));
  return std::optional<JsoncArray>(std::move(*array));
}

Json ElementAt(const std::string& text, const JsoncElement& element) {
  return Json::parse(text.substr(element.value, element.end - element.value), nullptr, false, true);
}

// Removes the member, and the objects around it that are then empty.
Result<std::string> RemoveWithParents(std::string text, std::vector<std::string> path) {
  while (!path.empty()) {
    Result<std::string> removed = RemoveMember(text, path);
    if (!removed) return removed;
    text = std::move(*removed);
    path.pop_back();
    if (path.empty()) break;
    const Result<std::vector<JsoncObject>> objects = Descend(text, path);
    if (!objects) return Fail(objects.error().code, objects.error().message);
    const JsoncMember* const around = Find(objects->back(), path.back());
    if (around == nullptr) break;
    JsoncReader reader(text);
    const Result<JsoncObject> object = reader.ReadObject(around->value);
    if (!object || !object->members.empty()) break;
  }
  return text;
}

}  // namespace

Result<std::string> AddElement(const std::string& given, const std::vector<std::string>& path,
                               const Json& value) {
  const Result<std::optional<JsoncArray>> found = FindArray(given, path);
  if (!found) return Fail(found.error().code, found.error().message);
  if (!*found) return SetMember(given, path, Json::array({value}));
  const JsoncArray& array = **found;
  for (const JsoncElement& one : array.elements) {
    if (ElementAt(given, one) == value) return given;
  }
  std::string text = given;
  const bool comma = !array.elements.empty() && !array.trailing_comma;
  if (text.find('\n', array.open) > array.close) {
    text.insert(array.close, (comma ? ", " : "") + value.dump());
    return text;
  }
  JsoncReader reader(given);
  const Result<JsoncObject> root = reader.ReadObject(Start(given));
  if (!root) return Fail(root.error().code, root.error().message);
  const std::string step = StepOf(text, *root);
  const std::string indent = array.elements.empty() ? IndentOf(text, array.open) + step
                                                    : IndentOf(text, array.elements.front().value);
  const size_t at = text.find_last_not_of(" \t\r\n", array.close - 1) + 1;
  text.insert(at, NewLine(text) + indent + Render(value, indent, step, NewLine(text)));
  if (comma) text.insert(array.elements.back().end, ",");
  return text;
}

Result<std::string> RemoveElements(const std::string& given, const std::vector<std::string>& path,
                                   bool (*ours)(const Json& element)) {
  std::string text = given;
  while (true) {
    const Result<std::optional<JsoncArray>> found = FindArray(text, path);
    if (!found) return Fail(found.error().code, found.error().message);
    if (!*found) return text;
    const std::vector<JsoncElement>& elements = (*found)->elements;
    size_t at = 0;
    while (at < elements.size() && !ours(ElementAt(text, elements[at]))) ++at;
    if (at == elements.size()) return text;
    if (elements.size() == 1) return RemoveWithParents(text, path);
    const JsoncReader reader(text);
    const size_t after = reader.Skip(elements[at].end);
    const bool comma = text[after] == ',';
    const size_t start = text.find_last_not_of(" \t\r\n", elements[at].value - 1) + 1;
    const size_t before = at > 0 ? reader.Skip(elements[at - 1].end) : 0;
    text.erase(start, (comma ? after + 1 : elements[at].end) - start);
    if (!comma && at > 0) text.erase(before, 1);
    // The first of a list on one line has no blank before it.
    if (at == 0 && text[start] == ' ') text.erase(start, 1);
  }
}

}  // namespace katra::cli
