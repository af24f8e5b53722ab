#include "router/gateway/recorder.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "core/process.h"

namespace katra::gateway {
namespace {

constexpr std::chrono::milliseconds kFlushAfter{150};
constexpr std::chrono::milliseconds kReopenAfter{5'000};
constexpr size_t kMostAtOnce = 64;  // in one transaction
constexpr size_t kMaxWaiting = 20'000;
constexpr size_t kMaxKept = 20'000;
constexpr size_t kMaxKeptBytes = size_t{32} * 1024 * 1024;
constexpr size_t kMaxEntryBytes = 1024 * 1024;
constexpr std::chrono::seconds kPatience{10};

// As the upstream calls it, when it says so.
const std::string& AnsweringModel(const Outcome& outcome) {
  return outcome.reported_model.empty() ? outcome.model : outcome.reported_model;
}

// Whether it tells which model the persona's conversation is with.
bool Verifies(const Outcome& outcome) {
  return outcome.answered && !outcome.side && outcome.agent_id.empty() &&
         outcome.endpoint != "count_tokens";
}

store::UsageRecord ToRecord(const Outcome& outcome) {
  store::UsageRecord record;
  record.at = outcome.at;
  record.request_id = outcome.request_id;
  record.upstream_id = outcome.upstream_request_id;
  record.endpoint = outcome.endpoint;
  record.persona = outcome.persona;
  record.client_session_id = outcome.client_session_id;
  record.agent_id = outcome.agent_id;
  record.requested_model = outcome.requested_model;
  record.provider = outcome.provider;
  record.key_name = outcome.key_name;
  record.model = AnsweringModel(outcome);
  record.status = outcome.status;
  record.error = outcome.error_type;
  record.attempts = static_cast<int>(outcome.attempts.size());
  record.streamed = outcome.streamed;
  record.verifies = Verifies(outcome);
  record.input_tokens = outcome.usage.input_tokens;
  record.output_tokens = outcome.usage.output_tokens;
  record.cache_read_tokens = outcome.usage.cache_read_tokens;
  record.cache_told = outcome.usage.known && outcome.usage.cache_told;
  record.cache_write_tokens = outcome.usage.cache_write_tokens;
  if (outcome.cost_usd_micros >= 0) record.cost_usd_micros = outcome.cost_usd_micros;
  if (outcome.first_byte.count() >= 0) record.first_byte_ms = outcome.first_byte.count();
  record.duration_ms = outcome.duration.count();
  return record;
}

}  // namespace

// What goes to the store's thread and comes back.
struct Recorder::Batch {
  std::shared_ptr<store::Store> store;
  std::vector<OutcomePtr> answers;
  size_t recorded = 0;  // of the answers
  std::vector<store::KeptReasoning> reasoning;
  std::vector<store::KeptReasoning> loaded;
  Status status;
};

Recorder::Recorder(uv::Loop& loop, store::Executor& executor, Logger& logger, OpenStore open)
    : executor_(executor), logger_(logger), open_(std::move(open)), flush_(loop, [this] {
        armed_ = false;
        Flush();
      }) {
  Open();
}

Recorder::~Recorder() = default;

void Recorder::Open() {
  busy_ = true;
  auto batch = std::make_shared<Batch>();
  executor_.Post(
      store::Executor::Lane::kWrite,
      [batch, open = open_] {
        YieldToOtherThreads();
        auto opened = open();
        if (!opened) {
          batch->status = tl::unexpected<Error>(opened.error());
          return;
        }
        batch->store = std::move(*opened);
        auto kept = batch->store->LatestReasoning(static_cast<int>(kMaxKept),
                                                  {std::chrono::steady_clock::now() + kPatience});
        if (kept) batch->loaded = std::move(*kept);
      },
      [this, batch] {
        busy_ = false;
        if (!batch->status) {
          logger_.Warning("usage and tags are not recorded for now: " +
                          batch->status.error().message);
          armed_ = true;
          flush_.Start(kReopenAfter);
          return;
        }
        store_ = batch->store;
        std::reverse(batch->loaded.begin(), batch->loaded.end());  // oldest first
        {
          const std::lock_guard lock(mutex_);
          for (const auto& loaded : batch->loaded) {
            if (kept_.emplace(loaded.tool_id, loaded.kept).second) {
              order_.push_back(loaded.tool_id);
              kept_bytes_ += loaded.kept.size();
            }
          }
          Forget();
        }
        Flush();
      });
}

void Recorder::Take(const OutcomePtr& outcome) {
  if (answers_.size() >= kMaxWaiting) {  // H7
    ++dropped_;
    return;
  }
  answers_.push_back(outcome);
  if (Verifies(*outcome)) {
    // Who answers has changed, or a new session has begun: what is said next is to carry the tag.
    std::string& tag = tags_[outcome->persona];
    std::string now = outcome->client_session_id;
    now.append(" ").append(outcome->provider).append("/").append(AnsweringModel(*outcome));
    if (now != tag) {
      tag = std::move(now);
      armed_ = true;
      flush_.Start(std::chrono::milliseconds(0));
      return;
    }
  }
  if (armed_) return;
  armed_ = true;
  flush_.Start(kFlushAfter);
}

void Recorder::Put(std::string_view key, std::string_view kept) {
  if (kept.size() > kMaxEntryBytes) return;
  {
    const std::lock_guard lock(mutex_);
    std::string& entry = kept_[std::string(key)];
    if (entry.empty()) order_.emplace_back(key);
    kept_bytes_ += kept.size();
    kept_bytes_ -= entry.size();
    entry.assign(kept);
    Forget();
  }
  if (reasoning_.size() >= kMaxWaiting) {
    ++dropped_;
    return;
  }
  reasoning_.push_back({std::string(key), std::string(kept)});
  if (armed_) return;
  armed_ = true;
  flush_.Start(kFlushAfter);
}

std::optional<std::string> Recorder::Get(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(std::string(key));
  if (found == kept_.end()) return std::nullopt;
  return found->second;
}

void Recorder::Forget() {
  while ((kept_.size() > kMaxKept || kept_bytes_ > kMaxKeptBytes) && oldest_ < order_.size()) {
    const auto found = kept_.find(order_[oldest_++]);
    if (found == kept_.end()) continue;
    kept_bytes_ -= found->second.size();
    kept_.erase(found);
  }
  if (oldest_ > kMaxKept) {
    order_.erase(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(oldest_));
    oldest_ = 0;
  }
}

void Recorder::Flush() {
  if (busy_) return;
  if (!store_) {
    Open();
    return;
  }
  if (answers_.empty() && reasoning_.empty()) return;
  busy_ = true;
  auto batch = std::make_shared<Batch>();
  batch->store = store_;
  batch->answers = std::exchange(answers_, {});
  batch->reasoning = std::exchange(reasoning_, {});
  executor_.Post(
      store::Executor::Lane::kWrite,
      [batch] {
        const store::CallContext call{std::chrono::steady_clock::now() + kPatience};
        for (size_t at = 0; at < batch->answers.size() && batch->status; at += kMostAtOnce) {
          std::vector<store::UsageRecord> records;
          const size_t end = std::min(at + kMostAtOnce, batch->answers.size());
          for (size_t i = at; i < end; ++i) records.push_back(ToRecord(*batch->answers[i]));
          batch->status = batch->store->RecordUsage(records, call);
          if (batch->status) batch->recorded = end;
          std::this_thread::yield();  // others write to this store, and streams are waiting
        }
        if (!batch->reasoning.empty()) {
          auto kept = batch->store->KeepReasoning(batch->reasoning, call);
          if (batch->status && !kept) batch->status = std::move(kept);
        }
      },
      [this, batch] {
        busy_ = false;
        if (!batch->status) {
          dropped_ += batch->answers.size() - batch->recorded + batch->reasoning.size();
          logger_.Warning("usage could not be recorded: " + batch->status.error().message);
        }
        if (!answers_.empty() || !reasoning_.empty()) Flush();
      });
}

}  // namespace katra::gateway
