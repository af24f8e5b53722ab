// xAI under its own name: what is known of it stands with its models, Grok.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Xai() {
  Provider p = Grok();
  p.name = "xai";
  p.title = "xAI";
  return p;
}

}  // namespace katra::router::providers
