#include "store/sqlite/corrections.h"

#include <algorithm>

#include "core/text.h"

namespace katra::store::sqlite {
namespace {

tl::unexpected<Error> RefuseCorrection(MessageId id, const std::string& why) {
  return Fail(ErrorCode::kInvalidArgument,
              "cannot correct message #" + std::to_string(id) + ": " + why);
}

}  // namespace

Status AddressCorrection(Connection& connection, const Caller& caller, SayRequest* request) {
  const MessageId id = *request->corrects;
  const auto first = LoadMessage(connection, caller.persona, id);
  if (!first) {
    return Fail(ErrorCode::kNotFound, "there is no message #" + std::to_string(id) +
                                          " to correct: katra_history shows the numbers");
  }
  if (ToLowerAscii(first->from) != ToLowerAscii(caller.name)) {
    return RefuseCorrection(id, first->from +
                                    " said it, and only its speaker may correct it. "
                                    "Answer it with reply_to instead");
  }
  if (!request->room.empty() && ToLowerAscii(request->room) != ToLowerAscii(first->room)) {
    return RefuseCorrection(id, "it was said in room " + first->room +
                                    ", and a correction stays there: leave the room out");
  }
  if (request->reply_to && *request->reply_to != id) {
    return RefuseCorrection(id,
                            "a correction answers the message that it corrects: leave "
                            "reply_to out");
  }
  std::vector<std::string> given;
  for (const std::string& name : request->to) given.push_back(ToLowerAscii(name));
  std::vector<std::string> kept;
  for (const std::string& name : first->to) kept.push_back(ToLowerAscii(name));
  std::sort(given.begin(), given.end());
  std::sort(kept.begin(), kept.end());
  if (!given.empty() && given != kept) {
    return RefuseCorrection(id,
                            "a correction keeps its recipients: leave `to` out, or say a new "
                            "message");
  }
  request->room = first->room;
  request->to = first->to;
  request->reply_to = id;
  return {};
}

Status CheckNotCorrected(Connection& connection, MessageId id) {
  Query query = connection.Prepare("SELECT id FROM messages WHERE corrects = ?1 LIMIT 1");
  if (!query.Bind(id)->executeStep()) return {};
  const std::string later = std::to_string(query->getColumn(0).getInt64());
  return RefuseCorrection(id,
                          "#" + later + " corrected it already. Correct #" + later + " instead");
}

}  // namespace katra::store::sqlite
