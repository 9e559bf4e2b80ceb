// The marks of tags and namespaces as they are in Redis, kept near while their changes are told.
//
// A mark that is not there is made: a missing mark equals none before it. One that is kept was
// read by a tracked read, so its change is told on that link; when the link is lost it does not
// count as present any more. What is read while somebody changes it is read again.
//
// Thread safe. One lock, held for memory work only; callbacks run outside it, on the thread of the
// answer, or inside the call when all is near.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.hpp"
#include "coherence/mark_id.hpp"
#include "nacre/deadline.hpp"
#include "remote/wire.hpp"

namespace nacre::remote {

/// How long Redis keeps a mark that nothing refreshes. An entry whose mark has gone is invalid, so
/// this is about hits and memory only; entries that live longer refresh their marks.
inline constexpr std::uint64_t mark_ttl_ms = std::uint64_t{30} * 86'400'000;

struct NearMark {
  MarkId id{};                    ///< removal 0: it could not be read in time
  std::uint64_t known_since = 0;  ///< NearMarks::sequence() when it was learnt
  bool was_made = false;          ///< there was none before
  bool is_told = false;           ///< its next change will be told
};

inline bool is_known(const NearMark& mark) noexcept {
  return mark.id.removal != 0;
}

/// Some of them may not be known.
using EachMarkDone = std::function<void(std::vector<NearMark>)>;

/// nullopt: not all could be read in time.
using MarksDone = std::function<void(std::optional<std::vector<NearMark>>)>;

class NearMarks {
 public:
  explicit NearMarks(Wire& wire) : wire_(wire) {}

  /// The marks of `names` (names.hpp), in their order: those that are not near are fetched in one
  /// round trip, once for all who ask meanwhile. Answers at the latest at `deadline`, at once those
  /// whose node may not be asked.
  void find_each(const std::vector<std::string>& names, Deadline deadline, EachMarkDone done);

  /// The same for one who needs all of them.
  void find_all(const std::vector<std::string>& names, Deadline deadline, const MarksDone& done);

  /// The mark when it is near and present.
  std::optional<NearMark> peek(const std::string& name) const;

  /// The mark when it was present once and this process knows of no change since: what is stored
  /// with it is at worst invalid.
  std::optional<MarkId> last_known(const std::string& name) const;

  /// Grows with each mark that is learnt.
  std::uint64_t sequence() const;

  /// Lets the mark live at least `total_ms` longer, if it would end before.
  void keep_alive(const std::string& name, std::uint64_t total_ms);

  /// It has changed, or may have.
  void forget(std::string_view name);
  void forget_all();

  /// What was learnt on the link is not told any more.
  void on_link_lost(std::uint64_t link_id);

 private:
  struct Kept {
    MarkId id{};
    std::uint64_t known_since = 0;
    std::uint64_t link_id = 0;  ///< 0: the link was lost
    TimePoint ends_at{};
  };
  struct Gather;
  struct Waiter {
    std::shared_ptr<Gather> gather{};
    std::size_t index = 0;
  };
  struct Fetch;

  bool try_join(const std::string& name, Deadline deadline, Waiter waiter) NACRE_REQUIRES(mutex_);
  void send(const std::shared_ptr<Fetch>& fetch);
  void take_mark(const std::shared_ptr<Fetch>& fetch, const redis::ReplyHandler::Outcome& outcome,
                 const redis::Answerer& answerer);
  bool keep(Fetch& fetch, MarkId id, const redis::LinkIdentity& link, NearMark& mark)
      NACRE_REQUIRES(mutex_);
  void finish(const std::shared_ptr<Fetch>& fetch, std::optional<NearMark> mark);
  static void deliver(const Waiter& waiter, const std::optional<NearMark>& mark);

  Wire& wire_;
  mutable Mutex mutex_;
  std::unordered_map<std::string, Kept> kept_ NACRE_GUARDED_BY(mutex_);
  std::unordered_map<std::string, std::shared_ptr<Fetch>> fetches_ NACRE_GUARDED_BY(mutex_);
  std::uint64_t sequence_ NACRE_GUARDED_BY(mutex_) = 0;
};

/// The name of the namespace's mark, then those of the tags.
std::vector<std::string> mark_names(std::string_view space, std::span<const std::string> tags);

/// A mark's 16 bytes, and back: nullopt for what is none.
std::string bytes_of(const MarkId& mark);
std::optional<MarkId> find_mark(std::string_view bytes);

}  // namespace nacre::remote
