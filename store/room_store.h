// Rooms and the messages said in them. The rules of every call, errors included, are in
// store/call_context.h; how to wait for a message, in store/watch.h.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "store/call_context.h"
#include "store/types.h"

namespace katra::store {

class RoomStore {
 public:
  virtual ~RoomStore() = default;

  virtual Result<std::vector<RoomSummary>> ListRooms(const CallContext& context) = 0;

  // Says a message to a room, or to the personas that it names. Once this returns, the message
  // survives a power loss and every later Hear can find it.
  // kInvalidArgument: the body is empty, too long, not UTF-8 or contains NUL; a malformed name.
  // kNotFound: an unknown recipient (the message names near matches) or reply_to.
  virtual Result<SayReceipt> Say(const SayRequest& request, const CallContext& context) = 0;

  // Returns what was said since the persona last heard: messages to everyone in the room, and
  // direct messages to the persona from every room. Without `peek`, it first acknowledges what
  // the session was given before, and then marks what it returns as delivered.
  // kNotFound: there is no such room (the message names near matches).
  virtual Result<HearReply> Hear(const HearRequest& request, const CallContext& context) = 0;

  // Acknowledges what the session was given, up to and including `through`, and returns nothing
  // more: for a reader that knows that the messages arrived. `room` empty: the session's room.
  // kNotFound: there is no such room, or the session has ended.
  virtual Status Acknowledge(SessionId session, const std::string& room, MessageId through,
                             const CallContext& context) = 0;

  // Takes back the delivery of what was not acknowledged: the client never received it. The next
  // Hear returns it again.
  virtual Status Undeliver(SessionId session, const std::string& room,
                           const CallContext& context) = 0;

  // Counts as heard what was not heard yet, up to and including `through` (0: everything), in the
  // room and among direct messages. Never moves back. `room` empty: the session's room.
  // kNotFound: there is no such room.
  virtual Result<SkipReply> Skip(SessionId session, const std::string& room, MessageId through,
                                 const CallContext& context) = 0;

  // Reads or searches past messages; changes no cursor. kNotFound: no such room or persona.
  virtual Result<HistoryReply> History(const HistoryRequest& request,
                                       const CallContext& context) = 0;

  // The newest message of the room that the session may see, from anyone; 0: there is none.
  // kNotFound: there is no such room.
  virtual Result<MessageId> LatestMessage(SessionId session, const std::string& room,
                                          const CallContext& context) = 0;
};

}  // namespace katra::store
