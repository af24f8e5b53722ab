// Changes of a JSON text that leave every other byte as it was written. Internal to
// router/translate.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json_view.h"

namespace katra::router::translate {

// Of one document, whose views it is given. A change within what another one removes is none.
class JsonEdits {
 public:
  void Replace(JsonView value, std::string with);
  // Of an object that an iteration gave: another name for a member.
  void Rename(JsonView member, std::string_view name);
  // `members`: `"key":value`, with commas between several. At the object's end.
  void AddMembers(JsonView object, const std::string& members);
  // `item`: the new first one of an array.
  void AddFirst(JsonView array, const std::string& item);
  // Takes the members away for which `which` is true. How many there were.
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
