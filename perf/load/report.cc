#include "perf/load/report.hh"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>

namespace wirebird::load {

namespace {

// 1234567 -> "1,234,567"
std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3) {
    digits.insert(static_cast<std::size_t>(place), 1, ',');
  }
  return digits;
}

std::string decimal(double number, const char* format) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, number);
  return text.data();
}

std::string for_people(const std::variant<std::string, std::uint64_t, double>& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return grouped(*number);
  const double number = std::get<double>(value);
  if (number >= 1000) return grouped(static_cast<std::uint64_t>(number + 0.5));
  return decimal(number, number >= 100 ? "%.1f" : "%.2f");
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += ' ';
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string for_json(const std::variant<std::string, std::uint64_t, double>& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return std::to_string(*number);
  return decimal(std::get<double>(value), "%.3f");
}

}  // namespace

void report::add(std::string_view key, std::string_view text) {
  figures_.push_back({std::string(key), std::string(text)});
}

void report::add(std::string_view key, std::uint64_t number) {
  figures_.push_back({std::string(key), number});
}

void report::add(std::string_view key, double number) {
  figures_.push_back({std::string(key), number});
}

void report::print_text(std::ostream& out) const {
  std::size_t width = 0;
  for (const figure& entry : figures_) width = std::max(width, entry.key.size());
  for (const figure& entry : figures_) {
    const bool is_text = std::holds_alternative<std::string>(entry.value);
    const std::string value = for_people(entry.value);
    const std::size_t indent = is_text || value.size() >= 16 ? 0 : 16 - value.size();
    out << "  " << entry.key << std::string(width - entry.key.size() + 2 + indent, ' ') << value
        << '\n';
  }
  for (const std::string& text : faults_) out << "FAULT: " << text << '\n';
}

void report::print_json(std::ostream& out) const {
  out << '{';
  for (const figure& entry : figures_) {
    out << quoted(entry.key) << ": " << for_json(entry.value) << ", ";
  }
  out << "\"faults\": [";
  for (std::size_t i = 0; i < faults_.size(); ++i) out << (i > 0 ? ", " : "") << quoted(faults_[i]);
  out << "]}\n";
}

}  // namespace wirebird::load
