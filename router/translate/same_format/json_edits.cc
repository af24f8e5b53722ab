#include "router/translate/same_format/json_edits.h"

#include <algorithm>

namespace katra::router::translate {
namespace {

size_t End(JsonView value) { return value.Offset() + value.Raw().size(); }

}  // namespace

void JsonEdits::Replace(JsonView value, std::string with) {
  edits_.push_back({value.Offset(), End(value), std::move(with)});
}

void JsonEdits::Rename(JsonView member, std::string_view name) {
  const JsonView key = member.Key();
  edits_.push_back({key.Offset(), End(key), "\"" + std::string(name) + "\""});
}

void JsonEdits::AddMembers(JsonView object, const std::string& members) {
  const size_t at = End(object) - 1;
  edits_.push_back({at, at, (object.Empty() ? "" : ",") + members});
}

void JsonEdits::AddFirst(JsonView array, const std::string& item) {
  const size_t at = array.Offset() + 1;
  edits_.push_back({at, at, item + (array.Empty() ? "" : ",")});
}

size_t JsonEdits::RemoveMembers(JsonView object,
                                const std::function<bool(JsonView member)>& which) {
  struct Place {
    size_t begin;
    size_t end;
    bool removed;
  };
  std::vector<Place> places;
  size_t removed = 0;
  size_t kept_end = 0;  // number of members up to the last kept one
  for (const JsonView member : object) {
    places.push_back({member.Key().Offset(), End(member), which(member)});
    if (places.back().removed) {
      ++removed;
    } else {
      kept_end = places.size();
    }
  }
  if (removed == 0) return 0;
  // A member that is followed by another is removed with the comma after it, the last ones with the
  // comma before.
  for (size_t i = 0; i < kept_end; ++i) {
    if (places[i].removed) edits_.push_back({places[i].begin, places[i + 1].begin, {}});
  }
  if (kept_end < places.size()) {
    const size_t begin = kept_end == 0 ? places.front().begin : places[kept_end - 1].end;
    edits_.push_back({begin, places.back().end, {}});
  }
  return removed;
}

std::string JsonEdits::Apply(std::string_view text) {
  std::stable_sort(edits_.begin(), edits_.end(),
                   [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  size_t more = 0;
  for (const Edit& edit : edits_) more += edit.with.size();
  std::string out;
  out.reserve(text.size() + more);
  size_t at = 0;
  for (const Edit& edit : edits_) {
    if (edit.begin < at) continue;  // inside a removed part
    out.append(text.substr(at, edit.begin - at));
    out += edit.with;
    at = edit.end;
  }
  out.append(text.substr(at));
  return out;
}

}  // namespace katra::router::translate
