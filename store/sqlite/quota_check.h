// Enforces a persona's quotas inside the transaction that uses them, so that concurrent calls of
// several processes are each counted once. Everything throws SQLite::Exception.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "store/quotas.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/rows.h"
#include "store/types.h"

namespace katra::store::sqlite {

// The hour's totals as stored in a message's row.
struct HourUse {
  int64_t from = 0;  // start of the hour, Unix milliseconds
  int64_t messages = 0;
  int64_t bytes = 0;
};

// Thread-safe.
class QuotaCheck {
 public:
  using Source = std::function<Quotas(std::string_view persona)>;

  // Calls `source` once per persona, and again before refusing anything, so that a raised limit
  // takes effect at once. With an empty source nothing is refused.
  explicit QuotaCheck(Source source) : source_(std::move(source)) {}

  // The hour's totals including one more message of `bytes`, to be stored in its row.
  // kResourceExhausted: the limit is reached; the message says when more may be said and where the
  // limit is configured.
  [[nodiscard]] Result<HourUse> Message(Connection& connection, const PersonaRow& persona,
                                        size_t bytes, int64_t now);
  // Counts a new room. kResourceExhausted.
  [[nodiscard]] Status Room(Connection& connection, const PersonaRow& persona, int64_t now);
  // kResourceExhausted: the daily number of memories was stored within the last 24 hours.
  [[nodiscard]] Status Memory(Connection& connection, const PersonaRow& persona, int64_t now);

  // The current use by persona; personas without any are left out.
  [[nodiscard]] std::vector<QuotaUse> List(Connection& connection, int64_t now);

 private:
  [[nodiscard]] Quotas Of(const std::string& persona);
  // Calls the source again.
  [[nodiscard]] Quotas Anew(const std::string& persona);

  Source source_;
  std::mutex mutex_;
  std::map<std::string, Quotas, std::less<>> known_;
};

}  // namespace katra::store::sqlite
