"""The configurations that people copy from the guides, as they stand there. LOCAL stands for the port
of a model on this computer, which the guides give as 11434."""

MINIMAL_YAML = """version: v0.4.0
listeners:
  - { name: models, type: model, address: 127.0.0.1, port: 12000 }
model_providers:
  - { model: anthropic/claude-sonnet-5, access_key: $ANTHROPIC_API_KEY, default: true }
  - { model: deepseek/deepseek-v4-pro, access_key: $DEEPSEEK_API_KEY }
routing_preferences:
  - name: bulk edits
    description: mechanical edits over many files
    models: [deepseek/deepseek-v4-pro, anthropic/claude-sonnet-5]
"""

FULL_YAML = """version: v0.4.0
listeners:
  - { name: models, type: model, address: 127.0.0.1, port: 12000, timeout: 300s, max_retries: 2 }
model_providers:
  - { name: lead, model: anthropic/claude-opus-4-8, access_key: $ANTHROPIC_API_KEY, default: true }
  - { model: anthropic/claude-haiku-4-5, access_key: $ANTHROPIC_API_KEY }
  - { model: openrouter/*, access_key: $OPENROUTER_API_KEY }
  - { model: ollama/qwen3-coder, base_url: http://127.0.0.1:LOCAL }
  - { name: kimi-native, model: anthropic/kimi-k3, base_url: https://api.moonshot.ai/anthropic/v1, access_key: $MOONSHOT_API_KEY }
  - { model: acme/coder-1, base_url: https://llm.acme.example/v1, provider_interface: openai, passthrough_auth: true, headers: { x-team: build } }
  - { name: arch-router, model: plano/Arch-Router, base_url: http://127.0.0.1:LOCAL }
model_aliases:
  arch.claude.code.small.fast: { target: claude-haiku-4-5 }
  cheap: { target: ollama/qwen3-coder }
routing_preferences:
  - name: write code
    description: create or change source files, fix failing builds
    models: [anthropic/claude-opus-4-8, anthropic/kimi-k3]
    selection_policy: { prefer: none }
  - name: read code
    description: explain, search or summarise existing code
    models: [ollama/qwen3-coder, anthropic/claude-haiku-4-5]
    selection_policy: { prefer: cheapest }
model_metrics_sources:
  - { type: cost, provider: models.dev, refresh_interval: 3600 }
routing:
  session_ttl_seconds: 600
  session_cache: { type: memory }
  routing_budget: { max_switch_spend_pct: 15 }
  route_on_user_only: true
prompt_caching: { enabled: true }
overrides: { llm_routing_model: plano/Arch-Router, upstream_connect_timeout: 5s, disable_signals: true }
ratelimits:
  - { model: claude-opus-4-8, selector: { key: x-team, value: build }, limit: { tokens: 200000, unit: hour } }
tracing: { random_sampling: 100, opentracing_grpc_endpoint: "http://localhost:4317" }
"""

# No version, no listeners; one of the preferences is a mapping where a list is meant.
GUIDE_YAML = """llm_providers:
  - model: openai/gpt-4.1-2025-04-14
    access_key: $OPENAI_API_KEY
    routing_preferences:
      - name: code understanding
        description: understand and explain existing code snippets, functions, or libraries
  - model: openai/gpt-5-2025-08-07
    access_key: $OPENAI_API_KEY
    routing_preferences:
      - name: code generation
        description: generating new code snippets, functions, or boilerplate based on user prompts or requirements
  - model: anthropic/claude-3-5-sonnet-20241022
    access_key: $ANTHROPIC_API_KEY
    routing_preferences:
      name: code review
      description: reviewing changes and pull requests
"""

LEGACY_YAML = """version: v0.1.0
listeners:
  egress_traffic: { address: 0.0.0.0, port: 12001, message_format: openai, timeout: 30s }
llm_providers:
  - model: openai/gpt-4.1
    access_key: ${OPENAI_API_KEY}
    default: true
    routing_preferences: [{ name: talk, description: small talk }]
"""

ALIASES_YAML = """version: v0.3.0
listeners:
  egress_traffic: { address: 0.0.0.0, port: 12000, message_format: openai, timeout: 30s }
llm_providers:
  - { model: openai/gpt-5-mini, access_key: $OPENAI_API_KEY, default: true }
  - { model: anthropic/claude-opus-4-8, access_key: $ANTHROPIC_API_KEY }
model_aliases:
  arch.fast.v1: { target: gpt-5-mini }
  arch.reason.v1: { target: anthropic/claude-opus-4-8 }
"""

MINIMAL_PERSONAS = {"personas": {"Sam": {"provider": "openai", "model": "gpt-4-turbo"}}}

FULL_PERSONAS = {
    "version": "1.0", "default_provider": "anthropic",
    "personas": {
        "Dario": {"provider": "anthropic"},
        "Sam": {"provider": "openai", "model": "gpt-4-turbo", "description": "Writes the tests",
                "api_key_env": "OPENAI_API_KEY",
                "routing": {"background": "ollama/qwen3-coder", "think": "gpt-5"},
                "fallbacks": ["deepseek/deepseek-v4-pro"]},
        "Local": {"provider": "workstation"}},
    "providers": {"workstation": {"api_base_url": "http://127.0.0.1:LOCAL/v1",
                                  "interface": "openai", "models": ["qwen3-coder"]},
                  "ollama": {"api_base_url": "http://127.0.0.1:LOCAL/v1"}},
    "routing_rules": {"longContext": "gemini/gemini-2.5-pro", "longContextThreshold": 60000}}

# Every scenario for everybody.
RULES = {
    "personas": {"Sam": {"provider": "openai", "model": "gpt-4-turbo"},
                 "Own": {"provider": "openai", "model": "gpt-4-turbo",
                         "routing": {"think": "gpt-5"}}},
    "providers": {"ollama": {"api_base_url": "http://127.0.0.1:LOCAL/v1"}},
    "routing_rules": {
        "default": "anthropic,claude-sonnet-5", "background": "ollama,qwen3-coder",
        "think": "deepseek,deepseek-v4-pro", "longContext": "gemini,gemini-2.5-pro",
        "longContextThreshold": 60000, "webSearch": "anthropic,claude-sonnet-5",
        "image": "openai,gpt-5"}}

# claude-code-router's config.json, in the shape that all of its versions take.
ROUTER_JSON = {
    "PORT": 3456, "HOST": "127.0.0.1", "APIKEY": "sk-local", "LOG": False,
    "API_TIMEOUT_MS": 600000,
    "Providers": [
        {"name": "anthropic", "api_base_url": "https://api.anthropic.com/v1/messages",
         "api_key": "$ANTHROPIC_API_KEY", "models": ["claude-sonnet-5"],
         "transformer": {"use": ["Anthropic"]}},
        {"name": "deepseek", "api_base_url": "https://api.deepseek.com/chat/completions",
         "api_key": "$DEEPSEEK_API_KEY", "models": ["deepseek-v4-pro"],
         "transformer": {"use": ["deepseek"]}},
        {"name": "local", "api_base_url": "http://127.0.0.1:LOCAL/v1/chat/completions",
         "api_key": "ollama", "models": ["qwen3:8b"], "transformer": {"use": ["streamoptions"]}}],
    "Router": {"default": "anthropic,claude-sonnet-5", "background": "local,qwen3:8b",
               "think": "deepseek,deepseek-v4-pro", "longContextThreshold": 60000},
    "fallback": {"default": ["deepseek,deepseek-v4-pro"]}}
