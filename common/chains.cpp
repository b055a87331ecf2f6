#include "common/chains.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "common/side_by_side/timeline.hpp"

namespace mp {
namespace {

/// One per thread, set up once. Without it each digest would look SHA-512 up and count a reference to it, and
/// threads would fight over that counter: they were slower than one alone.
EVP_MD_CTX* own_context() {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> own = [] {
    std::unique_ptr<EVP_MD_CTX, Free> fresh{EVP_MD_CTX_new()};
    if (!fresh || !EVP_DigestInit_ex(fresh.get(), EVP_sha512(), nullptr))
      throw std::runtime_error{"OpenSSL offers no SHA-512"};
    return fresh;
  }();
  return own.get();
}

std::string sha512_hex(std::string_view text) {
  EVP_MD_CTX* const context = own_context();
  std::array<unsigned char, 64> digest;
  if (!EVP_DigestInit_ex(context, nullptr, nullptr) || !EVP_DigestUpdate(context, text.data(), text.size()) ||
      !EVP_DigestFinal_ex(context, digest.data(), nullptr))
    throw std::runtime_error{"OpenSSL could not compute a SHA-512"};
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const unsigned byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

}  // namespace

std::string chain_seed(int i) { return "string-" + std::to_string(i); }

std::string chain_links(std::string s, long rounds) {
  for (long round = 0; round < rounds; ++round) s = sha512_hex(s);
  return s;
}

void keep(int i, const std::string& end, const Digests& digests) {
  end.copy(digests[static_cast<std::size_t>(i)].hex, sizeof(Digest));
}

void chain(int i, long rounds, const Digests& digests) {
  const Span span{i};
  keep(i, chain_links(chain_seed(i), rounds), digests);
}

std::string answer(const Digests& digests) {
  std::string all;
  for (const Digest& digest : digests) all.append(digest.hex, sizeof digest.hex);
  return sha512_hex(all).substr(0, 32);
}

}  // namespace mp
