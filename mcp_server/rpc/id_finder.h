// Finds the request id in a line that cannot be parsed because it is malformed, too deep or too
// long, so that the error can be sent to the request that waits for it. Reads the line in pieces,
// in bounded memory.
#pragma once

#include <string>
#include <string_view>

#include "mcp_server/rpc/message.h"

namespace katra::mcp {

class IdFinder {
 public:
  void Feed(std::string_view bytes);

  // The value of the last member "id" seen so far at the top level of the line's object. Null if
  // there is none yet, or if the line is a response, which needs no answer.
  [[nodiscard]] RequestId id() const;

 private:
  void Take(char c);
  void TakeInString(char c);
  void EndScalar();

  bool begun_ = false;
  bool dead_ = false;  // the line is not an object, or the object has ended
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool expects_key_ = true;
  std::string token_;  // the current string or number at the top level, as written
  std::string key_;
  std::string raw_id_;
  bool has_method_ = false;
  bool has_outcome_ = false;
};

}  // namespace katra::mcp
