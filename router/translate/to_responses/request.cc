// Translates a Messages request to the Responses API.
#include "router/translate/request.h"

#include "router/translate/to_responses/parts.h"

namespace katra::router::translate {

Result<TranslatedRequest> ToResponses(std::string_view messages_body, const Target& target) {
  JsonDocument document;
  if (auto read = ReadBody(messages_body, document); !read) return Pass(std::move(read));
  Draft draft(target, document.Root());
  draft.responses = draft.result.responses = true;
  BeginDraft(draft);

  // In the body they follow the input, so that a longer conversation begins with the bytes of the
  // shorter one (R27).
  std::string tools;
  JsonWriter tools_writer(tools);
  tools_writer.BeginObject();
  if (auto done = WriteResponsesTools(draft, tools_writer); !done) return Pass(std::move(done));
  draft.result.reply.carries_reasoning = draft.thinking || draft.has_functions;

  std::string& body = draft.result.body;
  body.reserve(messages_body.size() + messages_body.size() / 8 + 512);
  JsonWriter writer(body);
  writer.BeginObject();
  writer.Key("model").String(target.model);
  if (auto done = WriteResponsesInput(draft, writer); !done) return Pass(std::move(done));
  if (tools.size() > 1) body += "," + tools.substr(1);
  if (auto done = WriteResponsesParameters(draft, writer); !done) return Pass(std::move(done));
  writer.EndObject();
  EndDraft(draft);
  return std::move(draft.result);
}

}  // namespace katra::router::translate
