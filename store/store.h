// A store: the sessions, rooms, memories and usage of one home, with maintenance and change
// notification. All processes that open the same address share it (store/open.h). Code above store/
// takes the narrowest of these interfaces that it can work with, which shows what it uses.
// tests/contract/ runs one suite against every backend.
#pragma once

#include "store/claim_store.h"
#include "store/maintenance.h"
#include "store/memory_store.h"
#include "store/persona_store.h"
#include "store/room_store.h"
#include "store/session_store.h"
#include "store/usage_store.h"
#include "store/watch.h"

namespace katra::store {

class Store : public SessionStore,
              public PersonaStore,
              public RoomStore,
              public MemoryStore,
              public ClaimStore,
              public UsageStore,
              public Maintenance,
              public Watchable {
 public:
  ~Store() override = default;
};

}  // namespace katra::store
