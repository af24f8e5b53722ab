#include "mcp_server/rpc/id_finder.h"

#include <nlohmann/json.hpp>

namespace katra::mcp {
namespace {

constexpr size_t kLongestToken = 1024;  // longer ids are ignored

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

void IdFinder::Feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (dead_) return;
    if (in_string_) {
      TakeInString(c);
    } else {
      Take(c);
    }
  }
}

void IdFinder::TakeInString(char c) {
  if (depth_ == 1 && token_.size() <= kLongestToken) token_ += c;
  if (escaped_) {
    escaped_ = false;
  } else if (c == '\\') {
    escaped_ = true;
  } else if (c == '"') {
    in_string_ = false;
    if (depth_ == 1) EndScalar();
  }
}

void IdFinder::Take(char c) {
  if (!begun_) {
    if (IsBlank(c)) return;
    begun_ = true;
    depth_ = 1;
    dead_ = c != '{';
    return;
  }
  const bool at_member = depth_ == 1;
  switch (c) {
    case '"':
      in_string_ = true;
      token_ = at_member ? "\"" : "";
      return;
    case '{':
    case '[':
      ++depth_;
      token_.clear();
      return;
    case '}':
    case ']':
      if (at_member) EndScalar();
      dead_ = --depth_ == 0;
      return;
    case ':':
      return;
    case ',':
      if (!at_member) return;
      EndScalar();
      expects_key_ = true;
      return;
    default:
      if (!at_member) return;
      if (IsBlank(c)) {
        EndScalar();
      } else if (token_.size() <= kLongestToken) {
        token_ += c;
      }
  }
}

void IdFinder::EndScalar() {
  if (token_.empty()) return;
  if (expects_key_) {
    key_ = token_;
    expects_key_ = false;
    has_method_ = has_method_ || key_ == "\"method\"";
    has_outcome_ = has_outcome_ || key_ == "\"result\"" || key_ == "\"error\"";
  } else if (key_ == "\"id\"") {
    raw_id_ = token_.size() <= kLongestToken ? token_ : "";
  }
  token_.clear();
}

RequestId IdFinder::id() const {
  if (raw_id_.empty() || (has_outcome_ && !has_method_)) return {};
  return RequestId::FromJson(nlohmann::json::parse(raw_id_, nullptr, false)).value_or(RequestId{});
}

}  // namespace katra::mcp
