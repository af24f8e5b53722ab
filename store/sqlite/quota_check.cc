#include "store/sqlite/quota_check.h"

#include <algorithm>
#include <utility>

#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

constexpr int64_t kHour = int64_t{3600} * 1000;
constexpr int64_t kDay = 24 * kHour;

// A window must not last forever if the clock was set back.
bool Within(int64_t from, int64_t length, int64_t now) {
  return from <= now && now < from + length;
}

tl::unexpected<Error> Reached(const std::string& persona, const std::string& did,
                              const char* within, int64_t opens_at, const char* limit) {
  return Fail(ErrorCode::kResourceExhausted,
              persona + " has " + did + " within " + within +
                  ", its limit: more is possible from " + FormatRfc3339(FromUnixMillis(opens_at)) +
                  ". The owner can change `limits." + limit +
                  "` in HOME/router/personas.json (docs/configuration.md)");
}

HourUse LastHour(Connection& connection, PersonaId persona, int64_t now) {
  Query query = connection.Prepare(
      "SELECT hour_from, hour_messages, hour_bytes FROM messages WHERE persona_id = ?1"
      " ORDER BY id DESC LIMIT 1");
  query.Bind(persona);
  if (!query->executeStep() || query->getColumn(0).isNull()) return {now, 0, 0};
  const HourUse use{query->getColumn(0).getInt64(), query->getColumn(1).getInt64(),
                    query->getColumn(2).getInt64()};
  return Within(use.from, kHour, now) ? use : HourUse{now, 0, 0};
}

// The time of the persona's memory before the newest `skip` ones; 0 if there is none.
int64_t MemoryTime(Connection& connection, PersonaId persona, int64_t skip) {
  Query query = connection.Prepare(
      "SELECT created_at FROM memories WHERE persona_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2");
  query.Bind(persona, skip);
  return query->executeStep() ? query->getColumn(0).getInt64() : 0;
}

}  // namespace

Quotas QuotaCheck::Of(const std::string& persona) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = known_.find(persona);
    if (found != known_.end()) return found->second;
  }
  return Anew(persona);
}

Quotas QuotaCheck::Anew(const std::string& persona) {
  const Quotas quotas = source_(persona);
  const std::lock_guard<std::mutex> lock(mutex_);
  known_[persona] = quotas;
  return quotas;
}

Result<HourUse> QuotaCheck::Message(Connection& connection, const PersonaRow& persona, size_t bytes,
                                    int64_t now) {
  HourUse use = LastHour(connection, persona.id, now);
  const int64_t messages = std::exchange(use.messages, use.messages + 1);
  const int64_t before = std::exchange(use.bytes, use.bytes + static_cast<int64_t>(bytes));
  if (!source_) return use;
  const auto refusal = [&](const Quotas& quotas) -> Status {
    if (quotas.messages_per_hour > 0 && use.messages > quotas.messages_per_hour) {
      return Reached(persona.name, "said " + std::to_string(messages) + " messages", "an hour",
                     use.from + kHour, "messages_per_hour");
    }
    if (quotas.message_bytes_per_hour > 0 && use.bytes > quotas.message_bytes_per_hour) {
      return Reached(persona.name,
                     "said " + std::to_string(before) + " bytes (this message has " +
                         std::to_string(bytes) + ")",
                     "an hour", use.from + kHour, "message_bytes_per_hour");
    }
    return {};
  };
  if (refusal(Of(persona.name))) return use;
  if (auto refused = refusal(Anew(persona.name)); !refused) return Pass(std::move(refused));
  return use;
}

Status QuotaCheck::Room(Connection& connection, const PersonaRow& persona, int64_t now) {
  int64_t from = now;
  int64_t made = 0;
  {
    Query query = connection.Prepare("SELECT rooms_from, rooms_made FROM personas WHERE id = ?1");
    query.Bind(persona.id);
    if (query->executeStep() && Within(query->getColumn(0).getInt64(), kDay, now)) {
      from = query->getColumn(0).getInt64();
      made = query->getColumn(1).getInt64();
    }
  }
  const auto full = [&](const Quotas& quotas) {
    return quotas.rooms_per_day > 0 && made >= quotas.rooms_per_day;
  };
  if (source_ && full(Of(persona.name)) && full(Anew(persona.name))) {
    return Reached(persona.name, "made " + std::to_string(made) + " rooms", "a day", from + kDay,
                   "rooms_per_day");
  }
  Query count =
      connection.Prepare("UPDATE personas SET rooms_from = ?2, rooms_made = ?3 WHERE id = ?1");
  count.Bind(persona.id, from, made + 1)->exec();
  return {};
}

Status QuotaCheck::Memory(Connection& connection, const PersonaRow& persona, int64_t now) {
  if (!source_) return {};
  // The time of the memory that must be a day old before another may be stored.
  const auto gate = [&](const Quotas& quotas) {
    return quotas.memories_per_day > 0
               ? MemoryTime(connection, persona.id, quotas.memories_per_day - 1)
               : 0;
  };
  const auto full = [&](int64_t at) { return at > 0 && Within(at, kDay, now); };
  if (!full(gate(Of(persona.name)))) return {};
  const Quotas quotas = Anew(persona.name);
  const int64_t at = gate(quotas);
  if (!full(at)) return {};
  return Reached(persona.name, "kept " + std::to_string(quotas.memories_per_day) + " memories",
                 "a day", at + kDay, "memories_per_day");
}

std::vector<QuotaUse> QuotaCheck::List(Connection& connection, int64_t now) {
  std::vector<QuotaUse> list;
  {
    Query query = connection.Prepare(
        "SELECT id, name, rooms_from, rooms_made FROM personas p WHERE retired_at IS NULL"
        " AND (guest = 0 OR EXISTS (SELECT 1 FROM sessions s WHERE s.persona_id = p.id"
        "  AND s.ended_at IS NULL)) ORDER BY name_key");
    while (query->executeStep()) {
      QuotaUse use;
      use.persona_id = query->getColumn(0).getInt64();
      use.persona = query->getColumn(1).getString();
      if (Within(query->getColumn(2).getInt64(), kDay, now)) {
        use.rooms = query->getColumn(3).getInt64();
      }
      list.push_back(std::move(use));
    }
  }
  for (QuotaUse& use : list) {
    const HourUse hour = LastHour(connection, use.persona_id, now);
    use.messages = hour.messages;
    use.message_bytes = hour.bytes;
    Query query = connection.Prepare(
        "SELECT count(*) FROM (SELECT created_at FROM memories WHERE persona_id = ?1"
        " ORDER BY id DESC LIMIT 100000) WHERE created_at > ?2");
    query.Bind(use.persona_id, now - kDay);
    if (query->executeStep()) use.memories = query->getColumn(0).getInt64();
    if (source_) use.limits = Anew(use.persona);
  }
  const auto unused = [](const QuotaUse& use) {
    return use.messages + use.message_bytes + use.rooms + use.memories == 0;
  };
  list.erase(std::remove_if(list.begin(), list.end(), unused), list.end());
  return list;
}

Result<std::vector<QuotaUse>> SqliteStore::ListQuotaUse(const CallContext& context) {
  return database_->Read(
      context, "reading the quotas",
      [&](Connection& c) -> Result<std::vector<QuotaUse>> { return quotas_.List(c, Now()); });
}

}  // namespace katra::store::sqlite
