// Looking keys up: GET with PTTL before it, judged by the marks.
#pragma once

#include <span>

#include "remote/near_marks.hpp"
#include "remote/trust.hpp"
#include "remote/value_read.hpp"
#include "remote/wire.hpp"
#include "tier/shared_tier.hpp"

namespace nacre::remote {

/// As SharedReads says. Thread safe.
class Reads {
 public:
  Reads(Wire& wire, NearMarks& marks, const Trust& trust)
      : wire_(wire), marks_(marks), trust_(trust) {}

  void find(const KeyView& key, Deadline deadline, SharedFindDone done);
  void find_many(std::span<const KeyView> keys, Deadline deadline, SharedFindManyDone done);

 private:
  struct Group;
  struct Lookup;
  struct Asked {
    ValueRead* read = nullptr;
    Group* group = nullptr;
  };

  void ask(const std::shared_ptr<Lookup>& lookup);
  void send(const std::shared_ptr<Lookup>& lookup, std::span<const Asked> asked);
  void gather_marks(const std::shared_ptr<Lookup>& lookup);
  void answer(Lookup& lookup, std::span<const NearMark> marks);

  Wire& wire_;
  NearMarks& marks_;
  const Trust& trust_;
};

}  // namespace nacre::remote
