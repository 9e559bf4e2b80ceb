// nacre-replay: a trace through the real memory tier, beside what other policies make of it.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "comparison.hpp"
#include "synthetic.hpp"

namespace {

using namespace nacre::replay;

constexpr std::string_view usage =
    "usage: nacre-replay [FILE...] [--synthetic] (--entries N,... | --percent P,...)\n"
    "                    [--policies all|none|NAME,...] [--shards N] [--length N] [--seed N]\n"
    "                    [--json]\n"
    "FILE is NAME.u32, NAME.csv (time,key,bytes) or text with one key a line, each also as .xz.\n"
    "--percent is of the keys of each trace. --synthetic replays the suite of drawn traces.\n";

struct Arguments {
  std::vector<std::string> files{};
  std::vector<std::size_t> entries{};
  std::vector<double> percents{};
  std::string policies = "all";
  std::size_t shard_count = 0;
  std::size_t length = 400'000;
  std::uint64_t seed = 1;
  bool is_synthetic = false;
  bool is_json = false;
};

template <class Number>
Number number_of(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || !(number > Number{})) {
    throw std::runtime_error(fmt::format("'{}' is no number above 0", text));
  }
  return number;
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

Arguments parse(const std::vector<std::string>& words) {
  Arguments parsed;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "--synthetic") {
      parsed.is_synthetic = true;
    } else if (word == "--json") {
      parsed.is_json = true;
    } else if (!word.starts_with("--")) {
      parsed.files.push_back(word);
    } else if (++at == words.size()) {
      throw std::runtime_error(fmt::format("{} is unknown or wants a value", word));
    } else if (word == "--entries") {
      for (const auto part : parts_of(words[at])) {
        parsed.entries.push_back(number_of<std::size_t>(part));
      }
    } else if (word == "--percent") {
      for (const auto part : parts_of(words[at])) {
        parsed.percents.push_back(number_of<double>(part));
      }
    } else if (word == "--policies") {
      parsed.policies = words[at];
    } else if (word == "--shards") {
      parsed.shard_count = number_of<std::size_t>(words[at]);
    } else if (word == "--length") {
      parsed.length = number_of<std::size_t>(words[at]);
    } else if (word == "--seed") {
      parsed.seed = number_of<std::uint64_t>(words[at]);
    } else {
      throw std::runtime_error(fmt::format("{} is unknown", word));
    }
  }
  if (parsed.files.empty() && !parsed.is_synthetic) throw std::runtime_error("no trace is named");
  if (parsed.entries.empty() && parsed.percents.empty()) parsed.percents = {1, 5, 20};
  return parsed;
}

std::vector<ReferenceSpec> policies_of(std::string_view text) {
  if (text == "all") return references();
  std::vector<ReferenceSpec> chosen;
  if (text == "none") return chosen;
  for (const std::string_view name : parts_of(text)) {
    const auto found =
        std::find_if(references().begin(), references().end(),
                     [name](const ReferenceSpec& spec) { return spec.name == name; });
    if (found == references().end()) {
      throw std::runtime_error(fmt::format("no policy is named '{}'", name));
    }
    chosen.push_back(*found);
  }
  return chosen;
}

void replay(const Arguments& arguments, const Trace& trace, Comparison& comparison) {
  std::vector<std::size_t> sizes = arguments.entries;
  for (const double percent : arguments.percents) {
    const double share = percent / 100 * static_cast<double>(trace.key_count);
    sizes.push_back(std::max<std::size_t>(1, static_cast<std::size_t>(share)));
  }
  for (const std::size_t size : sizes) {
    const Row& row = comparison.add(trace, size, arguments.shard_count);
    if (arguments.is_json) continue;
    fmt::print("{}", comparison.line(row));
    std::fflush(stdout);
  }
}

void run(const Arguments& arguments) {
  Comparison comparison(policies_of(arguments.policies));
  if (!arguments.is_json) fmt::print("{}", comparison.header());
  for (const std::string& file : arguments.files) replay(arguments, read_trace(file), comparison);
  if (arguments.is_synthetic) {
    for (const SyntheticSpec& spec : synthetic_suite()) {
      replay(arguments, make_synthetic(spec, arguments.length, arguments.seed), comparison);
    }
  }
  if (arguments.is_json) {
    fmt::print("{}", comparison.json());
  } else if (arguments.policies == "all") {
    fmt::print("\nfootprints of 10,000 keys and more, against the best of the five bars\n{}",
               comparison.summary(10'000));
    fmt::print("\nall\n{}", comparison.summary(0));
  }
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  try {
    arguments = parse({argv + 1, argv + argc});
  } catch (const std::exception& failure) {
    fmt::print(stderr, "nacre-replay: {}\n{}", failure.what(), usage);
    return 64;
  }
  try {
    run(arguments);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "nacre-replay: {}\n", failure.what());
    return 1;
  }
  return 0;
}
