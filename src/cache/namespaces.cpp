#include "cache/namespaces.hpp"

#include <functional>

#include "nacre/error.hpp"
#include "tier/key.hpp"

namespace nacre {

const detail::Namespace& Namespaces::intern(std::string_view name) {
  {
    ReaderLock lock(mutex_);
    if (const auto found = by_name_.find(name); found != by_name_.end()) return *found->second;
  }
  check_namespace(name);
  WriterLock lock(mutex_);
  if (const auto found = by_name_.find(name); found != by_name_.end()) return *found->second;
  if (by_name_.size() >= max_count) {
    throw Error(Errc::saturated, "there are too many namespaces: allowed are at most 65535");
  }
  const auto id = static_cast<std::uint16_t>(by_name_.size());
  auto made = std::make_unique<detail::Namespace>(id, std::string(name));
  return *by_name_.emplace(std::string(name), std::move(made)).first->second;
}

const detail::Namespace* Namespaces::find(std::string_view name) const {
  ReaderLock lock(mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second.get();
}

std::vector<std::string> Namespaces::names() const {
  ReaderLock lock(mutex_);
  std::vector<std::string> names;
  names.reserve(by_name_.size());
  for (const auto& [name, space] : by_name_) names.push_back(name);
  return names;
}

}  // namespace nacre
