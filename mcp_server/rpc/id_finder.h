// Finds the id of a request in a line that cannot be read as a whole: broken, too deep or too long.
// Whoever sent it waits for an answer under that id. Takes the line in pieces, in bounded memory.
#pragma once

#include <string>
#include <string_view>

#include "mcp_server/rpc/message.h"

namespace katra::mcp {

class IdFinder {
 public:
  void Feed(std::string_view bytes);

  // The value of the last member "id" of the line's one object that was passed by now. Null: there
  // is none yet, or it is a response's, which nobody waits for.
  [[nodiscard]] RequestId id() const;

 private:
  void Take(char c);
  void TakeInString(char c);
  void EndScalar();

  bool begun_ = false;
  bool dead_ = false;  // the line is no object, or its object has ended
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool expects_key_ = true;
  std::string token_;  // the string or number at the object's own level, as written
  std::string key_;
  std::string raw_id_;
  bool has_method_ = false;
  bool has_outcome_ = false;
};

}  // namespace katra::mcp
