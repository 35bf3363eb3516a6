#include "call/event_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <optional>

#include "base/log.hpp"

namespace offhook::call {
namespace {

namespace fs = std::filesystem;

std::optional<std::chrono::sys_days> day_of(const std::string& text) {
  int y = 0, m = 0, d = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d%c", &y, &m, &d, &rest) != 3) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year(y), std::chrono::month(static_cast<unsigned>(m)),
                                        std::chrono::day(static_cast<unsigned>(d))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day);
}

std::vector<fs::path> entries(const fs::path& dir) {  // none if it cannot be read
  std::vector<fs::path> paths;
  std::error_code ec;
  for (fs::directory_iterator it(dir, ec), end; !ec && it != end; it.increment(ec)) paths.push_back(it->path());
  return paths;
}

}  // namespace

std::string folder_of_day(const std::string& dir, const std::string& today) {
  const fs::path folder = fs::path(dir) / today;
  std::error_code ec;
  const bool ours = !fs::exists(dir, ec);  // a folder that somebody else made keeps its rights
  fs::create_directories(folder, ec);
  if (ours) ::chmod(dir.c_str(), 0700);
  ::chmod(folder.c_str(), 0700);
  return folder.string();
}

Result<std::unique_ptr<EventLog>> EventLog::open(const std::string& dir, const std::string& today, const Head& head) {
  const std::string path = folder_of_day(dir, today) + "/" + head.call + ".jsonl";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return Error{Errc::unavailable, "writing the event log " + path + ": " + std::strerror(errno) +
                                        "; give another folder with data_dir, or switch it off with record.events"};
  std::FILE* file = ::fdopen(fd, "w");
  if (!file) {
    ::close(fd);
    return Error{Errc::internal, "writing the event log " + path + ": " + std::strerror(errno)};
  }
  std::setvbuf(file, nullptr, _IONBF, 0);  // the buffer is ours
  std::unique_ptr<EventLog> log(new EventLog(file, path, head.words));
  write_head(log->buffer_, head);
  return log;
}

EventLog::~EventLog() {
  flush();
  std::fclose(file_);
}

void EventLog::event(Duration t, const Event& event, std::string_view node) {
  if (auto* window = std::get_if<event::Window>(&event)) {
    windows_.emplace_back(t, *window);
    if (windows_.size() >= kMostWindows) write_waiting_windows();
  } else {
    write_waiting_windows();
    write_event(buffer_, t, event, words_, node);
  }
  maybe_flush(t);
}

void EventLog::action(Duration t, const Action& action) {
  write_waiting_windows();
  write_action(buffer_, t, action, words_);
}

void EventLog::write_waiting_windows() {
  if (windows_.empty()) return;
  write_windows(buffer_, windows_.front().first, windows_);
  windows_.clear();
}

void EventLog::maybe_flush(Duration t) {
  if (buffer_.size() < kBuffer && t - flushed_at_ < 1s) return;
  flushed_at_ = t;
  flush();
}

void EventLog::flush() {
  write_waiting_windows();
  if (buffer_.empty()) return;
  if (!failed_ && std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size()) {
    failed_ = true;
    log::warn("event_log_not_written", {{"path", path_}, {"error", std::strerror(errno)}});
  }
  buffer_.clear();
}

int forget_old_logs(const std::string& dir, const std::string& today, int days) {
  const auto now = day_of(today);
  if (!now) return 0;
  int gone = 0;
  for (const auto& folder : entries(dir)) {
    const auto day = day_of(folder.filename().string());
    if (!day || *now - *day <= std::chrono::days(days)) continue;
    std::error_code ec;
    for (const auto& file : entries(folder))
      if ((file.extension() == ".jsonl" || file.extension() == ".wav") && fs::remove(file, ec)) ++gone;
    fs::remove(folder, ec);  // only if empty
  }
  return gone;
}

}  // namespace offhook::call
