// Saying messages, and listing rooms.
#include <algorithm>

#include "core/text.h"
#include "store/sqlite/corrections.h"
#include "store/sqlite/cursors.h"
#include "store/sqlite/full_text/message_index.h"
#include "store/sqlite/repeats.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

void SortLiveFirst(std::vector<Recipient>* recipients) {
  std::sort(recipients->begin(), recipients->end(), [](const Recipient& a, const Recipient& b) {
    if (a.live != b.live) return a.live;
    return ToLowerAscii(a.name) < ToLowerAscii(b.name);
  });
}

ProcessIdentity ReadProcess(SQLite::Statement& row, int first) {
  return ProcessIdentity{row.getColumn(first).getInt64(), row.getColumn(first + 1).getInt64(),
                         row.getColumn(first + 2).getString()};
}

bool HasLiveSession(Connection& connection, LivenessCheck& liveness, PersonaId persona) {
  Query query = connection.Prepare(
      "SELECT pid, pid_start, pid_domain, heartbeat_at FROM sessions"
      " WHERE persona_id = ?1 AND ended_at IS NULL");
  query.Bind(persona);
  while (query->executeStep()) {
    if (liveness.IsLiveQuick(ReadProcess(*query, 0),
                             FromUnixMillis(query->getColumn(3).getInt64()))) {
      return true;
    }
  }
  return false;
}

// The personas with these names, without duplicates and without the speaker.
Result<std::vector<PersonaRow>> ResolveRecipients(Connection& connection, const Caller& caller,
                                                  const std::vector<std::string>& names) {
  std::vector<PersonaRow> found;
  for (const std::string& name : names) {
    auto persona = RequirePersona(connection, name);
    if (!persona) return Pass(std::move(persona));
    const bool repeated = persona->id == caller.persona ||
                          std::any_of(found.begin(), found.end(), [&](const PersonaRow& other) {
                            return other.id == persona->id;
                          });
    if (!repeated) found.push_back(std::move(*persona));
  }
  if (found.empty() && !names.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "the message is only to yourself (" + caller.name +
                    "): name somebody else in `to`, leave it out to speak to all, or use "
                    "katra_remember for a note of your own");
  }
  return found;
}

MessageId Insert(Connection& connection, const Caller& caller, const RoomRow& room,
                 const SayRequest& request, const std::vector<PersonaRow>& to, const HourUse& hour,
                 int64_t now) {
  Query insert = connection.Prepare(
      "INSERT INTO messages(room_id, persona_id, session_id, direct, reply_to, provider, model,"
      " tag_source, said_at, body, hour_from, hour_messages, hour_bytes,"
      " project_id, corrects)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, nullif(?14, 0),"
      " nullif(?15, 0))");
  insert->bind(1, room.id);
  insert->bind(2, caller.persona);
  insert->bind(3, caller.session);
  insert->bind(4, to.empty() ? 0 : 1);
  if (request.reply_to) {
    insert->bind(5, *request.reply_to);
  } else {
    insert->bind(5);
  }
  insert->bind(6, caller.tag.provider);
  insert->bind(7, caller.tag.model);
  insert->bind(8, static_cast<int>(caller.tag.source));
  insert->bind(9, now);
  insert->bindNoCopy(10, request.body);
  insert->bind(11, hour.from);
  insert->bind(12, hour.messages);
  insert->bind(13, hour.bytes);
  insert->bind(14, caller.project);
  insert->bind(15, request.corrects.value_or(0));
  insert->exec();
  const MessageId id = connection.db().getLastInsertRowid();
  for (const PersonaRow& persona : to) {
    Query address = connection.Prepare(
        "INSERT INTO message_recipients(persona_id, message_id) VALUES (?1, ?2)");
    address.Bind(persona.id, id)->exec();
  }
  if (to.empty()) {
    Query count = connection.Prepare(
        "UPDATE rooms SET messages = messages + 1, last_said_at = ?2 WHERE id = ?1");
    count.Bind(room.id, now)->exec();
  }
  Query active = connection.Prepare("UPDATE sessions SET last_active = ?2 WHERE id = ?1");
  active.Bind(caller.session, now)->exec();
  if (!request.idempotency_key.empty()) {
    Query remember = connection.Prepare(
        "INSERT INTO idempotency(persona_id, kind, key, target_id) VALUES (?1, 'message', ?2, ?3)");
    remember.Bind(caller.persona, request.idempotency_key, id)->exec();
  }
  if (request.body.size() > full_text::kUnindexedBytes ||
      full_text::CountUnindexed(connection) >= full_text::kUnindexedMessages) {
    full_text::IndexNewMessages(connection);
  }
  return id;
}

}  // namespace

Result<std::vector<Recipient>> SqliteStore::Reach(Connection& connection,
                                                  const std::vector<PersonaRow>& to,
                                                  bool is_correction) {
  std::vector<Recipient> recipients;
  for (const PersonaRow& persona : to) {
    if (persona.retired && !is_correction) {
      return Fail(ErrorCode::kFailedPrecondition,
                  persona.name +
                      " is retired and gets no messages: leave it out of `to`, or ask "
                      "the user to bring it back (`katra persona return " +
                      persona.name + "`); nothing was said");
    }
    const bool live = HasLiveSession(connection, liveness_, persona.id);
    if (persona.guest && !live && !is_correction) {
      return Fail(ErrorCode::kNotFound,
                  "the guest " + persona.name +
                      " has left, and a guest does not come back: leave it out of `to`; nothing "
                      "was said");
    }
    recipients.push_back({persona.name, live});
  }
  SortLiveFirst(&recipients);
  return recipients;
}

std::vector<Recipient> SqliteStore::Listeners(Connection& connection, int64_t room_id,
                                              PersonaId speaker, bool* gone_guests) {
  // A live session listens to its own room, and to rooms from which it has been given messages.
  Query query = connection.Prepare(
      "SELECT p.id, p.name, p.guest, s.pid, s.pid_start, s.pid_domain, s.heartbeat_at"
      " FROM persona_cursors c JOIN personas p ON p.id = c.persona_id"
      " LEFT JOIN sessions s ON s.persona_id = p.id AND s.ended_at IS NULL"
      "   AND (s.room_id = ?1 OR EXISTS (SELECT 1 FROM session_cursors x"
      "        WHERE x.session_id = s.id AND x.room_id = ?1))"
      " WHERE c.room_id = ?1 AND p.id <> ?2 AND p.retired_at IS NULL ORDER BY p.id");
  query.Bind(room_id, speaker);
  std::vector<Recipient> listeners;
  PersonaId last = 0;
  bool last_is_guest = false;
  const auto drop_absent_guest = [&] {
    if (!last_is_guest || listeners.empty() || listeners.back().live) return;
    listeners.pop_back();
    *gone_guests = true;
  };
  while (query->executeStep()) {
    if (query->getColumn(0).getInt64() != last) {
      drop_absent_guest();
      last = query->getColumn(0).getInt64();
      last_is_guest = query->getColumn(2).getInt() != 0;
      listeners.push_back({query->getColumn(1).getString(), false});
    }
    if (!listeners.back().live && !query->getColumn(3).isNull()) {
      listeners.back().live = liveness_.IsLiveQuick(ReadProcess(*query, 3),
                                                    FromUnixMillis(query->getColumn(6).getInt64()));
    }
  }
  drop_absent_guest();
  SortLiveFirst(&listeners);
  return listeners;
}

Result<SayReceipt> SqliteStore::Say(const SayRequest& given, const CallContext& context) {
  SayRequest request = given;
  if (auto checked = CheckText(request.body, "message", kMaxMessageBytes, false); !checked) {
    return Pass(std::move(checked));
  }
  if (auto checked = CheckSaysSomething(request.body, "message"); !checked) {
    return Pass(std::move(checked));
  }
  if (auto checked = CheckIdempotencyKey(request.idempotency_key); !checked) {
    return Pass(std::move(checked));
  }
  if (request.to.size() > kMaxRecipients) {
    return Fail(ErrorCode::kInvalidArgument,
                "`to` names " + std::to_string(request.to.size()) + " personas; the limit is " +
                    std::to_string(kMaxRecipients) + ": speak to all, or say it in parts");
  }
  auto said = database_->Write(context, "say", [&](Connection& c) -> Result<SayReceipt> {
    auto caller = FindCaller(c, request.session);
    if (!caller) return Pass(std::move(caller));
    const int64_t now = Now();
    if (request.corrects) {
      if (auto ok = AddressCorrection(c, *caller, &request); !ok) return Pass(std::move(ok));
    }
    auto to = ResolveRecipients(c, *caller, request.to);
    if (!to) return Pass(std::move(to));
    auto repeated = FindRepeatedSay(c, *caller, request, *to);
    if (!repeated) return Pass(std::move(repeated));
    if (*repeated) return std::move(**repeated);
    if (request.corrects) {
      if (auto ok = CheckNotCorrected(c, *request.corrects); !ok) return Pass(std::move(ok));
    }
    auto reached = Reach(c, *to, request.corrects.has_value());
    if (!reached) return Pass(std::move(reached));
    if (request.reply_to && !LoadMessage(c, caller->persona, *request.reply_to)) {
      return Fail(ErrorCode::kNotFound, "there is no message #" +
                                            std::to_string(*request.reply_to) +
                                            " to reply to: katra_history shows the numbers");
    }
    const PersonaRow speaker{caller->persona, caller->name};
    const auto hour = quotas_.Message(c, speaker, request.body.size(), now);
    if (!hour) return tl::unexpected<Error>(hour.error());
    auto room = EnsureRoom(c, *caller, request.room, now, RoomQuota(c, speaker, now));
    if (!room) return Pass(std::move(room));
    JoinStream(c, caller->persona, room->id);

    SayReceipt receipt;
    receipt.id = Insert(c, *caller, *room, request, *to, *hour, now);
    receipt.room = room->name;
    receipt.said_at = FromUnixMillis(now);
    receipt.direct = !to->empty();
    if (receipt.direct) {
      receipt.recipients = std::move(*reached);
    } else {
      receipt.recipients = Listeners(c, room->id, caller->persona, &receipt.gone_guests);
    }
    return receipt;
  });
  if (said && !said->repeated) Ring();
  return said;
}

Result<std::vector<RoomSummary>> SqliteStore::ListRooms(const CallContext& context) {
  return database_->Read(
      context, "listing the rooms", [&](Connection& c) -> Result<std::vector<RoomSummary>> {
        Query query = c.Prepare(
            "SELECT name, created_at, messages, last_said_at FROM rooms ORDER BY name_key");
        std::vector<RoomSummary> rooms;
        while (query->executeStep()) {
          RoomSummary room;
          room.name = query->getColumn(0).getString();
          room.created_at = FromUnixMillis(query->getColumn(1).getInt64());
          room.messages = query->getColumn(2).getInt64();
          if (!query->getColumn(3).isNull()) {
            room.last_said_at = FromUnixMillis(query->getColumn(3).getInt64());
          }
          rooms.push_back(std::move(room));
        }
        return rooms;
      });
}

Result<MessageId> SqliteStore::LatestMessage(SessionId session, const std::string& room,
                                             const CallContext& context) {
  return database_->Read(
      context, "looking for new messages", [&](Connection& c) -> Result<MessageId> {
        auto caller = FindCaller(c, session);
        if (!caller) return Pass(std::move(caller));
        auto row = RequireRoom(c, *caller, room);
        if (!row) return Pass(std::move(row));
        Query query = c.Prepare(
            "SELECT max(ifnull((SELECT max(id) FROM messages WHERE room_id = ?1 AND direct = 0), "
            "0),"
            " ifnull((SELECT id FROM messages WHERE persona_id = ?2 AND direct = 1"
            "         AND room_id = ?1 ORDER BY id DESC LIMIT 1), 0),"
            " ifnull((SELECT m.id FROM message_recipients x JOIN messages m ON m.id = x.message_id"
            "         WHERE x.persona_id = ?2 AND m.room_id = ?1"
            "         ORDER BY x.message_id DESC LIMIT 1), 0))");
        query.Bind(row->id, caller->persona);
        query->executeStep();
        return query->getColumn(0).getInt64();
      });
}

}  // namespace katra::store::sqlite
