// nacre: the command line for a running nacred.
#include <unistd.h>

#include <iostream>

#include "cli/command_line.hpp"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const bool err_is_terminal = isatty(STDERR_FILENO) == 1;
  return nacre::cli::run_command_line(argc, argv,
                                      {std::cin, std::cout, std::cerr, err_is_terminal});
}
