#pragma once

#include <string>
#include <vector>

namespace wirebird::system_tests {

/// What a client has said before a row of the protocol table begins.
inline constexpr const char* ordinary =
    R"({"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"protocol":1})";
inline constexpr const char* pedantic = R"({"verbose":false,"pedantic":true})";
inline constexpr const char* verbose = R"({"verbose":true,"pedantic":false})";
inline constexpr const char* plain = R"({"verbose":false,"pedantic":false})";
inline constexpr const char* echo_off =
    R"({"verbose":false,"echo":false,"headers":true,"no_responders":true})";
inline constexpr const char* nothing = nullptr;

enum class then { stays_open, closes };

/// One row: a client that has sent CONNECT with `connect` (or nothing at all) sends `input`; the
/// broker must answer exactly `answer` and keep the connection open or close it.
struct protocol_row {
  std::string name;
  const char* connect;
  std::string input;
  std::string answer;
  then end = then::stays_open;
  /// The oracle reads a split publish line twice and complains twice; ours must not.
  bool oracle_differs_when_split = false;
};

[[nodiscard]] std::vector<protocol_row> lexing_rows();
[[nodiscard]] std::vector<protocol_row> number_rows();
[[nodiscard]] std::vector<protocol_row> limit_rows();
[[nodiscard]] std::vector<protocol_row> subject_rows();
[[nodiscard]] std::vector<protocol_row> subscription_rows();
[[nodiscard]] std::vector<protocol_row> header_rows();
[[nodiscard]] std::vector<protocol_row> no_responder_rows();
[[nodiscard]] std::vector<protocol_row> connect_rows();
[[nodiscard]] std::vector<protocol_row> reserved_name_rows();

}  // namespace wirebird::system_tests
