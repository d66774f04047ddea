#include "dataplane/port/pci_device.hh"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace wirebird::port {
namespace {

constexpr const char* address = "0000:01:00.0";

/// A directory like /sys/bus/pci/devices with one device in it.
class pci_devices : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(root_ / address); }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void bind_to(const std::string& driver) {
    std::filesystem::create_symlink("../../../bus/pci/drivers/" + driver,
                                    root_ / address / "driver");
  }
  std::string obstacle(const std::string& of = address) {
    return obstacle_of_pci(of, root_.string());
  }

  std::filesystem::path root_ =
      std::filesystem::path(::testing::TempDir()) / ("pci-" + std::to_string(getpid()));
};

TEST_F(pci_devices, device_that_is_not_there) {
  EXPECT_NE(obstacle("0000:02:00.0").find("there is no PCI device 0000:02:00.0"),
            std::string::npos);
}

TEST_F(pci_devices, device_of_the_kernel_is_refused_with_the_command_that_changes_it) {
  bind_to("ixgbe");
  EXPECT_EQ(obstacle(),
            "PCI device 0000:01:00.0 is bound to the kernel's driver ixgbe, so DPDK cannot have "
            "it: dpdk-devbind.py --bind=vfio-pci 0000:01:00.0");
}

TEST_F(pci_devices, device_without_driver_is_refused) {
  EXPECT_NE(obstacle().find("is bound to no driver"), std::string::npos);
}

TEST_F(pci_devices, device_that_dpdk_can_take_or_share_is_accepted) {
  for (const char* driver : {"vfio-pci", "mlx5_core"}) {
    bind_to(driver);
    EXPECT_EQ(obstacle(), "") << driver;
    std::filesystem::remove(root_ / address / "driver");
  }
}

}  // namespace
}  // namespace wirebird::port
