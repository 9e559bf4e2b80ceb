// Collects what is wrong with the settings, so that people see all of it at once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "assembly/config_node.hpp"
#include "nacre/settings.hpp"

namespace nacre::assembly {

/// The problems found so far. One thread.
class Problems {
 public:
  /// More than anybody reads; a file of garbage must not make a message of megabytes.
  static constexpr std::size_t max_count = 100;

  void add(SettingsProblem problem) {
    if (problems_.size() < max_count) problems_.push_back(std::move(problem));
  }

  bool empty() const noexcept { return problems_.empty(); }
  std::vector<SettingsProblem> take() && { return std::move(problems_); }

 private:
  std::vector<SettingsProblem> problems_;
};

/// "nacre.toml:7:1"
std::string place_in(const std::string& file_name, FilePosition position);

}  // namespace nacre::assembly
