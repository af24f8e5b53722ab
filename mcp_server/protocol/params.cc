#include "mcp_server/protocol/params.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/error_map.h"
#include "core/text.h"

namespace katra::mcp {

using nlohmann::json;

namespace {

constexpr size_t kMostMessageBytes = 2000;

// "tools-100" in hexadecimal: clients pass it back and have no reason to interpret it.
std::string MakeCursor(const std::string& list, size_t offset) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string cursor;
  for (const char c : list + '-' + std::to_string(offset)) {
    const auto byte = static_cast<unsigned char>(c);
    cursor += kDigits[byte >> 4U];
    cursor += kDigits[byte & 15U];
  }
  return cursor;
}

// The offset encoded in a cursor of `list`.
std::optional<size_t> ReadCursor(const std::string& list, const std::string& cursor) {
  std::string text;
  for (size_t i = 0; i + 1 < cursor.size(); i += 2) {
    unsigned byte = 0;
    const auto read = std::from_chars(&cursor[i], &cursor[i] + 2, byte, 16);
    if (read.ptr != &cursor[i] + 2) return std::nullopt;
    text += static_cast<char>(byte);
  }
  const size_t dash = text.rfind('-');
  size_t offset = 0;
  if (dash == std::string::npos) return std::nullopt;
  const auto read = std::from_chars(&text[dash] + 1, text.data() + text.size(), offset);
  if (read.ec != std::errc() || MakeCursor(list, offset) != cursor) return std::nullopt;
  return offset;
}

}  // namespace

ProtocolResult<std::string> RequiredString(const json& params, const char* name) {
  const auto found = params.find(name);
  if (found == params.end() || !found->is_string()) {
    return Refuse(kInvalidParams, std::string("\"") + name + "\" must be a string");
  }
  return found->get<std::string>();
}

ProtocolResult<JsonPtr> Page(const json& params, const char* name, const json& entries) {
  size_t begin = 0;
  if (const auto cursor = params.find("cursor"); cursor != params.end() && !cursor->is_null()) {
    const auto offset = cursor->is_string() ? ReadCursor(name, cursor->get<std::string>())
                                            : std::optional<size_t>();
    if (!offset || *offset > entries.size()) {
      return Refuse(kInvalidParams,
                    "\"cursor\" is not one that this list returned: omit it to start over");
    }
    begin = *offset;
  }
  const size_t end = std::min(begin + kPageSize, entries.size());
  json page = json::array();
  for (size_t i = begin; i < end; ++i) page.push_back(entries[i]);
  json result = {{name, std::move(page)}};
  if (end < entries.size()) result["nextCursor"] = MakeCursor(name, end);
  return std::make_shared<const json>(std::move(result));
}

ProtocolError ResourceError(const PendingRequest& request, const std::string& uri,
                            const Error& error) {
  if (error.code != ErrorCode::kNotFound) return ToProtocolError(error);
  constexpr size_t kMostUriBytes = 400;
  const bool legacy = request.context.era == Era::kLegacy;
  return {legacy ? kResourceNotFoundLegacy : kInvalidParams,
          OneLine(error.message, kMostMessageBytes),
          std::make_shared<const json>(json{{"uri", OneLine(uri, kMostUriBytes)}})};
}

ProtocolError ToProtocolError(const Error& error) {
  return {NamesOf(error.code).json_rpc, OneLine(error.message, kMostMessageBytes), nullptr};
}

}  // namespace katra::mcp
