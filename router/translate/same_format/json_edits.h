// Edits a JSON text without changing any other byte. Internal to router/translate.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json_view.h"

namespace katra::router::translate {

// Edits of one document; the views must belong to it. An edit inside something that another one
// removes is ignored.
class JsonEdits {
 public:
  void Replace(JsonView value, std::string with);
  // Renames a member, as returned by iterating over an object.
  void Rename(JsonView member, std::string_view name);
  // Adds `members` (`"key":value`, separated by commas) at the end of the object.
  void AddMembers(JsonView object, const std::string& members);
  // Inserts `item` as the first item of an array.
  void AddFirst(JsonView array, const std::string& item);
  // Removes the members for which `which` is true, and returns their number.
  size_t RemoveMembers(JsonView object, const std::function<bool(JsonView member)>& which);

  [[nodiscard]] bool Empty() const { return edits_.empty(); }
  // The document's text with the changes.
  [[nodiscard]] std::string Apply(std::string_view text);

 private:
  struct Edit {
    size_t begin;
    size_t end;
    std::string with;
  };
  std::vector<Edit> edits_;
};

}  // namespace katra::router::translate
