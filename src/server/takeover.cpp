#include "server/takeover.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/log.hpp"

namespace offhook::server {
namespace {

constexpr std::string_view kHello = "offhook takeover 1", kListening = "listening", kReady = "ready", kYours = "yours",
                           kNo = "no: ";

std::string why() {
  return std::strerror(errno);
}

// A socket's name has room for 107 bytes, a folder's for more: so it is found through the open folder.
sockaddr_un address_in(const Descriptor& folder, const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder.get(), name.c_str());
  return address;
}

Result<Descriptor> open_folder(const std::string& path) {
  Descriptor folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return Error{Errc::unavailable, "opening data_dir " + path + ": " + why()};
  return folder;
}

Descriptor packet_socket(int flags) {
  return Descriptor(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0));
}

// Never waits: a packet fits the buffer of a socket that has taken at most one before.
bool send_packet(const Descriptor& to, std::string_view text, int passed = -1) {
  iovec bytes{const_cast<char*>(text.data()), text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  if (passed >= 0) {
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(head), &passed, sizeof passed);
  }
  return ::sendmsg(to.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

struct Packet {
  enum class Kind { none, end, text } kind = Kind::none;  // none: nothing has come yet
  std::string text;
  Descriptor passed;
};

Packet receive_packet(const Descriptor& from) {
  std::array<char, 300> text{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
  iovec bytes{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = room.data();
  message.msg_controllen = room.size();
  ssize_t got = ::recvmsg(from.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0 && errno == ECONNRESET)  // it has left something of ours unread; what it said before is behind that
    got = ::recvmsg(from.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  Packet out;
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return out;
  out.kind = got <= 0 ? Packet::Kind::end : Packet::Kind::text;
  if (got > 0) out.text.assign(text.data(), static_cast<std::size_t>(got));
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(head), sizeof fd);
    out.passed = Descriptor(fd);
  }
  return out;
}

// The next packet, the end, or none if nothing came in time.
Packet await_packet(const Descriptor& from, Duration patience) {
  const SteadyClock clock;
  const Time limit = clock.now() + patience;
  for (Time now = clock.now(); now < limit; now = clock.now()) {
    pollfd readable{from.get(), POLLIN, 0};
    ::poll(&readable, 1, static_cast<int>((limit - now) / 1ms) + 1);
    if (Packet packet = receive_packet(from); packet.kind != Packet::Kind::none) return packet;
  }
  return {};
}

// What a refusal says, for a line of our own: a stranger's bytes are quoted.
std::string reason_of(const Packet& packet) {
  const std::string_view text = packet.text;
  return log::quoted(text.substr(text.starts_with(kNo) ? kNo.size() : 0, 200));
}

}  // namespace

std::string takeover_name(std::uint16_t port) {
  return "takeover-" + std::to_string(port) + ".sock";
}

// The predecessor -----------------------------------------------------------------------------------------------------

Result<std::unique_ptr<TakeoverDoor>> TakeoverDoor::open(const std::string& folder_path, std::uint16_t port,
                                                         Share share) {
  auto folder = open_folder(folder_path);
  if (!folder) return folder.error();
  const std::string name = takeover_name(port), fresh = name + ".new";
  const std::string doing = "listening for a successor on " + folder_path + "/" + name + ": ";
  Descriptor listening = packet_socket(SOCK_NONBLOCK);
  if (!listening) return Error{Errc::unavailable, doing + why()};
  ::fchmod(listening.get(), 0600);  // before it has a name, so that there is no moment in which others may connect
  const sockaddr_un address = address_in(*folder, fresh);
  ::unlinkat(folder->get(), fresh.c_str(), 0);
  struct stat made{};
  if (::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listening.get(), 4) != 0 || ::fstatat(folder->get(), fresh.c_str(), &made, AT_SYMLINK_NOFOLLOW) != 0 ||
      ::renameat(folder->get(), fresh.c_str(), folder->get(), name.c_str()) != 0)
    return Error{Errc::unavailable, doing + why() + "; data_dir must be a folder that this user may write to"};
  return std::unique_ptr<TakeoverDoor>(
      new TakeoverDoor(std::move(*folder), name, std::move(listening), made.st_ino, std::move(share)));
}

TakeoverDoor::TakeoverDoor(Descriptor folder, std::string name, Descriptor listening, std::uint64_t inode, Share share)
    : folder_(std::move(folder)),
      name_(std::move(name)),
      listening_(std::move(listening)),
      inode_(inode),
      share_(std::move(share)) {}

TakeoverDoor::~TakeoverDoor() {
  struct stat found{};
  if (::fstatat(folder_.get(), name_.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 && found.st_ino == inode_)
    ::unlinkat(folder_.get(), name_.c_str(), 0);
}

std::vector<int> TakeoverDoor::waits_for() const {
  std::vector<int> out;
  if (!choked_) out.push_back(listening_.get());
  if (successor_) out.push_back(successor_.get());
  return out;
}

bool TakeoverDoor::look(Time now) {
  if (successor_ && hear()) return true;
  if (successor_ && now >= until_) {
    send_packet(successor_, std::string(kNo) + (shared_ ? "its models took too long to load" : "it did not say hello"));
    give_up(shared_ ? "its models took longer than ten minutes to load" : "it did not say hello within two seconds");
  }
  let_in(now);
  return false;
}

void TakeoverDoor::let_in(Time now) {
  for (int i = 0; i < 4; ++i) {
    Descriptor next(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    choked_ = !next && errno != EAGAIN && errno != EINTR;
    if (!next) return;
    if (successor_) {
      send_packet(next, std::string(kNo) + "another takeover is under way");
      continue;
    }
    successor_ = std::move(next);
    shared_ = false;
    until_ = now + kGreeting;
  }
}

// True: the successor is ready.
bool TakeoverDoor::hear() {
  const Packet packet = receive_packet(successor_);
  if (packet.kind == Packet::Kind::none) return false;
  if (packet.kind == Packet::Kind::end) return give_up("it has ended"), false;
  if (!shared_ && packet.text == kHello) {
    const auto socket = share_();
    if (!socket) {
      send_packet(successor_, std::string(kNo) + socket.error().what);
      return give_up(socket.error().what.c_str()), false;
    }
    shared_ = send_packet(successor_, kListening, socket->get());
    if (!shared_) return give_up("it has ended"), false;
    until_ += kLoading;
    log::info("takeover_begun", {{"at", name_}});
    return false;
  }
  if (shared_ && packet.text == kReady) {
    if (!send_packet(successor_, kYours)) return give_up("it has ended"), false;
    successor_ = {};
    return true;
  }
  send_packet(successor_, std::string(kNo) + "it speaks another version of this");
  give_up("it speaks another version of this");
  return false;
}

void TakeoverDoor::give_up(const char* reason) {
  log::warn("takeover_given_up", {{"at", name_}, {"why", reason}, {"now", "going on as before"}});
  successor_ = {};
}

// The successor -------------------------------------------------------------------------------------------------------

Result<std::optional<Takeover>> Takeover::begin(const std::string& folder_path, std::uint16_t port) {
  auto folder = open_folder(folder_path);
  if (!folder) return folder.error();
  const std::string name = takeover_name(port);
  const std::string doing = "taking over from the server at " + folder_path + "/" + name + ": ";
  Descriptor predecessor = packet_socket(SOCK_NONBLOCK);
  if (!predecessor) return Error{Errc::unavailable, doing + why()};
  const sockaddr_un address = address_in(*folder, name);
  if (::connect(predecessor.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED) return std::optional<Takeover>();
    return Error{errno == EACCES ? Errc::refused : Errc::unavailable,
                 doing + why() + "; run as the user that the other runs as"};
  }
  send_packet(predecessor, kHello);  // if that fails, the end, or why we are not wanted, is what comes
  Packet packet = await_packet(predecessor, kPatience);
  switch (packet.kind) {
    case Packet::Kind::none:
      return Error{Errc::timeout, doing + "it did not answer within 5 s; is it hanging? kill -TERM ends it"};
    case Packet::Kind::end: return std::optional<Takeover>();
    case Packet::Kind::text: break;
  }
  if (packet.text != kListening || !packet.passed)
    return Error{Errc::refused, doing + "it refused: " + reason_of(packet) + "; try again when that is over"};
  Takeover out(std::move(predecessor));
  out.socket_ = std::move(packet.passed);
  return std::optional<Takeover>(std::move(out));
}

Result<void> Takeover::finish() {
  const Descriptor predecessor = std::move(predecessor_);
  if (Packet early = receive_packet(predecessor); early.kind == Packet::Kind::text)
    return Error{Errc::refused, "taking over: the other server goes on: " + reason_of(early) + "; try again"};
  send_packet(predecessor, kReady);  // to one that has ended: the end is what is read then
  const Packet packet = await_packet(predecessor, kPatience);
  switch (packet.kind) {
    case Packet::Kind::text:
      if (packet.text == kYours) return {};
      return Error{Errc::refused, "taking over: the other server goes on: " + reason_of(packet) + "; try again"};
    case Packet::Kind::end:
      log::warn("predecessor_has_ended", {{"meaning", "the address is ours all the same"}});
      break;
    case Packet::Kind::none:
      log::error("predecessor_does_not_answer",
                 {{"waited_ms", kPatience}, {"remedy", "both accept calls now: end it"}});
  }
  return {};
}

}  // namespace offhook::server
