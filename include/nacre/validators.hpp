// What tells two versions of a value apart at the origin.
#pragma once

#include <string>

#pragma GCC visibility push(default)

namespace nacre {

/// The validators of one version (RFC 9110, section 8.8), as the origin wrote them. Empty: none.
struct Validators {
  std::string etag{};
  std::string last_modified{};

  bool empty() const noexcept { return etag.empty() && last_modified.empty(); }
  friend bool operator==(const Validators&, const Validators&) = default;
};

}  // namespace nacre

#pragma GCC visibility pop
