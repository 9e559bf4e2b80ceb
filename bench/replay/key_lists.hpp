// Queues of keys, linked through arrays: the material that the reference policies are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nacre::replay {

/// A key of a trace, renumbered: below Trace::key_count.
using KeyId = std::uint32_t;

inline constexpr KeyId no_key = ~KeyId{0};

/// A few queues over the keys 0 to `key_count` - 1; a key is in one of them or in none. All O(1).
class KeyLists final {
 public:
  static constexpr std::uint8_t in_none = 255;

  KeyLists(std::size_t key_count, std::size_t list_count)
      : links_(key_count), list_of_(key_count, in_none), lists_(list_count) {}

  std::uint8_t list_of(KeyId key) const { return list_of_[key]; }
  std::size_t count(std::size_t list) const { return lists_[list].count; }
  KeyId head(std::size_t list) const { return lists_[list].head; }
  KeyId tail(std::size_t list) const { return lists_[list].tail; }

  /// The next one towards the head; no_key at the head.
  KeyId towards_head(KeyId key) const { return links_[key].newer; }
  KeyId towards_tail(KeyId key) const { return links_[key].older; }

  void push_head(std::uint8_t list, KeyId key) {
    List& into = lists_[list];
    links_[key] = {.newer = no_key, .older = into.head};
    (into.head == no_key ? into.tail : links_[into.head].newer) = key;
    into.head = key;
    ++into.count;
    list_of_[key] = list;
  }

  void push_tail(std::uint8_t list, KeyId key) {
    List& into = lists_[list];
    links_[key] = {.newer = into.tail, .older = no_key};
    (into.tail == no_key ? into.head : links_[into.tail].older) = key;
    into.tail = key;
    ++into.count;
    list_of_[key] = list;
  }

  void remove(KeyId key) {
    List& from = lists_[list_of_[key]];
    const Link link = links_[key];
    (link.newer == no_key ? from.head : links_[link.newer].older) = link.older;
    (link.older == no_key ? from.tail : links_[link.older].newer) = link.newer;
    --from.count;
    list_of_[key] = in_none;
  }

  /// To the head of `list`, from wherever it is.
  void move_to_head(std::uint8_t list, KeyId key) {
    remove(key);
    push_head(list, key);
  }

 private:
  struct Link {
    KeyId newer = no_key;
    KeyId older = no_key;
  };
  struct List {
    KeyId head = no_key;
    KeyId tail = no_key;
    std::size_t count = 0;
  };

  std::vector<Link> links_;
  std::vector<std::uint8_t> list_of_;
  std::vector<List> lists_;
};

}  // namespace nacre::replay
