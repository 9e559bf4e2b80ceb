#include "cli/output.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace nacre::cli {
namespace {

TEST(Table, aligns_columns_by_characters) {
  Table table({"NAME", "N"});
  table.add_row({"caf\xC3\xA9\xC3\xA9", "1"});
  table.add_row({"tea", "22"});
  std::ostringstream out;
  table.print(out);
  EXPECT_EQ(out.str(), "NAME   N\ncaf\xC3\xA9\xC3\xA9  1\ntea    22\n");
}

TEST(Table, prints_its_header_once_and_never_becomes_narrower) {
  Table table({"A", "B"});
  table.add_row({"long", "1"});
  std::ostringstream out;
  table.print(out);
  table.add_row({"x", "2"});
  table.print(out);
  EXPECT_EQ(out.str(), "A     B\nlong  1\nx     2\n");
}

TEST(Table, without_rows_is_its_header) {
  Table table({"A", "B"});
  std::ostringstream out;
  table.print(out);
  EXPECT_EQ(out.str(), "A  B\n");
}

}  // namespace
}  // namespace nacre::cli
