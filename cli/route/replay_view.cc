#include "cli/route/replay_view.h"

#include <cmath>
#include <vector>

#include "cli/route/decision_view.h"
#include "cli/route/fit_table.h"
#include "core/json_write.h"
#include "core/text.h"

namespace katra::cli {
namespace {

using router::routing::replay::Change;
using router::routing::replay::CountRange;
using router::routing::replay::ModelSum;
using router::routing::replay::Range;
using router::routing::replay::Report;

constexpr size_t kMostChanges = 20;

int64_t Micros(double usd_micros) { return std::llround(usd_micros); }
std::string Dollars(double usd_micros) { return DollarText(Micros(usd_micros)); }

std::string Requests(int64_t count) {
  return std::to_string(count) + (count == 1 ? " request" : " requests");
}

std::string Between(const Range& range) {
  if (Dollars(range.low) == Dollars(range.high)) return "";
  return " (from " + Dollars(range.low) + " to " + Dollars(range.high) + ")";
}

std::string Between(const CountRange& range) {
  if (range.low == range.high) return "";
  return " (from " + std::to_string(range.low) + " to " + std::to_string(range.high) + ")";
}

// "+": some have no known price; "$?": none has.
std::string SumText(double usd_micros, int64_t requests, int64_t unpriced) {
  if (requests == 0) return "-";
  if (unpriced == requests) return "$?";
  return Dollars(usd_micros) + (unpriced > 0 ? "+" : "");
}

std::string Models(const Report& report, const Page& page) {
  enum Column : size_t { kModel, kThen, kNow, kCostThen, kCostNow, kLow, kHigh };
  FitTable table;
  table.columns = {{"model"},        {"answered", true},   {"would answer", true},
                   {"cost", true},   {"would cost", true}, {"at least", true},
                   {"at most", true}};
  for (const ModelSum& one : report.models) {
    const bool priced = one.now > one.unpriced_now;
    table.rows.push_back({one.model, std::to_string(one.then), std::to_string(one.now),
                          SumText(one.cost_then, one.then, one.unpriced_then),
                          SumText(one.cost_now.expected, one.now, one.unpriced_now),
                          priced ? Dollars(one.cost_now.low) : "-",
                          priced ? Dollars(one.cost_now.high) : "-"});
  }
  table.steps = {{kModel, 28},   {kLow, 0},   {kHigh, 0}, {kModel, 16},
                 {kCostThen, 0}, {kModel, 8}, {kThen, 0}};
  return RenderFitted(table, page, [](size_t, const std::string& cell) {
    return cell == "-" || cell == "0" ? kFaintLook : "";
  });
}

std::string Changes(const Report& report, const Page& page) {
  enum Column : size_t { kFrom, kTo, kRoute, kRequests, kCostThen, kCostNow };
  FitTable table;
  table.columns = {{"instead of"},     {"would be asked"}, {"by route"},
                   {"requests", true}, {"cost", true},     {"would cost", true}};
  for (const Change& one : report.changes) {
    if (table.rows.size() >= kMostChanges) break;
    table.rows.push_back({one.from, one.to, one.route.empty() ? "-" : one.route,
                          std::to_string(one.requests),
                          SumText(one.cost_then, one.requests, one.unpriced),
                          SumText(one.cost_now.expected, one.requests, one.unpriced)});
  }
  table.steps = {{kRoute, 14}, {kFrom, 22}, {kTo, 22},      {kRoute, 0}, {kFrom, 14},
                 {kTo, 14},    {kFrom, 8},  {kCostThen, 0}, {kTo, 8}};
  std::string text = RenderFitted(table, page);
  if (report.changes.size() > kMostChanges) {
    text += "and " + std::to_string(report.changes.size() - kMostChanges) +
            " more kinds of changes: --json has them all\n";
  }
  return text;
}

// What the figures rest on, and what they leave open.
std::vector<std::string> Notes(const Report& report) {
  std::vector<std::string> notes;
  const auto note = [&](int64_t count, const std::string& text) {
    if (count > 0) notes.push_back(Requests(count) + text);
  };
  note(report.by_record, " decided by what is known without the text");
  note(report.by_text, " decided again with the recorded text");
  note(report.assumed,
       " taken to keep the recorded route, though routes or the matcher differ: the text was not "
       "recorded");
  note(report.unknown,
       " could not be decided again, because the text was not recorded (router.record): expected "
       "without a route; the bounds take every model that might have been asked");
  if (report.refused > 0) {
    notes.push_back(Requests(report.refused) + " would have been refused, and are in no cost: " +
                    OneLine(report.refusal, 300));
  }
  if (report.failed_elsewhere > 0) {
    notes.push_back(Requests(report.failed_elsewhere) + " of " + std::to_string(report.failed) +
                    " that failed would have gone to another model; whether it would have "
                    "answered is not known");
  }
  note(report.other_provider,
       " answered by another provider than the persona's, without a route: sessions that were "
       "started with a model of their own (it is not recorded), or an earlier configuration");
  note(report.matched_locally_instead,
       " matched by the local matcher: the router model is not asked");
  if (report.unpriced > 0) {
    std::string models;
    for (const std::string& model : report.without_price) {
      models += (models.empty() ? "" : ", ") + OneLine(model, 100);
    }
    notes.push_back(
        Requests(report.unpriced) + " in no cost, then or now, for want of a price" +
        (models.empty() ? " or of tokens" : ": router/prices.json may give that of " + models));
  }
  note(report.not_asked, " left out: no model was asked");
  notes.emplace_back(
      "Costs of another model are estimates from the recorded tokens: expected with the caches "
      "that it would have had, at most with none, at least with all that was really cached. Other "
      "models count tokens otherwise and answer at other lengths.");
  return notes;
}

void WriteRange(const char* key, const Range& range, bool known, JsonWriter& writer) {
  writer.Key(key);
  if (!known) {
    writer.Null();
    return;
  }
  writer.BeginObject().Key("low").Integer(Micros(range.low));
  writer.Key("expected").Integer(Micros(range.expected));
  writer.Key("high").Integer(Micros(range.high)).EndObject();
}

void WriteCost(const char* key, double usd_micros, bool known, JsonWriter& writer) {
  writer.Key(key);
  known ? writer.Integer(Micros(usd_micros)) : writer.Null();
}

}  // namespace

std::string ReplayText(const Report& report, const ReplayScope& scope, const Page& page) {
  std::string head = Requests(report.requests);
  if (scope.since != WallTime{}) head += " since " + FormatLocal(scope.since, scope.now);
  head += ", decided again under " +
          (scope.config.empty() ? std::string("the present configuration")
                                : OneLine(scope.config, 300)) +
          ". Nothing was sent to anybody.";
  std::string text = WrapLines(head, "", page) + "\n";
  const std::string asked = std::to_string(report.changed.expected) + " of " +
                            std::to_string(report.requests) + Between(report.changed);
  text += WrapLines("Another model would have been asked: " + asked, "", page);
  if (report.priced > 0) {
    text += WrapLines("Cost: " + Dollars(report.cost_then) + " then, " +
                          Dollars(report.cost_now.expected) + " now" + Between(report.cost_now),
                      "", page);
  } else {
    text += WrapLines("Cost: unknown", "", page);
  }
  text += "\n" + Models(report, page);
  if (!report.changes.empty()) text += "\n" + Changes(report, page);
  text += "\n";
  for (const std::string& note : Notes(report)) text += WrapLines(note, "", page);
  return text;
}

std::string ReplayJson(const Report& report, const ReplayScope& scope) {
  std::string json;
  JsonWriter writer(json);
  const auto text = [&](const char* key, const std::string& value) {
    writer.Key(key);
    value.empty() ? writer.Null() : writer.String(value);
  };
  writer.BeginObject();
  text("config", scope.config);
  text("since", scope.since == WallTime{} ? std::string() : FormatRfc3339(scope.since));
  writer.Key("requests").Integer(report.requests);
  writer.Key("decided").BeginObject().Key("by_record").Integer(report.by_record);
  writer.Key("by_text").Integer(report.by_text).Key("assumed").Integer(report.assumed);
  writer.Key("unknown").Integer(report.unknown).EndObject();
  writer.Key("not_asked").Integer(report.not_asked).Key("refused").Integer(report.refused);
  text("refusal", report.refusal);
  writer.Key("failed").Integer(report.failed);
  writer.Key("failed_elsewhere").Integer(report.failed_elsewhere);
  writer.Key("other_provider").Integer(report.other_provider);
  writer.Key("matched_locally_instead").Integer(report.matched_locally_instead);
  writer.Key("changed").BeginObject().Key("low").Integer(report.changed.low);
  writer.Key("expected").Integer(report.changed.expected);
  writer.Key("high").Integer(report.changed.high).EndObject();
  const bool known = report.priced > 0;
  writer.Key("priced").Integer(report.priced).Key("unpriced").Integer(report.unpriced);
  writer.Key("without_price").BeginArray();
  for (const std::string& model : report.without_price) writer.String(model);
  writer.EndArray();
  WriteCost("cost_then_usd_micros", report.cost_then, known, writer);
  WriteRange("cost_now_usd_micros", report.cost_now, known, writer);
  writer.Key("models").BeginArray();
  for (const ModelSum& one : report.models) {
    writer.BeginObject().Key("model").String(one.model);
    writer.Key("requests_then").Integer(one.then).Key("requests_now").Integer(one.now);
    WriteCost("cost_then_usd_micros", one.cost_then, one.then > one.unpriced_then, writer);
    WriteRange("cost_now_usd_micros", one.cost_now, one.now > one.unpriced_now, writer);
    writer.EndObject();
  }
  writer.EndArray().Key("changes").BeginArray();
  for (const Change& one : report.changes) {
    writer.BeginObject().Key("from").String(one.from).Key("to").String(one.to);
    text("route", one.route);
    writer.Key("requests").Integer(one.requests);
    const bool priced = one.requests > one.unpriced;
    WriteCost("cost_then_usd_micros", one.cost_then, priced, writer);
    WriteRange("cost_now_usd_micros", one.cost_now, priced, writer);
    writer.EndObject();
  }
  writer.EndArray().EndObject();
  return json;
}

}  // namespace katra::cli
