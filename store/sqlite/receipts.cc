// Who was given a message, who heard it and when: derived from the cursors, with the times from the
// table hearings.
#include <algorithm>

#include "core/text.h"
#include "store/sqlite/cursors.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

struct Asked {
  MessageId id = 0;
  int64_t stream = kInbox;
  int64_t corrected_at = 0;  // when it was corrected; 0: never
};

// Sets state and times from the record of the persona's hearing. False: there is none.
bool FindHearing(Connection& connection, PersonaId persona, const Asked& asked, Receipt* receipt) {
  Query query = connection.Prepare(
      "SELECT after, at, skipped FROM hearings"
      " WHERE persona_id = ?1 AND room_id = ?2 AND through >= ?3 ORDER BY through LIMIT 1");
  query.Bind(persona, asked.stream, asked.id);
  if (!query->executeStep() || query->getColumn(0).getInt64() >= asked.id) return false;
  receipt->state =
      query->getColumn(2).getInt() != 0 ? ReceiptState::kSkipped : ReceiptState::kHeard;
  receipt->heard_at = FromUnixMillis(query->getColumn(1).getInt64());
  receipt->with_correction =
      asked.corrected_at != 0 && query->getColumn(1).getInt64() >= asked.corrected_at;
  return true;
}

// The first waking while the message waited.
std::optional<WallTime> FindWaking(Connection& connection, PersonaId persona, const Asked& asked,
                                   const Receipt& receipt) {
  Query query = connection.Prepare(
      "SELECT at FROM wakings WHERE persona_id = ?1 AND through >= ?2 ORDER BY through LIMIT 1");
  if (!query.Bind(persona, asked.id)->executeStep()) return std::nullopt;
  const WallTime at = FromUnixMillis(query->getColumn(0).getInt64());
  if (receipt.heard_at && at > *receipt.heard_at) return std::nullopt;
  return at;
}

// Whether a session of the persona, or one that has ended, was given the message.
bool WasGiven(Connection& connection, PersonaId persona, const Asked& asked,
              MessageId to_ended_sessions) {
  if (to_ended_sessions >= asked.id) return true;
  Query query = connection.Prepare(
      "SELECT 1 FROM sessions s JOIN session_cursors c ON c.session_id = s.id"
      " WHERE s.persona_id = ?1 AND s.ended_at IS NULL AND c.room_id = ?2 AND c.delivered >= ?3");
  return query.Bind(persona, asked.stream, asked.id)->executeStep();
}

// The recipients of a direct message, or everybody else who has been in the room. Personas that
// came later count only if they were given the message as history; guests that left only if they
// heard it.
std::vector<Receipt> ReadReceipts(Connection& connection, const Caller& caller,
                                  const Asked& asked) {
  Query query = connection.Prepare(
      asked.stream == kInbox
          ? "SELECT p.id, p.name, ifnull(c.acked, 0), ifnull(c.redeliver, 0), 0, 0"
            " FROM message_recipients x JOIN personas p ON p.id = x.persona_id"
            " LEFT JOIN persona_cursors c ON c.persona_id = p.id AND c.room_id = ?1"
            " WHERE x.message_id = ?2 AND p.id <> ?3 ORDER BY p.name_key"
          : "SELECT p.id, p.name, c.acked, c.redeliver, c.history_through >= ?2,"
            " p.guest = 1 AND NOT EXISTS (SELECT 1 FROM sessions s"
            "  WHERE s.persona_id = p.id AND s.ended_at IS NULL)"
            " FROM persona_cursors c JOIN personas p ON p.id = c.persona_id"
            " WHERE c.room_id = ?1 AND p.id <> ?3 ORDER BY p.name_key");
  query.Bind(asked.stream, asked.id, caller.persona);
  std::vector<Receipt> receipts;
  while (query->executeStep()) {
    const PersonaId persona = query->getColumn(0).getInt64();
    Receipt receipt;
    receipt.persona = query->getColumn(1).getString();
    const bool late_or_gone =
        query->getColumn(4).getInt() != 0 || query->getColumn(5).getInt() != 0;
    if (!FindHearing(connection, persona, asked, &receipt)) {
      if (late_or_gone) continue;
      if (query->getColumn(2).getInt64() >= asked.id) {
        receipt.state = ReceiptState::kHeard;
      } else if (WasGiven(connection, persona, asked, query->getColumn(3).getInt64())) {
        receipt.state = ReceiptState::kGiven;
        receipt.with_correction = asked.corrected_at != 0;
      }
    }
    receipt.woken_at = FindWaking(connection, persona, asked, receipt);
    receipts.push_back(std::move(receipt));
  }
  return receipts;
}

}  // namespace

Result<ReceiptsReply> SqliteStore::Receipts(SessionId session, MessageId message,
                                            const CallContext& context) {
  return database_->Read(context, "receipts", [&](Connection& c) -> Result<ReceiptsReply> {
    auto caller = FindCaller(c, session);
    if (!caller) return Pass(std::move(caller));
    auto found = LoadMessage(c, caller->persona, message);
    const std::string number = "#" + std::to_string(message);
    if (!found) {
      return Fail(ErrorCode::kNotFound,
                  "there is no message " + number + ": katra_history shows the numbers");
    }
    if (ToLowerAscii(found->from) != ToLowerAscii(caller->name)) {
      return Fail(ErrorCode::kPermissionDenied,
                  "message " + number + " is " + found->from +
                      "'s: receipts are for your own messages. katra_history with from=" +
                      caller->name + " lists yours");
    }
    Query row = c.Prepare(
        "SELECT m.room_id, m.session_id IS NULL, o.id, o.said_at FROM messages m"
        " LEFT JOIN messages o ON o.corrects = m.id WHERE m.id = ?1");
    row.Bind(message)->executeStep();
    Asked asked;
    asked.id = message;
    asked.stream = found->to.empty() ? row->getColumn(0).getInt64() : kInbox;
    ReceiptsReply reply;
    reply.imported = row->getColumn(1).getInt() != 0;
    if (!row->getColumn(2).isNull()) {
      found->corrected_by = row->getColumn(2).getInt64();
      asked.corrected_at = row->getColumn(3).getInt64();
    }
    reply.message = std::move(*found);
    if (!reply.imported) reply.receipts = ReadReceipts(c, *caller, asked);
    return reply;
  });
}

Status SqliteStore::NoteWoken(SessionId session, MessageId message, const CallContext& context) {
  return database_->Write(
      context, "noting who was woken",
      [&](Connection& c) -> Status {
        auto caller = FindCaller(c, session);
        if (!caller) return Pass(std::move(caller));
        Query insert = c.Prepare(
            "INSERT INTO wakings(persona_id, through, at) VALUES (?1, ?2, ?3)"
            " ON CONFLICT DO NOTHING");
        insert.Bind(caller->persona, message, Now())->exec();
        return {};
      },
      Durability::kRelaxed);
}

}  // namespace katra::store::sqlite
