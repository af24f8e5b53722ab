// A store: sessions, rooms, memories and usage of one home, its maintenance, and waiting for its
// changes. Shared by every process that opens it (store/open.h). Code above store/ takes the
// narrowest of these interfaces that it can work with, so that it shows what it touches.
// tests/contract/ runs one suite against every backend.
#pragma once

#include "store/maintenance.h"
#include "store/memory_store.h"
#include "store/room_store.h"
#include "store/session_store.h"
#include "store/usage_store.h"
#include "store/watch.h"

namespace katra::store {

class Store : public SessionStore,
              public RoomStore,
              public MemoryStore,
              public UsageStore,
              public Maintenance,
              public Watchable {
 public:
  ~Store() override = default;
};

}  // namespace katra::store
