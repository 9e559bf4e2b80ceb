#include "cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace nacre::cli {
namespace {

/// Leaves room for the figures on a terminal of 80 columns.
constexpr std::size_t bar_width = 40;

constexpr const char* clear_line = "\r\x1b[K";

}  // namespace

ProgressBar::~ProgressBar() {
  if (is_shown_) err_ << clear_line << std::flush;
}

void ProgressBar::show(std::size_t done_count) {
  if (!is_shown_) return;
  const std::size_t total_count = std::max<std::size_t>(total_count_, 1);
  const std::size_t filled = std::min(done_count, total_count) * bar_width / total_count;
  err_ << clear_line
       << fmt::format("[{}{}] {}/{}", std::string(filled, '#'),
                      std::string(bar_width - filled, '.'), done_count, total_count_)
       << std::flush;
}

}  // namespace nacre::cli
