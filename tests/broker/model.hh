#pragma once

#include "dataplane/base/random.hh"

#include <string>
#include <vector>

namespace wirebird::broker {

/// A subject of up to `tokens_max` tokens from a small alphabet, so that many match each other; a
/// token can be empty, but not the subject.
inline std::string random_subject(random& choices, std::size_t tokens_max, bool may_be_wild) {
  static const std::vector<std::string> words{"a", "b", "c", "a*", ">b", "long-token", ""};
  const std::size_t count = 1 + choices.below(tokens_max);
  std::string subject;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) subject += '.';
    if (may_be_wild && i + 1 == count && choices.chance(1, 5)) return subject + ">";
    if (may_be_wild && choices.chance(1, 4))
      subject += '*';
    else
      subject += words[choices.chance(1, 20) ? words.size() - 1 : choices.below(words.size() - 1)];
  }
  return subject.empty() ? "a" : subject;
}

/// All subjects of 1 to `tokens_max` tokens from `words`.
inline std::vector<std::string> all_subjects(const std::vector<std::string>& words,
                                             std::size_t tokens_max) {
  std::vector<std::string> all;
  std::vector<std::string> longest{words};
  for (std::size_t tokens = 1; tokens <= tokens_max; ++tokens) {
    all.insert(all.end(), longest.begin(), longest.end());
    std::vector<std::string> longer;
    for (const std::string& front : longest)
      for (const std::string& word : words) longer.push_back(front + "." + word);
    longest = std::move(longer);
  }
  return all;
}

}  // namespace wirebird::broker
