// What routing reads from a client's request: the user's last text, and what the request requires
// of a model. Knows the three formats of clients; reads only the parts of a body that it needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/translate/messages/splice.h"

namespace katra::router::routing {

// The format of the client's body.
enum class BodyFormat { kMessages, kChat, kResponses };

// Borrows `body` and `peek`, which PeekRequest made from it. Every method reads the body again.
// None fails: parts that cannot be read count as absent.
class RequestView {
 public:
  RequestView(BodyFormat format, std::string_view body, const translate::RequestPeek& peek)
      : format_(format), body_(body), peek_(peek) {}

  // Whether the conversation does not end with the user's own words: it ends with the results of
  // tool calls, with the model's words, or is empty. Such a request continues the turn before it.
  // Texts that clients add after the user's words make no difference.
  [[nodiscard]] bool ContinuesTurn() const;

  // Whether this is a side request of the client, such as one for a session title. It is not part
  // of the user's conversation, although it has the same session id and may name the same model.
  [[nodiscard]] bool IsSideRequest() const;

  // The last two messages with words of the user, newest first, without what clients add
  // (reminders, output of hooks, the environment, images). At most kMaxTextBytes of the last and
  // kMaxPreviousBytes of the one before; a longer text is reduced to its beginning and its end.
  struct UserTurns {
    std::string last;
    std::string previous;
    bool image = false;  // the last one contains an image
  };
  static constexpr size_t kMaxTextBytes = 16 * 1024;
  // A few words show what a turn is about, and reading more would slow down every request.
  static constexpr size_t kMaxPreviousBytes = 1024;
  [[nodiscard]] UserTurns LastUserTurns() const;

  // The end of the conversation as text, oldest first: what the user and the model wrote, without
  // empty messages, tools, reasoning, images and texts that clients add. Reads backwards until it
  // has kMaxTailBytes of text; a message longer than kMaxTailMessageBytes is reduced to its
  // beginning and its end. Takes time proportional to what it reads, so call it only for a matcher
  // that is slower than that.
  struct Spoken {
    bool user = false;  // else the model
    std::string text;
  };
  static constexpr size_t kMaxTailBytes = 64 * 1024;
  static constexpr size_t kMaxTailMessageBytes = 64 * 1024;
  [[nodiscard]] std::vector<Spoken> ConversationTail() const;

  // Whether any message may contain an image, perhaps in a tool's result. Fast: it searches for the
  // type of a content block and parses nothing.
  [[nodiscard]] bool MayHoldImage() const;
  // Whether the provider's web search is among the tools, and whether it is the only tool.
  struct WebSearch {
    bool offered = false;
    bool alone = false;
  };
  [[nodiscard]] WebSearch OffersWebSearch() const;
  // Whether extended thinking is on, or an effort of "high" or more is asked for.
  [[nodiscard]] bool AsksForThought() const;

  // The model in the first <CCR-SUBAGENT-MODEL> tag of the system prompt or of the first two user
  // messages, and the position of the whole tag in the body. A tag in any other message is ordinary
  // text: a tool may have read it somewhere.
  struct SubagentTag {
    std::string model;
    translate::RequestPeek::Span span;
  };
  [[nodiscard]] std::optional<SubagentTag> FindSubagentTag() const;

 private:
  [[nodiscard]] std::string_view Cut(translate::RequestPeek::Span span) const {
    return body_.substr(span.begin, span.end - span.begin);
  }

  BodyFormat format_;
  std::string_view body_;
  const translate::RequestPeek& peek_;
};

// `text` without what clients add to a user's words: whole <system-reminder> elements and the like,
// and the markup of slash commands (their arguments stay).
[[nodiscard]] std::string WithoutClientMarkup(std::string_view text);

}  // namespace katra::router::routing
