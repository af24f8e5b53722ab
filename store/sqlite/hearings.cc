#include "store/sqlite/hearings.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "store/sqlite/cursors.h"

namespace katra::store::sqlite {
namespace {

std::vector<Hearing> Load(Connection& connection, PersonaId persona, int64_t stream) {
  std::vector<Hearing> hearings;
  Query query = connection.Prepare(
      "SELECT after, through, at, skipped FROM hearings WHERE persona_id = ?1 AND room_id = ?2"
      " ORDER BY through");
  query.Bind(persona, stream);
  while (query->executeStep()) {
    hearings.push_back({query->getColumn(0).getInt64(), query->getColumn(1).getInt64(),
                        query->getColumn(2).getInt64(), query->getColumn(3).getInt() != 0});
  }
  return hearings;
}

const Hearing& Choose(const Hearing& a, const Hearing& b, bool inbox) {
  if (a.skipped != b.skipped) return a.skipped == inbox ? a : b;
  return (a.at < b.at) == inbox ? b : a;
}

// Both lists are in order and without overlaps, and so is the result.
std::vector<Hearing> Combine(const std::vector<Hearing>& a, const std::vector<Hearing>& b,
                             bool inbox) {
  std::set<MessageId> bounds;
  for (const std::vector<Hearing>* list : {&a, &b}) {
    for (const Hearing& hearing : *list) {
      bounds.insert(hearing.after);
      bounds.insert(hearing.through);
    }
  }
  std::vector<Hearing> combined;
  auto in_a = a.begin();
  auto in_b = b.begin();
  for (auto bound = bounds.begin(); bound != bounds.end() && std::next(bound) != bounds.end();
       ++bound) {
    const MessageId after = *bound;
    while (in_a != a.end() && in_a->through <= after) ++in_a;
    while (in_b != b.end() && in_b->through <= after) ++in_b;
    const bool covered_a = in_a != a.end() && in_a->after <= after;
    const bool covered_b = in_b != b.end() && in_b->after <= after;
    if (!covered_a && !covered_b) continue;
    Hearing part = covered_a && covered_b ? Choose(*in_a, *in_b, inbox) : covered_a ? *in_a : *in_b;
    part.after = after;
    part.through = *std::next(bound);
    Hearing* last = combined.empty() ? nullptr : &combined.back();
    if (last != nullptr && last->through == part.after && last->at == part.at &&
        last->skipped == part.skipped) {
      last->through = part.through;
    } else {
      combined.push_back(part);
    }
  }
  return combined;
}

}  // namespace

void RecordHearing(Connection& connection, PersonaId persona, int64_t stream,
                   const Hearing& hearing) {
  if (hearing.through <= hearing.after) return;
  Query insert = connection.Prepare(
      stream == kInbox
          ? "INSERT INTO hearings(persona_id, room_id, through, after, at, skipped)"
            " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM message_recipients"
            "  WHERE persona_id = ?1 AND message_id > ?4 AND message_id <= ?3)"
            " ON CONFLICT DO NOTHING"
          : "INSERT INTO hearings(persona_id, room_id, through, after, at, skipped)"
            " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM messages"
            "  WHERE room_id = ?2 AND direct = 0 AND id > ?4 AND id <= ?3)"
            " ON CONFLICT DO NOTHING");
  insert.Bind(persona, stream, hearing.through, hearing.after, hearing.at, hearing.skipped ? 1 : 0)
      ->exec();
}

void MergeHearings(Connection& connection, PersonaId from, PersonaId into) {
  std::vector<int64_t> streams;
  {
    Query query =
        connection.Prepare("SELECT DISTINCT room_id FROM hearings WHERE persona_id IN (?1, ?2)");
    query.Bind(from, into);
    while (query->executeStep()) streams.push_back(query->getColumn(0).getInt64());
  }
  Query acked = connection.Prepare(
      "SELECT ifnull(max(acked), 0) FROM persona_cursors WHERE persona_id = ?1 AND room_id = ?2");
  acked.Bind(into, kInbox)->executeStep();
  const MessageId inbox_acked = acked->getColumn(0).getInt64();
  for (const int64_t stream : streams) {
    const bool inbox = stream == kInbox;
    const std::vector<Hearing> combined =
        Combine(Load(connection, from, stream), Load(connection, into, stream), inbox);
    Query drop =
        connection.Prepare("DELETE FROM hearings WHERE persona_id IN (?1, ?2) AND room_id = ?3");
    drop.Bind(from, into, stream)->exec();
    for (Hearing hearing : combined) {
      if (inbox) hearing.through = std::min(hearing.through, inbox_acked);
      RecordHearing(connection, into, stream, hearing);
    }
  }
}

}  // namespace katra::store::sqlite
