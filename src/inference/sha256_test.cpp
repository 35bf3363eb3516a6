#include "inference/sha256.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace offhook::inference {
namespace {

// The examples of FIPS 180-4.
TEST(Sha256, agrees_with_the_standard) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, file_longer_than_one_read_hashes_like_its_bytes) {
  const auto path = std::filesystem::temp_directory_path() / "offhook_sha256_test";
  const std::string bytes(200001, 'x');
  std::ofstream(path, std::ios::binary) << bytes;
  const auto hash = sha256_of_file(path.string());
  std::filesystem::remove(path);
  ASSERT_TRUE(hash.ok());
  EXPECT_EQ(*hash, sha256(bytes));
}

TEST(Sha256, absent_file_is_not_found) {
  const auto hash = sha256_of_file("/no/such/file");
  ASSERT_FALSE(hash.ok());
  EXPECT_EQ(hash.error().code, Errc::not_found);
  EXPECT_NE(hash.error().what.find("/no/such/file"), std::string::npos);
}

TEST(Sha256, folder_is_an_error_and_not_an_empty_file) {
  EXPECT_FALSE(sha256_of_file(std::filesystem::temp_directory_path().string()).ok());
}

}  // namespace
}  // namespace offhook::inference
