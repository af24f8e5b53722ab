#include "cli/route/live_view.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <deque>
#include <ostream>
#include <unordered_set>
#include <utility>

#include "cli/exit_codes.h"
#include "cli/route/decision_feed.h"
#include "cli/route/decision_view.h"
#include "cli/route/fit_table.h"
#include "cli/sessions/gateway_process.h"
#include "core/json_text.h"
#include "core/text.h"
#include "core/text_width.h"

namespace katra::cli {
namespace {

using store::UsageRecord;

constexpr size_t kShownAtStart = 10;
constexpr int kReadAtStart = 200;  // the gateway repeats its last 100
constexpr size_t kRemembered = 10'000;
constexpr std::chrono::milliseconds kLook{1'000};

// Blue, yellow and reverse differ for everybody, whatever colours they see.
constexpr const char* kChosenLook = "\x1b[94m";
constexpr const char* kFallbackLook = "\x1b[33m";
constexpr const char* kNameLook = "\x1b[1m";

std::string LocalTime(WallTime time) {
  const auto seconds = static_cast<std::time_t>(ToUnixMillis(time) / 1000);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  std::array<char, 16> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%H:%M:%S", &parts)};
}

// Text in several looks, cut to the page.
class LineOf {
 public:
  explicit LineOf(const Page& page) : page_(page) {}

  LineOf& Add(const std::string& text, const char* look = "") {
    const size_t left = page_.width > width_ ? page_.width - width_ : 0;
    const std::string shown = page_.width == 0 ? text : CutToWidth(text, left);
    width_ += DisplayWidth(shown);
    if (shown.empty()) return *this;
    line_ += page_.colours && *look != '\0' ? look + shown + "\x1b[0m" : shown;
    return *this;
  }
  [[nodiscard]] const std::string& text() const { return line_; }

 private:
  const Page& page_;
  std::string line_;
  size_t width_ = 0;
};

// Prints each decision once.
class Printer {
 public:
  Printer(const LiveOptions& options, Context& context) : options_(options), context_(context) {}

  // Those that are of no interest count as printed.
  void Print(const UsageRecord& record) {
    if (!Remember(record.request_id) || record.endpoint == "count_tokens") return;
    if (!options_.persona.empty() &&
        ToLowerAscii(record.persona) != ToLowerAscii(options_.persona)) {
      return;
    }
    if (options_.json) {
      std::string json;
      JsonWriter writer(json);
      WriteDecision(record, writer);
      context_.out() << EscapeJsonText(json) << "\n";
    } else {
      Page page = PageFor(context_.terminal());
      if (page.width > 0) {  // the window may have another size by now
        page.width = static_cast<size_t>(DescribeTerminal(context_.environment()).width);
      }
      context_.out() << DecisionLine(record, page) << "\n";
    }
    context_.out().flush();
  }
  bool Remember(const std::string& id) {
    if (!seen_.insert(id).second) return false;
    order_.push_back(id);
    if (order_.size() > kRemembered) {
      seen_.erase(order_.front());
      order_.pop_front();
    }
    return true;
  }

 private:
  const LiveOptions& options_;
  Context& context_;
  std::unordered_set<std::string> seen_;
  std::deque<std::string> order_;
};

// Reads what the store has got since the last call.
class StoredDecisions {
 public:
  StoredDecisions(store::UsageStore& store, const Context& context)
      : store_(store), context_(context) {}

  // Oldest first.
  Result<std::vector<UsageRecord>> Read() {
    store::UsageFilter filter;
    filter.after_id = last_id_;
    filter.limit = kReadAtStart;
    // Requests are recorded when they end, and few take longer than this.
    if (last_id_ > 0) filter.since = context_.clock().Now() - std::chrono::hours(6);
    auto records = store_.LatestUsage(filter, context_.Call());
    if (!records) return records;
    for (const UsageRecord& record : *records) last_id_ = std::max(last_id_, record.id);
    std::reverse(records->begin(), records->end());
    return records;
  }

 private:
  store::UsageStore& store_;
  const Context& context_;
  int64_t last_id_ = 0;
};

bool IsOf(const UsageRecord& record, const std::string& persona) {
  return persona.empty() || ToLowerAscii(record.persona) == ToLowerAscii(persona);
}

// Prints the last few of `past`, and remembers all.
void PrintPast(const std::vector<UsageRecord>& past, const LiveOptions& options, Printer& printer) {
  const auto fits = [&](const UsageRecord& record) { return IsOf(record, options.persona); };
  size_t skipped = static_cast<size_t>(std::count_if(past.begin(), past.end(), fits));
  skipped -= std::min(skipped, kShownAtStart);
  for (const UsageRecord& record : past) {
    if (skipped > 0 && fits(record)) {
      --skipped;
      printer.Remember(record.request_id);
    } else {
      printer.Print(record);
    }
  }
}

}  // namespace

std::string DecisionLine(const UsageRecord& record, const Page& page) {
  LineOf line(page);
  const bool failed = !record.error.empty();
  line.Add("[" + LocalTime(record.at) + "]", kFaintLook).Add(" ");
  line.Add(OneLine(record.persona, 80), kNameLook).Add(" ");
  line.Add(RequestedModel(record)).Add(" -> ", kFaintLook);
  line.Add(ChosenModel(record), IsFallback(record) ? kFallbackLook : kChosenLook);
  line.Add(" · " + RouteText(record));
  if (failed) line.Add(" · ").Add(WhyText(record), kReverseLook);
  line.Add(" · " + MillisText(record.duration_ms) + " · " + CostText(record));
  if (!failed && !record.reason.empty()) line.Add(" · " + WhyText(record), kFaintLook);
  return line.text();
}

int WatchRouting(const LiveOptions& options, Context& context) {
  const Result<store::UsageStore*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  const auto feed = DecisionFeed::Make();
  if (!feed) return context.PrintError(feed.error());
  StoredDecisions stored(**store, context);
  Printer printer(options, context);
  const auto past = stored.Read();
  if (!past) return context.PrintError(past.error());
  PrintPast(*past, options, printer);
  bool told = false;
  while (context.out()) {
    if (!(*feed)->connected()) {
      const auto runtime = RunningGateway(context);
      const bool connected = runtime && (*feed)->Connect(runtime->socket);
      if (!connected && !std::exchange(told, true)) {
        context.Warn("no gateway is running: waiting for one. `katra up` starts it");
      }
      // Also what a gateway that has ended meanwhile recorded last.
      const auto more = stored.Read();
      if (!more && !more.error().retryable) return context.PrintError(more.error());
      if (more) {
        for (const UsageRecord& record : *more) printer.Print(record);
      }
    }
    const bool stopped = !(*feed)->Wait(kLook);
    for (const std::string& json : (*feed)->Take()) {
      if (const auto record = ReadDecision(json)) printer.Print(*record);
    }
    if (stopped) return kExitOk;
  }
  return kExitOk;
}

}  // namespace katra::cli
