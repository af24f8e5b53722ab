// Holds a persona to its quotas, within the transaction that would use them: what several processes
// say at once is counted once. All of it throws SQLite::Exception.
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

// What a message's row says of the hour that it was said in.
struct HourUse {
  int64_t from = 0;  // Unix milliseconds
  int64_t messages = 0;
  int64_t bytes = 0;
};

// Thread-safe.
class QuotaCheck {
 public:
  using Source = std::function<Quotas(std::string_view persona)>;

  // `source` is asked once for each persona, and again before anything is refused, so that a raised
  // limit holds at once. An empty source: nothing is refused.
  explicit QuotaCheck(Source source) : source_(std::move(source)) {}

  // The hour's use with one more message of `bytes`, for its row. kResourceExhausted: the limit is
  // reached; the message says when more may be said, and where the limit is configured.
  [[nodiscard]] Result<HourUse> Message(Connection& connection, const PersonaRow& persona,
                                        size_t bytes, int64_t now);
  // Counts a new room. kResourceExhausted.
  [[nodiscard]] Status Room(Connection& connection, const PersonaRow& persona, int64_t now);
  // kResourceExhausted: as many memories as a day may have were kept in the last 24 hours.
  [[nodiscard]] Status Memory(Connection& connection, const PersonaRow& persona, int64_t now);

  // What is used now, by persona; those that use nothing are left out.
  [[nodiscard]] std::vector<QuotaUse> List(Connection& connection, int64_t now);

 private:
  [[nodiscard]] Quotas Of(const std::string& persona);
  // Asks the source again.
  [[nodiscard]] Quotas Anew(const std::string& persona);

  Source source_;
  std::mutex mutex_;
  std::map<std::string, Quotas, std::less<>> known_;
};

}  // namespace katra::store::sqlite
