#pragma once

#include "tests/system/broker_process.hh"
#include "tests/system/raw_client.hh"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace wirebird::system_tests {

inline constexpr const char* new_client = R"({"verbose":false,"protocol":1})";
inline constexpr const char* old_client = R"({"verbose":false})";

/// A broker with a configuration file that is rewritten while it runs, and signals for it.
class operating : public testing::TestWithParam<transport> {
 protected:
  void SetUp() override {
    if (const auto why = why_not(GetParam())) GTEST_SKIP() << "important: " << *why;
    std::string folder = testing::TempDir() + "operateXXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override {
    if (broker_ != nullptr && HasFailure()) ADD_FAILURE() << broker_->child().output();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  void write(const std::string& text) const { std::ofstream(folder_ / "conf") << text; }
  void start(const std::string& configuration) {
    write(configuration);
    broker_ = std::make_unique<broker_process>(GetParam(), 0,
                                               std::vector<std::string>{"-c", folder_ / "conf"});
  }
  [[nodiscard]] raw_client connect(const char* json) const {
    raw_client made(broker_->host(), broker_->port());
    EXPECT_EQ(made.connect(json), "PONG\r\n");
    return made;
  }
  void send(const std::string& command) const {
    process sender({setting_for(GetParam()).binary, "--signal",
                    command + "=" + std::to_string(broker_->child().pid())},
                   sanitizer_environment());
    EXPECT_EQ(sender.wait(), (exit_status{.code = 0, .signal = 0})) << sender.output();
  }
  /// Waits until the log says this once more than before.
  void reload(const std::string& configuration, const std::string& until) {
    write(configuration);
    const std::size_t before = broker_->child().output().size();
    send("reload");
    EXPECT_TRUE(eventually([&] {
      return broker_->child().output().find(until, before) != std::string::npos;
    })) << broker_->child().output().substr(before);
    said_ = broker_->child().output().substr(before);
  }
  void reload(const std::string& configuration) {
    reload(configuration, "Reloaded server configuration");
  }

  std::filesystem::path folder_;
  std::unique_ptr<broker_process> broker_;
  std::string said_;  ///< by the log, since the last reload
};

}  // namespace wirebird::system_tests
