#include "render/receipts.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "render/bound.h"
#include "render/domain_json.h"
#include "render/memory_text.h"
#include "render/peer_text.h"
#include "render/snippet.h"
#include "store/search/likeness.h"

namespace katra::render {
namespace {

constexpr size_t kNearestBytes = 240;  // shown of each similar memory
constexpr size_t kAround = 2048;
constexpr size_t kHeaderBytes = 1024;   // of a message, with its marks
constexpr size_t kReceiptsShown = 200;  // of a message's recipients

// Of many recipients, only the first are named, and the rest counted.
constexpr size_t kNamed = 12;

std::vector<std::string> Names(const store::SayReceipt& receipt, std::optional<bool> live) {
  std::vector<std::string> names;
  for (const store::Recipient& recipient : receipt.recipients) {
    if (!live || recipient.live == *live) names.push_back(recipient.name);
  }
  return names;
}

// "; here now, can hear it: Sam; away, it waits for them: Dario and 30 more". Live recipients come
// first, so those who are away get the places that are left.
std::string WhoHears(const store::SayReceipt& receipt) {
  const std::vector<std::string> live = Names(receipt, true);
  const std::vector<std::string> away = Names(receipt, false);
  std::string text;
  if (!live.empty()) text += "; here now, can hear it: " + NameList(live, kNamed);
  if (away.empty()) return text;
  const size_t places = live.size() < kNamed ? kNamed - live.size() : 0;
  return text + "; away, it waits for them: " +
         (places > 0 ? NameList(away, places) : std::to_string(away.size()) + " more");
}

// A message that names the persona, whole if all of them fit an answer.
struct NamingMessage {
  const store::Message* message = nullptr;
  std::string body;
  bool shortened = false;
};

// If they do not fit together, each is cut to an equal share.
std::vector<NamingMessage> FitNaming(const std::vector<store::Message>& naming, bool as_json) {
  size_t cost = kAround;
  for (const store::Message& message : naming) {
    cost += kHeaderBytes + (as_json ? JsonCost(DumpJson(message.body)) + 7 * kHeaderBytes
                                    : TextCost(FencedBody(message.body)));
  }
  std::vector<NamingMessage> fitted;
  const size_t share = naming.empty() ? 0 : (kTextBudgetBytes - kAround) / naming.size();
  const size_t header = as_json ? share / 2 : std::min(share / 2, kHeaderBytes);
  for (const store::Message& message : naming) {
    NamingMessage one{&message, message.body, false};
    if (cost > kTextBudgetBytes) {
      one.body = std::string(FitBody(message.body, share - header, as_json));
      one.shortened = one.body.size() < message.body.size();
    }
    fitted.push_back(std::move(one));
  }
  return fitted;
}

std::string ReceiptLine(const store::Receipt& receipt, WallTime now) {
  std::string line = Word(receipt.persona) + ": ";
  switch (receipt.state) {
    case store::ReceiptState::kWaiting:
      line += "not given yet";
      break;
    case store::ReceiptState::kGiven:
      line += "given, not acknowledged yet";
      break;
    case store::ReceiptState::kHeard:
      line += "heard";
      break;
    case store::ReceiptState::kSkipped:
      line += "left it behind unread";
      break;
  }
  if (receipt.heard_at) {
    line += " " + Stamp(*receipt.heard_at, now);
  } else if (receipt.state == store::ReceiptState::kHeard) {
    line += ", time unknown";
  }
  if (receipt.with_correction) line += ", perhaps only its correction";
  if (receipt.woken_at) line += "; woken " + Stamp(*receipt.woken_at, now);
  return line;
}

bool SaysNearlyTheSame(const store::MemoryHit& hit, const store::RememberRequest& request) {
  return store::search::Likeness(hit.memory.content, request.content) >= store::search::kNearlySame;
}

}  // namespace

std::string SaidText(const store::SayReceipt& receipt) {
  const std::string id = "#" + std::to_string(receipt.id);
  const std::string addressed =
      receipt.direct ? NameList(Names(receipt, std::nullopt), kNamed) : std::string("all");
  std::string text = receipt.repeated ? "already said " : "said ";
  text += id + " in " + Word(receipt.room) + " to " + addressed;
  if (receipt.repeated)
    return text + ": this idempotency key was seen before, nothing new was said";
  text += ": stored";
  if (receipt.recipients.empty() && receipt.gone_guests) {
    return text + "; nobody else is in this room now; later visitors will find it";
  }
  if (receipt.recipients.empty()) {
    return text + "; nobody else has been in this room yet; later visitors will find it";
  }
  return text + WhoHears(receipt);
}

nlohmann::json SaidJson(const store::SayReceipt& receipt) {
  nlohmann::json recipients = nlohmann::json::array();
  nlohmann::json to = nlohmann::json::array();
  for (const store::Recipient& recipient : receipt.recipients) {
    if (recipients.size() == kNamed) break;
    recipients.push_back({{"name", recipient.name}, {"live", recipient.live}});
    if (receipt.direct) to.push_back(recipient.name);
  }
  return {{"id", receipt.id},
          {"room", receipt.room},
          {"to", std::move(to)},
          {"said_at", FormatRfc3339(receipt.said_at)},
          {"state", "stored"},
          {"repeated", receipt.repeated},
          {"recipients", std::move(recipients)},
          {"recipients_in_all", receipt.recipients.size()}};
}

std::string RememberedText(const store::RememberReceipt& receipt,
                           const store::RememberRequest& request,
                           const std::vector<store::MemoryHit>& nearest, WallTime now) {
  const std::string id = "#" + std::to_string(receipt.id);
  std::string text;
  if (!receipt.same_by.empty()) {
    return "already remembered as memory " + id + " by " + Word(receipt.same_by) +
           ", in the same words: nothing new was stored. another=true stores it as well, "
           "supersedes=" +
           std::to_string(receipt.id) + " replaces it (with other tags, kind or importance)";
  }
  if (receipt.repeated) {
    text = "already remembered as memory " + id +
           ": this idempotency key was seen before, nothing new was stored";
  } else {
    text = "remembered as memory " + id + " (" + store::ToString(request.kind) + ", " +
           store::ToString(request.scope) + "): stored";
    if (request.supersedes) text += "; it supersedes #" + std::to_string(*request.supersedes);
    if (request.session_only) text += "; forgotten when this session ends";
    if (request.expires_at) text += "; forgotten at " + FormatRfc3339(*request.expires_at);
  }
  if (nearest.empty()) return text;
  for (const store::MemoryHit& hit : nearest) {
    if (!SaysNearlyTheSame(hit, request)) continue;
    text += "; #" + std::to_string(hit.memory.id) + " says nearly the same";
  }
  text +=
      "\nnearest memories (if yours replaces one: remember it again with supersedes, and forget " +
      id + "):";
  for (const store::MemoryHit& hit : nearest) {
    const Snippet snippet = MakeSnippet(hit.memory.content, request.content, kNearestBytes);
    text += "\n" + MemoryHeader(hit.memory, ShortenedText(snippet, hit.memory.id, false), now) +
            "\n" + FencedBody(snippet.text);
  }
  return text;
}

nlohmann::json RememberedJson(const store::RememberReceipt& receipt,
                              const store::RememberRequest& request,
                              const std::vector<store::MemoryHit>& nearest) {
  nlohmann::json near = nlohmann::json::array();
  for (const store::MemoryHit& hit : nearest) {
    const Snippet snippet = MakeSnippet(hit.memory.content, request.content, kNearestBytes);
    near.push_back({{"id", hit.memory.id},
                    {"author", hit.memory.author},
                    {"kind", store::ToString(hit.memory.kind)},
                    {"scope", store::ToString(hit.memory.scope)},
                    {"text", snippet.text},
                    {"text_bytes", snippet.total_bytes},
                    {"is_snippet", snippet.shortened},
                    {"score", hit.score},
                    {"nearly_same", SaysNearlyTheSame(hit, request)},
                    {"created_at", FormatRfc3339(hit.memory.created_at)}});
  }
  return {{"id", receipt.id},
          {"created_at", FormatRfc3339(receipt.created_at)},
          {"state", "stored"},
          {"repeated", receipt.repeated},
          {"same_words", !receipt.same_by.empty()},
          {"nearest", std::move(near)}};
}

std::string ForgottenText(const store::ForgetReceipt& receipt) {
  const std::string name = "memory #" + std::to_string(receipt.id);
  return receipt.repeated
             ? name + " was forgotten before; nothing changed"
             : "forgot " + name + ": hidden from every recall, with a record of it kept";
}

nlohmann::json ForgottenJson(const store::ForgetReceipt& receipt) {
  return {{"id", receipt.id}, {"forgotten", true}, {"repeated", receipt.repeated}};
}

std::string SkippedText(const store::SkipReply& reply, WallTime now) {
  if (reply.skipped == 0) return "there was nothing unheard to skip in " + Word(reply.room);
  std::string text = "left " + Count(reply.skipped, "message", "messages") + " behind in " +
                     Word(reply.room) + ", up to #" + std::to_string(reply.through) + ":";
  for (const store::Speaker& speaker : reply.speakers) {
    text += (&speaker == &reply.speakers.front() ? " " : ", ") + Word(speaker.name) + " " +
            std::to_string(speaker.messages);
  }
  if (reply.other_speakers > 0) {
    text += " and " + Count(reply.other_speakers, "more speaker", "more speakers");
  }
  text += ". They count as heard; katra_history shows them";
  if (reply.naming.empty()) return text + "; none of them names you";
  text += "\nthe newest of them that are to you or name you:";
  size_t cost = kAround;
  for (const NamingMessage& one : FitNaming(reply.naming, false)) {
    MessageMarks marks;
    marks.room = reply.room;
    if (one.shortened) {
      marks.extra = RestOfMessageText(one.body.size(), one.message->body.size(), one.message->id);
    }
    const std::string item =
        "\n" + MessageHeader(*one.message, marks, now) + "\n" + FencedBody(one.body);
    cost += TextCost(item);
    if (cost > kTextBudgetBytes) return text + "\nand more: katra_history shows them";
    text += item;
  }
  return text;
}

std::string ReceiptsText(const store::ReceiptsReply& reply, WallTime now) {
  const std::string id = "#" + std::to_string(reply.message.id);
  if (reply.imported) return id + " was imported: who heard it is unknown";
  std::string text = id + " in " + Word(reply.message.room);
  if (reply.message.corrected_by) {
    text += ", corrected by #" + std::to_string(*reply.message.corrected_by);
  }
  if (reply.receipts.empty()) return text + ": nobody has been in this room to hear it yet";
  const auto heard = std::count_if(reply.receipts.begin(), reply.receipts.end(), [](const auto& r) {
    return r.state == store::ReceiptState::kHeard;
  });
  text += ": heard by " + std::to_string(heard) + " of " + std::to_string(reply.receipts.size());
  size_t shown = 0;
  for (const store::Receipt& receipt : reply.receipts) {
    if (++shown > kReceiptsShown) {
      return text + "\nand " + std::to_string(reply.receipts.size() - kReceiptsShown) + " more";
    }
    text += "\n" + ReceiptLine(receipt, now);
  }
  return text;
}

nlohmann::json ReceiptsJson(const store::ReceiptsReply& reply) {
  nlohmann::json receipts = nlohmann::json::array();
  for (const store::Receipt& receipt : reply.receipts) {
    if (receipts.size() == kReceiptsShown) break;
    nlohmann::json one = {{"persona", receipt.persona}, {"state", store::ToString(receipt.state)}};
    if (receipt.heard_at) one["heard_at"] = FormatRfc3339(*receipt.heard_at);
    if (receipt.woken_at) one["woken_at"] = FormatRfc3339(*receipt.woken_at);
    if (receipt.with_correction) one["with_correction"] = true;
    receipts.push_back(std::move(one));
  }
  nlohmann::json object = {{"id", reply.message.id},
                           {"room", reply.message.room},
                           {"said_at", FormatRfc3339(reply.message.said_at)},
                           {"known", !reply.imported},
                           {"receipts", std::move(receipts)},
                           {"receipts_in_all", reply.receipts.size()}};
  if (reply.message.corrected_by) object["corrected_by"] = *reply.message.corrected_by;
  return object;
}

nlohmann::json HeardReplyJson(const store::HearReply& reply, bool peek) {
  nlohmann::json messages = nlohmann::json::array();
  for (const store::HeardMessage& heard : reply.messages) messages.push_back(HeardJson(heard));
  return {{"room", reply.room},
          {"messages", std::move(messages)},
          {"left", reply.left},
          {"left_is_floor", reply.left_is_floor},
          {"earlier", reply.earlier},
          {"earlier_is_floor", reply.earlier_is_floor},
          {"peek", peek}};
}

nlohmann::json SkippedJson(const store::SkipReply& reply, int64_t left) {
  nlohmann::json speakers = nlohmann::json::array();
  for (const store::Speaker& speaker : reply.speakers) {
    speakers.push_back({{"name", speaker.name}, {"messages", speaker.messages}});
  }
  store::HearReply naming;
  naming.room = reply.room;
  naming.left = left;
  nlohmann::json object = HeardReplyJson(naming, false);
  size_t cost = kAround;
  for (const NamingMessage& one : FitNaming(reply.naming, true)) {
    store::HeardMessage heard;
    heard.message = *one.message;
    heard.direct = !one.message->to.empty();
    heard.message.body = one.body;
    nlohmann::json item = HeardJson(heard);
    if (one.shortened) {
      item["body_bytes"] = one.message->body.size();
      item["is_snippet"] = true;
    }
    cost += JsonCost(DumpJson(item));
    if (cost > kTextBudgetBytes) break;
    object["messages"].push_back(std::move(item));
  }
  object["skipped"] = {{"through", reply.through},
                       {"messages", reply.skipped},
                       {"speakers", std::move(speakers)},
                       {"other_speakers", reply.other_speakers}};
  return object;
}

}  // namespace katra::render
