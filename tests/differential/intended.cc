#include "tests/differential/intended.hh"

#include <algorithm>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace wirebird::differential {
namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : " / ") + line;
  return text.empty() ? "(nothing)" : text;
}

// Sets the field `word` of `entry`. returns: whether there is such a field.
bool set_field(intended_difference& entry, const std::string& word, const std::string& value) {
  if (word == "case")
    entry.shown_by = value;
  else if (word == "removed")
    entry.removed = value;
  else if (word == "input")
    entry.input = value;
  else if (word == "oracle")
    entry.oracle = value;
  else if (word == "wirebird")
    entry.wirebird = value;
  else if (word == "reason")
    entry.reason += (entry.reason.empty() ? "" : " ") + value;
  else
    return false;
  return true;
}

}  // namespace

std::optional<difference> first_difference(const dialogue& script, const transcript& oracle,
                                           const transcript& wirebird) {
  for (std::size_t i = 0; i < oracle.size(); ++i) {
    if (oracle[i] == wirebird[i]) continue;
    const std::string input = i < script.steps.size() ? escaped(script.steps[i].bytes) : "";
    return difference{.input = input, .oracle = joined(oracle[i]), .wirebird = joined(wirebird[i])};
  }
  return std::nullopt;
}

transcript without_removed(transcript wirebird, const std::vector<intended_difference>& all,
                           covered_ids& ids) {
  for (const intended_difference& one : all) {
    if (one.removed.empty()) continue;
    const std::regex pattern(one.removed);
    for (std::vector<std::string>& step : wirebird) {
      for (std::string& line : step) {
        std::string left = std::regex_replace(line, pattern, "");
        if (left == line) continue;
        ids.insert(one.id);
        line = std::move(left);
      }
    }
  }
  return wirebird;
}

bool intended_difference::covers(const difference& seen) const {
  return removed.empty() && std::regex_search(seen.input, std::regex(input)) &&
         std::regex_search(seen.oracle, std::regex(oracle)) &&
         std::regex_search(seen.wirebird, std::regex(wirebird));
}

std::vector<intended_difference> read_intended(const std::string& text) {
  std::vector<intended_difference> all;
  std::istringstream input(text);
  for (std::string line; std::getline(input, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string word = line.substr(0, blank);
    const std::size_t from = std::min(line.find_first_not_of(' ', blank), line.size());
    const std::string value = line.substr(from);
    if (word == "difference") {
      all.emplace_back().id = value;
    } else if (all.empty() || !set_field(all.back(), word, value)) {
      throw std::runtime_error("intended.txt: no such line: " + line);
    }
  }
  for (const intended_difference& one : all) {
    const bool has_patterns =
        !one.removed.empty() || !(one.input.empty() || one.oracle.empty() || one.wirebird.empty());
    if (one.shown_by.empty() || !has_patterns || one.reason.empty()) {
      throw std::runtime_error("intended.txt: " + one.id + " lacks a field");
    }
  }
  return all;
}

const intended_difference* covering(const std::vector<intended_difference>& all,
                                    const difference& seen) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.covers(seen); });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace wirebird::differential
