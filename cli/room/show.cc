#include "cli/room/show.h"

#include "cli/output.h"
#include "core/text.h"
#include "render/memory_text.h"
#include "render/peer_text.h"
#include "render/snippet.h"

namespace katra::cli {
namespace {

std::string Bold(const std::string& text, const Context& context) {
  return context.terminal().colours ? "\x1b[1m" + text + "\x1b[0m" : text;
}

std::string Heading(const std::string& text, const Context& context) {
  std::string lines;
  for (const std::string& line : WrapWords(text, PageFor(context.terminal()).width)) {
    lines += Bold(line, context) + "\n";
  }
  return lines;
}

// A fenced body; on a terminal it is wrapped between words, so that every line begins with the
// fence.
std::string Body(const std::string& text, const Context& context) {
  return WrapLines(Fence(text, ""), "| ", PageFor(context.terminal()));
}

std::string Show(const store::Message& message, render::MessageMarks marks,
                 const Context& context) {
  const WallTime now = context.clock().Now();
  marks.time = FormatLocal(message.said_at, now);
  return Heading(render::MessageHeader(message, marks, now), context) + Body(message.body, context);
}

}  // namespace

std::string ShowHeard(const store::HeardMessage& heard, const std::string& room,
                      const Context& context) {
  render::MessageMarks marks;
  marks.room = room;
  marks.history = heard.history;
  marks.redelivered = heard.redelivered;
  return Show(heard.message, marks, context);
}

std::string ShowMessage(const store::Message& message, const std::string& room,
                        const std::string& extra, const Context& context) {
  render::MessageMarks marks;
  marks.room = room;
  marks.extra = extra;
  return Show(message, marks, context);
}

std::string ShowMemory(const store::Memory& memory, const std::string& query, bool whole,
                       const Context& context, const std::string& extra) {
  const render::Snippet body = render::MakeSnippet(
      memory.content, query, whole ? memory.content.size() : render::kSnippetBytes);
  const std::string shortened = body.shortened
                                    ? "shortened: `" + context.program() + " memory show " +
                                          std::to_string(memory.id) + "` shows all " +
                                          std::to_string(body.total_bytes) + " bytes"
                                    : "";
  const std::string marks = extra + (extra.empty() || shortened.empty() ? "" : ", ") + shortened;
  std::string text = Heading(render::MemoryHeader(memory, marks, context.clock().Now()), context) +
                     Body(body.text, context);
  if (!memory.reasoning.empty()) {
    const render::Snippet why = render::MakeSnippet(
        memory.reasoning, query, whole ? memory.reasoning.size() : render::kSnippetBytes);
    text += "because:\n" + Body(why.text, context);
  }
  return text;
}

std::string ShowHeardReply(const store::HearReply& reply, const std::string& persona,
                           const Context& context) {
  if (reply.messages.empty()) {
    return "nothing new in " + reply.room + " for " + persona + "\n";
  }
  std::string text;
  if (reply.earlier > 0) {
    text += std::string(reply.earlier_is_floor ? "more than " : "") +
            std::to_string(reply.earlier) + " earlier in " + reply.room + ": `" +
            context.program() + " history` shows them\n";
  }
  for (const store::HeardMessage& heard : reply.messages) {
    text += ShowHeard(heard, reply.room, context);
  }
  if (reply.left > 0) {
    text += std::string(reply.left_is_floor ? "more than " : "") + std::to_string(reply.left) +
            " more: `" + context.program() + " hear` again\n";
  }
  return text;
}

}  // namespace katra::cli
