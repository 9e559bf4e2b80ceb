// The namespaces of one cache, each made once.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.hpp"
#include "tier/namespace.hpp"

namespace nacre {

/// Hands out one Namespace for each name. Thread safe. References stay valid as long as this lives.
class Namespaces {
 public:
  /// As many as their 16-bit number can tell apart.
  static constexpr std::size_t max_count = 65'535;

  /// The namespace called `name`. Throws Error: invalid_namespace; saturated when there are
  /// max_count others.
  const detail::Namespace& intern(std::string_view name);

  /// The namespace called `name`, or nullptr when nobody has asked for it.
  const detail::Namespace* find(std::string_view name) const;

  /// The names, in order.
  std::vector<std::string> names() const;

 private:
  mutable SharedMutex mutex_;
  std::map<std::string, std::unique_ptr<detail::Namespace>, std::less<>> by_name_
      NACRE_GUARDED_BY(mutex_);
};

}  // namespace nacre
