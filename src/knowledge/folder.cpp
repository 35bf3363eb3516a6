#include "knowledge/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>
#include <variant>

#include "base/descriptor.hpp"
#include "base/utf8.hpp"

namespace offhook::knowledge {
namespace {

namespace fs = std::filesystem;

constexpr const char* kElsewhere = "; put a larger collection behind an HTTP tool";

std::string megabytes(std::size_t bytes) {
  const std::size_t tenths = (bytes * 10 + (1u << 20) - 1) >> 20;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MiB";
}

std::string small_letters(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

Error cannot_read(const std::string& path, const std::string& why, int number) {
  const Errc code = number == ENOENT || number == ENOTDIR ? Errc::not_found
                    : number == EACCES || number == EPERM ? Errc::refused
                                                          : Errc::unavailable;
  return {code, "reading the knowledge folder '" + path + "': " + why + ": " + std::strerror(number)};
}

// Why these bytes cannot be told from; empty: they can.
std::string why_no_text(std::string_view bytes) {
  if (bytes.empty()) return "is empty";
  if (bytes.find('\0') != std::string_view::npos) return "holds bytes of value 0: no text, or UTF-16; save it as UTF-8";
  int line = 1;
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    if (length == 0) return "is no UTF-8 in line " + std::to_string(line) + "; save it as UTF-8";
    if (bytes[0] == '\n') ++line;
    bytes.remove_prefix(length);
  }
  return {};
}

// The file's bytes, or the errno that says why not; one more byte than `most` if it is longer.
std::variant<std::string, int> read_file(const fs::path& path, std::size_t most) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat about{};
  if (!file || ::fstat(file.get(), &about) != 0) return errno;
  if (!S_ISREG(about.st_mode)) return EINVAL;
  std::string bytes(std::min(static_cast<std::size_t>(about.st_size), most) + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0) return errno;
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

class Reading {
 public:
  Reading(const std::string& path, const Limits& limits) : given_(path), limits_(limits) {}

  Result<Folder> read() {
    std::error_code failed;
    root_ = fs::canonical(given_, failed);
    if (failed) return cannot_read(given_, "it cannot be found", failed.value());
    if (!fs::is_directory(root_, failed)) return cannot_read(given_, "it is no folder", ENOTDIR);
    folder_.path = root_.string();
    if (const Result<void> done = list(); !done) return done.error();
    std::ranges::sort(entries_);
    for (const fs::path& entry : entries_) {
      if (const Result<void> done = look_at(entry); !done) return done.error();
    }
    if (folder_.documents.empty()) {
      return too_much(
          "it holds no text in .txt or .md" +
          (folder_.skipped.empty() ? std::string() : "; " + folder_.skipped[0].file + " " + folder_.skipped[0].why));
    }
    return std::move(folder_);
  }

 private:
  Error too_much(const std::string& found) const {
    return {Errc::invalid, "reading the knowledge folder '" + given_ + "': " + found};
  }
  std::string name(const fs::path& entry) const { return clean_utf8(entry.lexically_relative(root_).string()); }
  void skip(const fs::path& entry, std::string why) { folder_.skipped.push_back({name(entry), std::move(why)}); }

  Result<void> list() {
    std::error_code failed;
    if (fs::directory_iterator(root_, failed); failed)
      return cannot_read(given_, "its files cannot be listed", failed.value());
    fs::recursive_directory_iterator at(root_, fs::directory_options::skip_permission_denied, failed);
    while (!failed && at != fs::recursive_directory_iterator()) {
      entries_.push_back(at->path());
      if (entries_.size() > limits_.entries) {
        return too_much("it holds more than " + std::to_string(limits_.entries) +
                        " files; give a folder that holds texts only");
      }
      if (at->path().filename().string().starts_with('.')) at.disable_recursion_pending();
      at.increment(failed);
    }
    return failed ? cannot_read(given_, "its files cannot be listed", failed.value()) : Result<void>();
  }

  Result<void> look_at(const fs::path& entry) {
    std::error_code failed;
    if (entry.filename().string().starts_with('.')) return skip(entry, "is hidden"), Result<void>();
    if (fs::is_directory(entry, failed)) {
      const bool link = fs::is_symlink(entry, failed);
      if (link) skip(entry, "is a link to a folder");
      if (!link && (fs::directory_iterator(entry, failed), failed)) skip(entry, "cannot be read: " + failed.message());
      return {};
    }
    const std::string extension = small_letters(entry.extension().string());
    if (extension != ".md" && extension != ".txt") return skip(entry, "is neither .txt nor .md"), Result<void>();

    const fs::path real = fs::canonical(entry, failed);
    if (failed) return skip(entry, "cannot be read: " + failed.message()), Result<void>();
    if (const auto [mine, its] = std::ranges::mismatch(root_, real); mine != root_.end())
      return skip(entry, "links to a file outside of the folder"), Result<void>();
    if (!fs::is_regular_file(real, failed)) return skip(entry, "is no file"), Result<void>();
    if (!seen_.insert(real).second) return skip(entry, "links to a file that is read already"), Result<void>();
    return take(entry, real, extension == ".md" ? Markup::markdown : Markup::none);
  }

  Result<void> take(const fs::path& entry, const fs::path& real, Markup markup) {
    auto read = read_file(real, limits_.file_bytes);
    if (const int* why = std::get_if<int>(&read))
      return skip(entry, std::string("cannot be read: ") + std::strerror(*why)), Result<void>();
    std::string& bytes = std::get<std::string>(read);
    if (bytes.size() > limits_.file_bytes) {
      return too_much(name(entry) + " has more than " + megabytes(limits_.file_bytes) +
                      ", the most a file may have; split it" + kElsewhere);
    }
    if (std::string why = why_no_text(bytes); !why.empty()) return skip(entry, std::move(why)), Result<void>();
    bytes_ += bytes.size();
    if (bytes_ > limits_.folder_bytes)
      return too_much("its texts have more than " + megabytes(limits_.folder_bytes) + " together" + kElsewhere);
    folder_.documents.push_back({name(entry), std::move(bytes), markup});
    if (folder_.documents.size() > limits_.files)
      return too_much("it holds more than " + std::to_string(limits_.files) + " texts" + kElsewhere);
    return {};
  }

  const std::string given_;
  const Limits limits_;
  fs::path root_;
  std::vector<fs::path> entries_;
  std::set<fs::path> seen_;  // without links
  std::size_t bytes_ = 0;
  Folder folder_;
};

}  // namespace

Result<Folder> read_folder(const std::string& path, const Limits& limits) {
  return Reading(path, limits).read();
}

}  // namespace offhook::knowledge
