// Translates a Messages request to Chat Completions.
#include "router/translate/request.h"

#include "router/translate/to_chat/parts.h"

namespace katra::router::translate {

Result<TranslatedRequest> ToChat(std::string_view messages_body, const Target& target) {
  JsonDocument document;
  if (auto read = ReadBody(messages_body, document); !read) return Pass(std::move(read));
  Draft draft(target, document.Root());
  BeginDraft(draft);

  // Tools are translated first, because they produce names and notes, but they follow the messages
  // in the body.
  std::string tools;
  JsonWriter tools_writer(tools);
  tools_writer.BeginObject();
  if (auto done = WriteTools(draft, tools_writer); !done) return Pass(std::move(done));

  std::string& body = draft.result.body;
  body.reserve(messages_body.size() + messages_body.size() / 8 + 512);
  JsonWriter writer(body);
  writer.BeginObject();
  writer.Key("model").String(target.model);
  std::string parameters;
  JsonWriter parameters_writer(parameters);
  parameters_writer.BeginObject();
  if (auto done = WriteParameters(draft, parameters_writer); !done) return Pass(std::move(done));
  if (auto done = WriteMessages(draft, writer); !done) return Pass(std::move(done));
  for (const std::string* members : {&tools, &parameters}) {
    if (members->size() > 1) body += "," + members->substr(1);
  }
  writer.EndObject();
  EndDraft(draft);
  return std::move(draft.result);
}

}  // namespace katra::router::translate
