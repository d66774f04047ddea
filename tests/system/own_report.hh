#pragma once

#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace wirebird::system_tests {

/// Several tests may run `program` at the same time: where GTEST_OUTPUT asks for reports in a
/// folder, gives this process's report a name of its own. To be called before InitGoogleTest().
inline void name_own_report(const std::string& program) {
  const std::string folder = GTEST_FLAG_GET(output);
  if (folder.ends_with('/'))
    GTEST_FLAG_SET(output, folder + program + "_" + std::to_string(::getpid()) + ".xml");
}

}  // namespace wirebird::system_tests
