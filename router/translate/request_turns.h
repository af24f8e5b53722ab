// The conversation of a Messages request as turns that alternate, so that the writer need not look
// around (R13, R16, R21). Internal to router/translate.
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
  JsonView block;         // kBlock; of kText the block it came from, if any
  bool latest = false;    // of the request's last message
};

struct Turn {
  bool assistant = false;
  std::vector<Piece> pieces;  // not empty
};

// System messages join the user's turn before them, else the one after them. kInvalidArgument names
// the message that is malformed.
[[nodiscard]] Result<std::vector<Turn>> ReadTurns(JsonView messages);

}  // namespace katra::router::translate
