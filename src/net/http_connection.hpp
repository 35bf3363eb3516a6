// One connection of a server, from its first byte until it ends or becomes a WebSocket. For the files of net/ only.
#pragma once

#include <atomic>
#include <memory>
#include <unordered_set>

#include "net/http_server.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"

namespace offhook::net {

// What all connections of a server have in common; it outlives the server until the last of them is gone.
struct ServerShared {
  ServerOptions options;
  TlsContext tls;  // nullptr: plain
  std::atomic<std::size_t> open{0};
  std::atomic<std::uint64_t> turned_away{0};
  std::atomic<bool> keeps{true};  // connections for their next request
};

// A server's share of one loop.
struct ServerShard {
  EventLoop& loop;
  const std::shared_ptr<ServerShared> shared;
  Service* service;                       // nullptr once the server is gone; this and what follows: home thread only
  std::unordered_set<Stream*> streams{};  // open ones

  void close();
};

// A connection's place on its loop, counted as long as it is held.
class Place {
 public:
  explicit Place(std::shared_ptr<ServerShard> shard);  // any thread
  ~Place();
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  void occupy(std::shared_ptr<Stream> stream);  // home thread from here on
  ServerShard& shard() { return *shard_; }

 private:
  const std::shared_ptr<ServerShard> shard_;
  std::shared_ptr<Stream> stream_;
};

// Home thread.
void serve_connection(std::shared_ptr<Place> place, Socket socket);

}  // namespace offhook::net
