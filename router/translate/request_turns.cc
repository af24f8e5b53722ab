#include "router/translate/request_turns.h"

#include <string>

#include "router/translate/request_draft.h"

namespace katra::router::translate {
namespace {

std::string Where(size_t index) { return "messages." + std::to_string(index); }

void AddText(std::vector<Piece>& pieces, JsonView text, JsonView block, PieceKind kind,
             bool latest) {
  if (!text.RawString().empty()) pieces.push_back({kind, text.RawString(), block, latest});  // R16
}

Status ReadPieces(JsonView message, size_t index, bool latest, std::vector<Piece>& pieces) {
  const bool system = message["role"].Is("system");
  const PieceKind text_kind = system ? PieceKind::kSystem : PieceKind::kText;
  const JsonView content = message["content"];
  if (content.IsString()) {
    AddText(pieces, content, {}, text_kind, latest);
    return {};
  }
  if (!content.IsArray()) {
    return Malformed(Where(index) + ".content: expected a string or an array of blocks");
  }
  for (const JsonView block : content) {
    if (!block["type"].IsString()) {
      return Malformed(Where(index) + ".content: expected blocks with a type");
    }
    if (block["type"].Is("text")) {
      AddText(pieces, block["text"], block, text_kind, latest);
    } else if (!system) {
      pieces.push_back({PieceKind::kBlock, {}, block, latest});
    }
  }
  return {};
}

void Join(std::vector<Turn>& turns, bool assistant, std::vector<Piece>& pieces) {
  if (pieces.empty()) return;
  if (turns.empty() || turns.back().assistant != assistant) turns.push_back({assistant, {}});
  auto& to = turns.back().pieces;
  to.insert(to.end(), pieces.begin(), pieces.end());
  pieces.clear();
}

}  // namespace

Result<std::vector<Turn>> ReadTurns(JsonView messages) {
  if (!messages.IsArray()) return Malformed("messages: expected an array");
  std::vector<Turn> turns;
  std::vector<Piece> waiting;  // system text without a preceding user turn
  const size_t count = messages.Size();
  size_t index = 0;
  for (const JsonView message : messages) {
    const JsonView role = message["role"];
    const bool assistant = role.Is("assistant");
    if (!assistant && !role.Is("user") && !role.Is("system")) {
      return Malformed(Where(index) + ".role: expected user, assistant or system");
    }
    std::vector<Piece> pieces;
    if (auto read = ReadPieces(message, index, index + 1 == count, pieces); !read) {
      return Pass(std::move(read));
    }
    ++index;
    const bool after_user = !turns.empty() && !turns.back().assistant;
    if (role.Is("system") && !after_user) {
      waiting.insert(waiting.end(), pieces.begin(), pieces.end());
      continue;
    }
    if (role.Is("user") && !waiting.empty()) Join(turns, false, waiting);
    // System text that waits is also inserted between two assistant messages without a user turn.
    if (assistant && !pieces.empty() && !after_user) Join(turns, false, waiting);
    Join(turns, assistant, pieces);
  }
  Join(turns, false, waiting);
  return turns;
}

}  // namespace katra::router::translate
