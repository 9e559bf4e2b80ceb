// A bar on a terminal that shows how far a long command has come.
#pragma once

#include <cstddef>
#include <ostream>

namespace nacre::cli {

/// Draws over its own line on each step and removes it in the end. Draws nothing when told so.
class ProgressBar {
 public:
  ProgressBar(std::ostream& err, bool is_shown, std::size_t total_count)
      : err_(err), is_shown_(is_shown), total_count_(total_count) {}
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::size_t done_count);

 private:
  std::ostream& err_;
  bool is_shown_;
  std::size_t total_count_;
};

}  // namespace nacre::cli
