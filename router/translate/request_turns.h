// The conversation of a Messages request as alternating turns, so that writers can process one at a
// time (R13, R16, R21). Internal to router/translate.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/json_view.h"
#include "core/result.h"

namespace katra::router::translate {

enum class PieceKind { kText, kBlock, kSystem };

struct Piece {
  PieceKind kind = PieceKind::kText;
  std::string_view text;  // kText, kSystem: JSON string contents, not empty
  JsonView block;         // kBlock; for kText its source block, if any
  bool latest = false;    // belongs to the request's last message
};

struct Turn {
  bool assistant = false;
  std::vector<Piece> pieces;  // not empty
};

// System messages join the preceding user turn, else the following one. kInvalidArgument names the
// malformed message.
[[nodiscard]] Result<std::vector<Turn>> ReadTurns(JsonView messages);

}  // namespace katra::router::translate
