// Rooms and the messages said in them. store/call_context.h has the rules of all calls, including
// errors; store/watch.h explains how to wait for a message.
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

  // Sends a message to a room, or to the personas that it names. Once this returns, the message
  // survives a power loss and every later Hear can find it. kInvalidArgument: the body is empty,
  // too long, not UTF-8 or contains NUL; a malformed name; a correction of another persona's
  // message, of one that is corrected already, or with another room or other recipients. kNotFound:
  // an unknown recipient (the message suggests near matches) or reply_to.
  virtual Result<SayReceipt> Say(const SayRequest& request, const CallContext& context) = 0;

  // Returns what was said since the persona last heard: messages to everyone in the room, and
  // direct messages to the persona from every room. Unless it is a peek, it first acknowledges what
  // the session was given before, then marks what it returns as delivered. kNotFound: there is no
  // such room (the message suggests near matches).
  virtual Result<HearReply> Hear(const HearRequest& request, const CallContext& context) = 0;

  // Acknowledges what the session was given, up to and including `through`, without returning
  // messages: for a reader that knows that they arrived. `room` empty: the session's room.
  // kNotFound: there is no such room, or the session has ended.
  virtual Status Acknowledge(SessionId session, const std::string& room, MessageId through,
                             const CallContext& context) = 0;

  // Revokes the delivery of unacknowledged messages, because the client never received them. The
  // next Hear returns them again.
  virtual Status Undeliver(SessionId session, const std::string& room,
                           const CallContext& context) = 0;

  // Leaves unheard messages behind, up to and including `through`, both in the room and among
  // direct messages, and summarises them. Like those that Hear returns, they are delivered, and
  // count as heard once the session acknowledges them. kInvalidArgument: `through` is ahead of the
  // newest message, or everything up to it was given before. kNotFound: there is no such room.
  virtual Result<SkipReply> Skip(const SkipRequest& request, const CallContext& context) = 0;

  // Who was given a message of the caller's own, who heard it and when. kNotFound: no such message
  // is visible to the caller; kPermissionDenied: somebody else said it.
  virtual Result<ReceiptsReply> Receipts(SessionId session, MessageId message,
                                         const CallContext& context) = 0;

  // Records that the session was woken for the message. Not synced to disk.
  virtual Status NoteWoken(SessionId session, MessageId message, const CallContext& context) = 0;

  // Reads or searches past messages without changing a cursor. kNotFound: no such room or persona.
  virtual Result<HistoryReply> History(const HistoryRequest& request,
                                       const CallContext& context) = 0;

  // The newest message in the room that the session may see, from anyone; 0 if there is none.
  // kNotFound: there is no such room.
  virtual Result<MessageId> LatestMessage(SessionId session, const std::string& room,
                                          const CallContext& context) = 0;
};

}  // namespace katra::store
